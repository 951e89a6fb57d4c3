// Where a VM could go: hosts that are on, have the room, will very likely stay under what they can deliver, and that the fleet's
// constraints allow. VMs that have to be together go together. The engine answers (placement/pool.h), and is told of whatever is
// planned here.
#pragma once

#include <optional>
#include <vector>

#include "draft.h"
#include "engine_fleet.h"
#include "headroom/planner/host_load.h"
#include "timetable.h"

namespace headroom {

class Placement {
 public:
  explicit Placement(Draft& draft);

  // The cheapest fitting host for VM i with allocation `after`, never its own; ties by the tighter fit, then by id.
  std::optional<std::size_t> cheapest(std::size_t vm, const Resources& after);
  // The cheapest host that could be started for it. None while another one is starting, nor in a plan that empties one.
  std::optional<std::size_t> cheapest_off(std::size_t vm, const Resources& after);
  // The VM and all that have to go with it can be moved, by the draft's leave and, for may_move, with moves left in this round.
  bool movable(std::size_t vm) const;
  bool may_move(std::size_t vm) const;
  // The constraints let it be there, and there is the draft's room for it and all that go with it; as much as that the peers ask.
  bool has_room(std::size_t vm, std::size_t host, const Resources& after) const;
  // One of each unit that a constraint does not want where it is.
  std::vector<std::size_t> out_of_place() const { return fleet_.out_of_place(); }
  // Where it costs least, breaches counted, if that is less than it costs where it is.
  std::optional<std::size_t> better(std::size_t vm);
  // Those, ascending.
  const std::vector<std::size_t>& unit(std::size_t vm) const { return fleet_.unit(vm); }
  // What a host's VMs will ask of its CPU together, what is planned counted.
  struct Strain {
    double risk = 0;       // P(it is more than the host delivers)
    double shortfall = 0;  // how much more it is expected to be, millicores
  };
  Strain strain(std::size_t host) const { return strain(host, host_load_[host]); }
  Strain strain_without(std::size_t host, std::size_t vm) const;  // nor those that go with it
  // What that costs those who want more than an equal share: all others get what they want. 0 by a policy without prices.
  double overload_usd_per_hour(std::size_t host) const;
  double expected_cpu(std::size_t host) const { return host_load_[host].mean; }  // millicores
  // The VM would get what it wants of its host's CPU with such an allocation.
  bool delivers(std::size_t vm, const Resources& after) const;
  // Plan it and keep the loads right. Whoever has to go along keeps its allocation.
  void resize(std::size_t vm, const Resources& after, const Reason& reason, AutomationLevel level = AutomationLevel::kAuto);
  void move(std::size_t vm, std::size_t to, const Resources& after, const Reason& reason,
            AutomationLevel level = AutomationLevel::kAuto);
  // How much there is to lose.
  struct Hurry {
    std::optional<Duration> breach{};  // it has to be over by then; none: any time
    double usd_per_hour = 0;           // what not moving costs
  };
  struct Step {
    std::size_t vm = 0, to = 0;
    Resources after;
  };
  // As move(), if all can be over in time; else nothing changes, and what stands against it is told.
  std::optional<Timetable::Refusal> move_in_time(std::size_t vm, std::size_t to, const Resources& after, const Reason& reason,
                                                 const Hurry& hurry);
  std::optional<Timetable::Refusal> move_in_time(const std::vector<Step>& steps, const Reason& reason, const Hurry& hurry);
  // When each move starts, for the plan; after the last of them.
  void write_times() { timetable_.write(draft_); }
  void start_host(std::size_t host, const Reason& reason);
  void stop_host(std::size_t host, const Reason& reason);
  void close(std::size_t host);  // nobody goes there
  // The same loads over a copy of the draft, to try something out.
  Placement onto(Draft& copy) const { return Placement(*this, copy); }

 private:
  Placement(const Placement& other, Draft& draft)
      : draft_(draft), vm_load_(other.vm_load_), host_load_(other.host_load_), fleet_(other.fleet_), timetable_(other.timetable_) {}

  double risk(std::size_t host, const Load& load) const;
  Strain strain(std::size_t host, const Load& load) const;
  double equal_share(std::size_t host) const;
  double capacity(std::size_t host) const;
  Load load_of(std::size_t vm, const Resources& allocation) const;
  Draft& draft_;
  std::vector<Load> vm_load_;
  std::vector<Load> host_load_;
  EngineFleet fleet_;
  Timetable timetable_;
};

}  // namespace headroom
