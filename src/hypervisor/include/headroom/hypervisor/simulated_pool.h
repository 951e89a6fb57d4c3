// The simulated adapter of the Hypervisor port: hosts and VMs in virtual time, fed with recorded demand.
//
// Demand is constant within a step. What a VM gets is min(demand, its limit), and where a host's VMs together want
// more than it can deliver, a weighted max-min share by allocation. A growth takes effect after `growth_delay`, a
// shrink after `shrink_delay`, a host is ready after `host_start`. A live migration is pre-copy: setup, then rounds
// that send what was dirtied meanwhile, until the rest fits into the downtime limit. How much guests write is told as a real pool tells
// it, of each VM now and then: what they did then. While a VM moves, both ends
// carry its allocation. Starts that would break a host's admission are refused, whatever the planner believed.
//
// Who wants to judge attaches a DeliveryObserver; it sees every VM over every stretch of time in which nothing changed.
//
// Threads: one caller. Errors: as the port says. Failures are drawn from `failure_share` and `seed`.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <vector>

#include "headroom/hypervisor/hypervisor.h"

namespace headroom {

struct PoolTimings {
  Duration growth_delay = std::chrono::seconds(30);
  Duration shrink_delay{};  // a lower limit holds at once
  Duration host_start = std::chrono::seconds(180);
  Duration migration_setup = std::chrono::seconds(5);
  Duration downtime_limit = std::chrono::milliseconds(300);
  Duration downtime_overhead = std::chrono::milliseconds(700);  // switch-over: devices, network announcement
  double migration_bytes_per_second = 0.5 * 1024 * 1024 * 1024;
  // What a migration has of the wire: all of it, or as much as its schedule lets it have.
  double migration_rate(const Action& move) const;
  double dirty_share_per_second = 0.02;  // of active memory, at one busy core; hot pages dirty once a round
  Duration dirty_sample_every = std::chrono::minutes(30);  // of each VM in turn, as a real pool samples: Vm::dirtied; 0: never
  double failure_share = 0;              // of actions that fail half way, leaving things as they were
  std::uint64_t seed = 1;
  bool report_demand = false;            // samples show the demand itself, as if nothing were ever held back
};

// A VM's load on the step grid. All vectors are one value a step, base units, never NaN (gaps are filled forward).
struct RecordedDemand {
  Instant start;
  std::array<std::vector<float>, kResourceCount> amount;  // an empty vector: none of that resource
  std::vector<std::uint8_t> recorded;                     // 0 where the value was filled in
};

// One VM over one stretch of time in which demand, limits and neighbours stayed the same.
struct Delivery {
  VmId vm;
  HostId host;
  Instant begin, end;
  bool recorded = true;
  Resources allocation;
  std::array<float, kResourceCount> demand{};
  std::array<float, kResourceCount> limited{};    // after the VM's own limit
  std::array<float, kResourceCount> delivered{};  // after the host's too
};

class DeliveryObserver {
 public:
  virtual ~DeliveryObserver() = default;
  virtual void on_delivery(const Delivery& d) = 0;
  // A stretch of one host: what its VMs used together. Only hosts that are on or starting.
  virtual void on_host(const Host& host, Duration length, double cpu_used) = 0;
  virtual void on_finished(const Action& action, const Progress& progress) = 0;
};

class SimulatedPool final : public Hypervisor {
 public:
  // VMs and hosts ascending by id; demand[i] belongs to vms[i]; `begin` lies on the step grid.
  SimulatedPool(std::vector<Host> hosts, std::vector<Vm> vms, std::vector<RecordedDemand> demand, Duration step,
                Instant begin, PoolTimings timings);

  void attach(DeliveryObserver* observer) { observer_ = observer; }  // not owned; nullptr detaches
  // Lets the pool live until `t`. Samples of the steps that end meanwhile wait in samples().
  void advance_to(Instant t);
  Instant time() const { return now_; }

  Result<Inventory> inventory() override;
  Result<std::vector<VmSample>> samples() override;
  Result<void> start(ActionId id, const Action& action) override;
  Result<Progress> progress(ActionId id) override;
  Result<void> cancel(ActionId id) override;

 private:
  struct Operation {
    ActionId id;
    Action action;
    Instant begins, ends;
    Duration downtime{};
    bool will_fail = false;
  };
  struct Usage {  // of one VM within the current step
    std::array<double, kResourceCount> used_ms{};
    std::array<double, kResourceCount> stalled_ms{};
  };

  std::size_t vm_index(VmId id) const;
  std::size_t host_index(HostId id) const;
  std::size_t slot_of(Instant t, const RecordedDemand& demand) const;
  Result<void> knows(const Action& action) const;
  Result<void> admits(const Action& action) const;
  Resources committed(HostId host, VmId except) const;
  void schedule(ActionId id, const Action& action);
  struct Writing {  // of one guest
    double active = 0;            // bytes that it uses
    double dirty_per_second = 0;  // of those
    double within(double seconds) const { return std::min(active, dirty_per_second * seconds); }
  };
  Writing writing_of(const Vm& vm) const;
  void sample_dirtied(std::size_t vm);
  Duration migration_time(const Vm& vm, double bandwidth, Duration& downtime) const;
  void integrate(Instant end);
  void share_host(std::size_t host);
  void account(std::size_t vm, Instant end);
  void finish_due();
  void apply(const Operation& op);
  void finish_step();

  std::vector<Host> hosts_;
  std::vector<Vm> vms_;
  std::vector<RecordedDemand> demand_;
  Duration step_;
  Instant now_;
  PoolTimings timings_;
  std::mt19937_64 random_;
  std::vector<Operation> running_;
  std::map<ActionId, Progress> finished_;
  std::vector<Usage> usage_;
  std::vector<Delivery> stretch_;                       // scratch of integrate(), one a VM
  std::vector<std::vector<std::size_t>> residents_;     // VM indices by host index
  std::vector<VmSample> samples_;
  DeliveryObserver* observer_ = nullptr;
};

}  // namespace headroom
