// What each VM should have, before anyone asks whether there is room: the rules' word where a rule governs the resource,
// the priced sizing otherwise.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "draft.h"

namespace headroom {

struct Wish {
  std::size_t vm = 0;
  Resources want;             // the whole new allocation
  Reason reason;              // of the most pressing change
  double worth_usd_per_hour = 0;  // what granting it saves, by the prices; a rule's wish counts as 1 USD/h
  bool by_move = false;       // a migrate rule asked

  bool grows(const Resources& now) const { return !want.fits_in(now); }
  bool changes(const Resources& now) const { return want != now; }
};

// One wish per VM, in the snapshot's order. A VM that may not be acted on wishes for what it has.
std::vector<Wish> size_all(const Draft& draft);

// The part of it that the rules of exactly this level ask for; `wish` starts as what the VM has.
void wish_by_rules(const Draft& draft, std::size_t vm, AutomationLevel level, Wish& wish);

// Reports what the alert rules see; a VM that may not be acted on is reported too.
void raise_alerts(Draft& draft);

// What VM i would give back if the unit price of `r` were `times` its list price (0 or more, base units).
std::int64_t release_at_price(const Draft& draft, std::size_t vm, Resource r, double times);

}  // namespace headroom
