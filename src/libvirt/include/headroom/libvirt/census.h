// From what every host said to one fleet: each host once, each VM once, in the model's words, and what is odd about it in sentences.
// No libvirt here: the same readings in the same order give the same answer.
//
// - A host that did not answer keeps what it said last, with the age of that (Host::heard_at, Vm::sampled_at); its VMs are not lost
//   for it.
// - Two URIs that say the same host UUID: the first counts, the second is left out, and that is said.
// - A VM that is on two hosts: while it migrates it runs on one and waits on the other, where its room is held (Host::incoming).
//   Running on both is an alarm: it is observed only, and immovable, until it is on one again.
// - What a guest's memory is used for its balloon says, or whoever speaks for guests (guest_word.h) where the balloon does not.
// - A VM of another manager (owner.h) is observed; one whose policy cannot be read as well.
//
// Threads: one caller at a time. Ownership: borrows the id book.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "headroom/hypervisor/guest_word.h"
#include "headroom/hypervisor/hypervisor.h"
#include "headroom/libvirt/host_reading.h"
#include "headroom/libvirt/id_book.h"
#include "headroom/libvirt/mobility.h"
#include "headroom/libvirt/owner.h"
#include "headroom/libvirt/rates.h"
#include "headroom/libvirt/scaling.h"
#include "headroom/libvirt/site.h"

namespace headroom::libvirt {

// What is there of one URI.
struct HostView {
  std::string uri;
  std::shared_ptr<const HostReading> reading;  // the last good one; null: it never answered
  bool fresh = false;                          // it is of this round
};

struct SeenHost {
  std::string uri;
  std::shared_ptr<const HostReading> reading;
  bool fresh = false;
};

struct SeenVm {
  std::shared_ptr<const Domain> domain;
  DomainStats stats;
  std::optional<Owner> owner;
  MobilityVerdict mobility;
  ScalingVerdict scaling;
  std::optional<Measurement> measured;  // absent: not in this round
};

struct Observation {
  Inventory inventory;                // hosts and VMs ascending by id
  std::vector<SeenHost> hosts;        // those of the inventory, in its order
  std::vector<SeenVm> vms;            // likewise
  std::vector<VmSample> samples;      // of VMs of which all was measured in this round
  std::vector<std::string> troubles;  // a sentence each
};

class Census {
 public:
  Census(Site site, RateOptions rates, IdBook& ids, std::shared_ptr<const GuestWord> guests = {})
      : site_(std::move(site)), rates_(rates), ids_(ids), guests_(std::move(guests)) {}

  Observation take(const std::vector<HostView>& views);

 private:
  struct Seat;  // one host of this round, with its id
  struct Stay;  // a domain on a host

  std::vector<Seat> seats(const std::vector<HostView>& views, Observation& o);
  std::map<std::string, std::vector<Stay>> stays(const std::vector<Seat>& seats) const;
  const Stay& where_it_is(const std::string& uuid, const std::vector<Stay>& stays, Observation& o);
  std::string runs_elsewhere(const Stay& stay, const std::vector<Stay>& stays, Observation& o) const;
  void add_vm(const std::string& uuid, const std::vector<Stay>& stays, Observation& o);
  std::optional<Measurement> measure(const Stay& stay, const Vm& vm);
  void tell_use(const Stay& stay, SeenVm& seen, Vm& vm, Observation& o);
  std::optional<GuestMemory> word_of(const std::string& uuid) const { return guests_ ? guests_->memory(uuid) : std::nullopt; }
  Bytes most_touched(const Stay& stay, const Vm& vm);

  struct Touched {
    std::string host;                 // UUID
    std::optional<std::int64_t> run;  // the domain's id there
    Bytes most;
  };

  Site site_;
  RateBook rates_;
  IdBook& ids_;
  std::shared_ptr<const GuestWord> guests_;
  std::map<std::string, std::string> home_;  // of each VM: the UUID of the host it was on last
  std::map<std::string, Touched> touched_;   // what each has written to since its process began (Vm::touched)
  std::map<std::string, Measurement> measured_;  // what each used when it was measured last
};

}  // namespace headroom::libvirt
