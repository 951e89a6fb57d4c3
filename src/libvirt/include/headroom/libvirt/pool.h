// The libvirt adapter of the Hypervisor port: what the observer sees is the inventory, and actions are carried out by workers with
// connections of their own, one for each, so that a host that hangs holds up its own actions alone.
//
//   auto book = StateBook::open("libvirt.db");
//   LibvirtPool pool(uris, options, clock, **book, (*book)->claim());
//
// An action is done when a reading shows its result, never because a call returned. What fails half way is put back as it was, and the
// message says when that did not work. When a host does not tell how an action stands, progress() is kUnreachable, and its VM stays
// busy: nothing is done with it until the host has answered.
//
// Before it acts on a VM it claims it (claim.h). At the first sign of another manager, nothing is begun any more: alarm().
//
// Resizes (CPU, memory) and live migrations of running VMs; a move that carries a new allocation gives it once the VM is there. And hosts
// that have a switch (power_options.h): they are ready when their libvirtd answers, and stopped only when they themselves, asked at that
// moment, have nothing but VMs that are off, and no other host may be sending them one. A host that is off is part of the inventory, with
// what it was when it was heard last, across restarts where a book keeps that (host_book.h).
//
// How much of their memory guests write to (Vm::dirtied) is sampled now and then, of VMs that may be moved.
//
// Threads: one caller at a time; it starts one thread a host, one an action and one a sample. Ownership: the clock and the switches are
// shared with the threads; the books are borrowed, and without one of hosts nothing is remembered of them. Errors: as the port says.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "headroom/hypervisor/hypervisor.h"
#include "headroom/libvirt/claim.h"
#include "headroom/libvirt/dirty_book.h"
#include "headroom/libvirt/host_book.h"
#include "headroom/libvirt/migration.h"
#include "headroom/libvirt/observer.h"
#include "headroom/libvirt/power_options.h"

namespace headroom::libvirt {

struct PoolOptions {
  ObserverOptions observer{};
  Duration resize_settle = std::chrono::seconds(30);     // that one change may take until its result shows; then it is put back
  Duration resize_deadline = std::chrono::minutes(3);    // of a whole resize; what has not come back by then is unknown
  Duration silence = std::chrono::seconds(30);           // a migration of which nothing was heard for so long is unknown
  Duration look_every = std::chrono::milliseconds(250);  // at an action under way
  MigrationOptions migration{};
  DirtySampling dirty{};                                 // of VMs that may be moved
  PowerOptions power{};
  std::size_t remembered = 1000;                         // actions that are over
};

class LibvirtPool final : public Hypervisor {
 public:
  LibvirtPool(std::vector<std::string> uris, PoolOptions options, std::shared_ptr<const Clock> clock, IdBook& ids, Claim ours,
              HostBook* hosts = nullptr);
  ~LibvirtPool() override;

  // kUnreachable while no host has ever answered. A VM is where and what it was heard last to be: Host::heard_at.
  // VMs that are off use nothing and are left out; the last round has them.
  Result<Inventory> inventory() override;
  // What the inventories measured since the last call.
  Result<std::vector<VmSample>> samples() override;
  Result<void> start(ActionId id, const Action& action) override;
  // Takes an inventory first where there is none. While its VM or a host of it is not to be seen and some host has yet to answer,
  // progress() is kUnreachable; once all have answered and it is still not there, kNotFound.
  Result<void> take_up(ActionId id, const Action& action) override;
  Result<Progress> progress(ActionId id) override;
  Result<void> cancel(ActionId id) override;

  // Why nothing is begun any more; absent: all is well. For people.
  std::optional<std::string> alarm() const;
  // Of the last inventory(): troubles, events, verdicts and their reasons.
  const Round& last_round() const;

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace headroom::libvirt
