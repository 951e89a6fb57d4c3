// LibvirtPool on the lab's hosts, as tests drive it: by guests' and hosts' names.
#pragma once

#include <memory>
#include <optional>

#include "headroom/base/clock.h"
#include "headroom/libvirt/pool.h"
#include "headroom/libvirt/state_book.h"
#include "lab.h"

namespace headroom::lab {

// How the pool has to be told of the lab's hosts.
libvirt::PoolOptions pool_options(const Lab& lab);

class PoolLab : public LabTest {
 protected:
  explicit PoolLab(Setting setting = {}) : LabTest(std::move(setting)) {}
  void SetUp() override;

  // Another run of the manager: what it knew is gone, but for what it wrote down. One manager over all tests, in the lab's own folder: its
  // claims are on the guests.
  void restart();
  const Inventory& look();
  const Vm& vm(const std::string& name);
  const Host& host(const std::string& name);
  Action resize(const std::string& vm, std::optional<long> cpu_millicores, std::optional<long> memory_mib = {});
  Action move(const std::string& vm, const std::string& to, double mib_per_s = 0);
  // A new number for it; fails the test when it is refused.
  ActionId begin(const Action& action);
  // Its last word, at most after `limit`; kRunning: none came.
  Progress end_of(ActionId id, Duration limit);
  Progress carry_out(const Action& action, Duration limit = std::chrono::minutes(2)) { return end_of(begin(action), limit); }
  // Somewhere between its beginning and its end, with memory on the wire.
  bool in_the_middle(ActionId id);
  bool has_job(const std::string& host, const std::string& vm) const;

  std::shared_ptr<const Clock> clock_ = std::make_shared<SystemClock>();
  libvirt::PoolOptions options_;
  std::unique_ptr<libvirt::StateBook> book_;
  std::unique_ptr<libvirt::LibvirtPool> pool_;
  std::uint64_t actions_ = 0;
  Inventory seen_;
  std::map<std::string, std::string> uris_;
};

}  // namespace headroom::lab
