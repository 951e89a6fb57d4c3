// What every forecaster can do: take in samples as they come, and say at any origin what each VM will want. The
// Predictive Load Engine, the challengers (last value, seasonal) and the simulator's oracles all look like this, so
// the loop cannot tell them apart.
//
// Threads: one caller at a time; an implementation may use threads inside. Errors: none; what cannot be forecast gets a
// wide prior band and the state kNone. Nothing observed after `origin` may influence a forecast made for it.
#pragma once

#include <span>
#include <vector>

#include "headroom/base/id.h"
#include "headroom/model/forecast.h"
#include "headroom/model/sample.h"

namespace headroom {

class Forecaster {
 public:
  virtual ~Forecaster() = default;

  virtual const Horizons& horizons() const = 0;

  // The most a VM may ever be given, per resource in base units; bands are capped by it. 0 = unknown. May change.
  virtual void set_ceiling(VmId vm, const Resources& ceiling) = 0;

  // What the VM may use now: its allocation. A forecaster that measures how often its chances of passing a limit come
  // true does so against this; others need not know.
  virtual void set_limit(VmId, const Resources&) {}

  // Takes in one sample; a step may have many. Late, repeated and missing ones are normal: they are laid on the step grid
  // as means by the time they cover (docs/model.md), and one of what has already been forecast from is dropped.
  virtual void observe(const VmSample& sample) = 0;

  // Forecasts for `vms` (any order, no repeats) as of `origin`; out[i] belongs to vms[i] and its storage is reused.
  virtual void forecast(Instant origin, std::span<const VmId> vms, std::vector<Forecast>& out) = 0;
};

}  // namespace headroom
