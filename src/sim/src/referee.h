// Watches what every VM wanted and got, and adds it up. Shares nothing with the planner: it sees deliveries only.
#pragma once

#include <map>

#include "headroom/cost/consumption.h"
#include "headroom/hypervisor/simulated_pool.h"
#include "headroom/sim/report.h"
#include "headroom/sim/world.h"

namespace headroom {

class Referee final : public DeliveryObserver {
 public:
  explicit Referee(const World& world);

  void on_delivery(const Delivery& d) override;
  void on_host(const Host& host, Duration length, double cpu_used) override;
  void on_finished(const Action& action, const Progress& progress) override;
  // Everything counted so far, as a report of the window up to `now`; rates are per day of that time.
  void fill(Report& report, Instant now) const;

 private:
  void count_move(const Action& move, const Progress& progress);

  const World& world_;
  double minutes_ = 0;                                   // recorded VM-minutes
  double overloaded_ = 0, overloaded_all_ = 0;
  std::array<double, kResourceCount> own_limit_{}, host_limit_{};  // minutes by cause
  std::array<double, kResourceCount> demand_{}, unmet_{};          // amount x minutes
  std::array<double, kResourceCount> allocated_{}, used_{};
  double allocation_usd_ = 0, energy_wh_ = 0;
  cost::Consumption consumed_;                           // but for what is paid on or off
  std::map<HostId, double> interruptions_per_hour_;      // of spot hosts
  std::array<std::size_t, kResourceCount> scalings_{};
  std::size_t migrations_ = 0, failures_ = 0, host_starts_ = 0, host_stops_ = 0;
  Duration downtime_{};
  std::vector<double> by_day_;
};

}  // namespace headroom
