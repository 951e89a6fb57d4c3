// Where a VM could go: hosts that are on, have the room, and will very likely stay under what they can deliver.
#pragma once

#include <optional>
#include <vector>

#include "draft.h"
#include "headroom/planner/host_load.h"

namespace headroom {

class Placement {
 public:
  explicit Placement(Draft& draft);

  // The cheapest fitting host for VM i with allocation `after`, never its own; ties by the tighter fit, then by id.
  std::optional<std::size_t> cheapest(std::size_t vm, const Resources& after) const;
  // The cheapest host that could be started for it. None while another one is starting, nor in a plan that empties one.
  std::optional<std::size_t> cheapest_off(std::size_t vm, const Resources& after) const;
  // P(the host's CPU demand passes what it delivers), planned moves counted.
  double overload(std::size_t host) const;
  double overload_without(std::size_t host, std::size_t vm) const;
  double expected_cpu(std::size_t host) const { return host_load_[host].mean; }  // millicores
  // Plans the move and keeps the loads right.
  void move(std::size_t vm, std::size_t to, const Resources& after, const Reason& reason,
            AutomationLevel level = AutomationLevel::kAuto);
  // The same loads over a copy of the draft, to try something out.
  Placement onto(Draft& copy) const { return Placement(*this, copy); }

 private:
  Placement(const Placement& other, Draft& draft)
      : draft_(draft), vm_load_(other.vm_load_), host_load_(other.host_load_) {}

  // It has the room, on or off, and keeps a share of it; and its CPU will very likely do.
  bool would_do(std::size_t host, const Resources& after, const Load& mine) const;
  double capacity(std::size_t host) const;
  Load load_of(std::size_t vm, const Resources& allocation) const;
  Draft& draft_;
  std::vector<Load> vm_load_;
  std::vector<Load> host_load_;
};

}  // namespace headroom
