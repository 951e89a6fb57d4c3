// What each VM should have, before anyone asks whether there is room: the rules' word where a rule governs the resource,
// the priced sizing otherwise.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "draft.h"
#include "market.h"

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

// What everybody wants at such prices: one wish per VM, in the snapshot's order. A VM that may not be acted on wishes for
// what it has.
struct Wishes {
  PriceShares shares{};
  std::vector<Wish> of;
};

Wishes size_all(const Draft& draft, const Market& market, const PriceShares& shares);

// What the sizing of a resource may choose from.
SizingTask sizing_task(const Draft& draft, std::size_t vm, Resource r);

// The part of it that the rules of exactly this level ask for; `wish` starts as what the VM has.
void wish_by_rules(const Draft& draft, std::size_t vm, AutomationLevel level, Wish& wish);

// Reports what the alert rules see; a VM that may not be acted on is reported too.
void raise_alerts(Draft& draft);

}  // namespace headroom
