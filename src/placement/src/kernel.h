// The inner loops, compiled for each instruction set and row width, all giving the same answers to the last bit. The
// program picks the widest its processor has.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "best.h"
#include "headroom/placement/solve.h"
#include "random.h"
#include "state.h"

namespace headroom::placement {

// An item's best new host; `host` is -1 when none will do.
struct Pick {
  std::int32_t host = -1;
  std::int64_t change = 0;
};

// A host to be emptied: where to look for places, and what all of it may cost at most.
struct Drain {
  std::int32_t host = -1;
  std::int32_t into = -1;                 // everything there that has room there, the rest as usual; -1: nowhere in particular
  std::int32_t first = 0, places = 0;     // hosts looked at for the first item, for the next those behind, and so on
  std::int64_t most = 0;
};

// Where a stretch takes place, if not everywhere; only where hosts have prices. Items of its hosts are drawn and go to its hosts or
// home, unless that is shut. Which hosts are open is decided before and paid for: nothing is saved by the last item that leaves one
// nor lost by the first that comes.
struct Field {
  std::span<const std::int32_t> hosts;   // none: everywhere
  const std::uint8_t* shut = nullptr;    // of all hosts, those where nobody goes
};

// One stretch of annealing at one temperature.
struct Stretch {
  Stream random;
  double temperature = 0;      // in cost; 0: only what does not cost more
  std::uint64_t rounds = 0;    // a round: some hosts or neighbours tried for one item
  std::uint32_t chain_odds = 0;  // of 1024 rounds, so many try a chain
  std::uint32_t drain_odds = 0;  // of 1024 rounds, so many try to empty a host; only where hosts have prices
  double guidance = 0;         // how much the guide counts (guide.h)
  bool homing = false;         // items that are away are drawn more often
  double strictness = 0;       // above 0: hosts may be overfull, at so much cost a unit of excess; no chains then
  Field field;
  Best* best = nullptr;

  bool everywhere() const { return field.hosts.empty(); }
  std::int64_t guide(std::int64_t change) const { return static_cast<std::int64_t>(guidance * static_cast<double>(change)); }
};

struct Kernel {
  void (*anneal)(State& state, Stretch& stretch, Tally& tally);
  // The cheapest of `count` hosts from `first` on (round and round) that has room and that the constraints allow; of the item's
  // own choices instead, where they are few (state.h), unless `count` is 1. Of equally cheap ones the first, or that with the least
  // room in the layout's fit lane. `need`: a row, if it would need another amount there.
  Pick (*best_host)(State& state, std::int32_t item, const std::int32_t* need, std::int32_t first, std::int32_t count,
                    Tally& tally);
  // Empties a host if that costs no more than it may, and if not too much is on it. Null where hosts have no prices.
  bool (*drain)(State& state, const Drain& how, Best& best, Tally& tally);
  // The cheapest host of a field for an item, excess being priced at the stretch's strictness if it has one; else it must have room.
  // Null where hosts have no prices.
  Pick (*best_in_field)(State& state, std::int32_t item, const Stretch& stretch, Tally& tally);
  // Exact change of one shift or swap, as the loops above compute it; false when there is no room. For tests.
  bool (*shift_change)(State& state, std::int32_t item, std::int32_t to, std::int64_t& change);
  bool (*swap_change)(State& state, std::int32_t item, std::int32_t other, std::int64_t& change);
  // While hosts may be overfull: what one does to the excess; false when a host would hold more than may be counted.
  bool (*shift_excess)(const State& state, std::int32_t item, std::int32_t to, std::int64_t& change);
  bool (*swap_excess)(const State& state, std::int32_t item, std::int32_t other, std::int64_t& change);
};

// The loops for a layout: its width, with or without prices of hosts. `set` must be one the processor has (has()).
const Kernel& kernel(InstructionSet set, const Layout& layout);

namespace scalar { const Kernel& kernel(std::size_t width, bool priced); }
namespace avx2 { const Kernel& kernel(std::size_t width, bool priced); }
namespace avx512 { const Kernel& kernel(std::size_t width, bool priced); }

}  // namespace headroom::placement
