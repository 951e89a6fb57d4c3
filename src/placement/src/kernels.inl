// The inner loops, in terms of the row arithmetic of one instruction set; included by kernel_<set>.cpp inside that set's
// namespace, after its lanes_<set>.h: once with kPriced, for problems whose hosts have prices, and once without, so that others
// do not pay for them. HEADROOM_TARGET is on every function, since templates and lambdas inherit no target,
// and HEADROOM_INLINE on those that must not be called out of line (g++ changes its mind when a callee grows).

// Everything about one item and the host it would leave that does not depend on where it goes.
template <int W>
struct Leaving {
  Row<W> need, charge, gain;  // need; what room is charged for elsewhere; what leaving changes in use above safe (<= 0 mostly)
  std::int32_t item, from, home;
  Row<W> use_price;           // where it is; this and the next are only set where kPriced
  std::int64_t closing;       // what its host, if it then is empty, no longer costs
  std::int64_t relief;        // what leaving changes in excess (<= 0); where hosts may be overfull
};

// Of two equally cheap hosts, is `one` rather to be taken than the one found before?
HEADROOM_TARGET inline bool tighter(const State& state, std::int32_t one, std::int32_t before) {
  const std::size_t lane = state.layout().fit_lane;
  return lane != Layout::kNoLane && state.room(one)[lane] < state.room(before)[lane];
}

// A fourth of what is tried goes home: that is one host of many, and the one that costs no move.
HEADROOM_TARGET inline bool homeward(std::uint64_t bits) { return (bits >> 32 & 3) == 0; }

// Any item; of a field's, one on any of its hosts.
inline std::int32_t draw_one(const State& state, const Stretch& stretch, std::uint32_t bits) {
  if constexpr (kPriced) {
    const auto hosts = static_cast<std::uint32_t>(stretch.field.hosts.size());
    for (std::uint32_t i = 0, at = static_cast<std::uint32_t>(static_cast<std::uint64_t>(bits) * hosts >> 32); i < hosts; ++i) {
      const std::vector<std::int32_t>& on = state.items_on(stretch.field.hosts[at]);
      // What the product left over of the bits says which of the items.
      if (!on.empty()) return on[static_cast<std::size_t>(Stream::below(bits * hosts, static_cast<std::uint32_t>(on.size())))];
      at = at + 1 == hosts ? 0 : at + 1;
    }
  }
  return Stream::below(bits, static_cast<std::uint32_t>(state.layout().items));
}

// Any item; where moves are all that is left to save, half of the time one that is away, if a few draws find one.
inline std::int32_t draw(const State& state, Stretch& stretch, std::uint64_t bits) {
  std::int32_t item = draw_one(state, stretch, static_cast<std::uint32_t>(bits));
  if (!stretch.homing || (bits >> 34 & 1) == 0) return item;
  for (int i = 0; i < kAwayDraws && state.host_of(item) == state.layout().home[static_cast<std::size_t>(item)]; ++i)
    item = draw_one(state, stretch, static_cast<std::uint32_t>(stretch.random.next()));
  return item;
}

template <int W>
class Loops {
 public:
  static void anneal(State& state, Stretch& stretch, Tally& tally);
  static Pick best_host(State& state, std::int32_t item, const std::int32_t* need, std::int32_t first, std::int32_t count, Tally& tally);
  static bool drain(State& state, const Drain& how, Best& best, Tally& tally);
  static Pick best_in_field(State& state, std::int32_t item, const Stretch& stretch, Tally& tally);
  static bool shift_change(State& state, std::int32_t item, std::int32_t to, std::int64_t& change);
  static bool swap_change(State& state, std::int32_t item, std::int32_t other, std::int64_t& change);
  static bool shift_excess(const State& state, std::int32_t item, std::int32_t to, std::int64_t& change);
  static bool swap_excess(const State& state, std::int32_t item, std::int32_t other, std::int64_t& change);

 private:
  static Leaving<W> leaving(const State& state, std::int32_t item);
  static bool fits(const State& state, const Leaving<W>& leaving, std::int32_t to);
  static std::int64_t change(State& state, const Leaving<W>& leaving, std::int32_t to);
  static std::int64_t relief(const State& state, const Leaving<W>& leaving);
  static bool swap_fits(const State& state, const Leaving<W>& one, std::int32_t other, std::int32_t to, const Row<W>& more);
  static std::int64_t swap_change(State& state, const Leaving<W>& one, std::int32_t other, std::int32_t to, const Row<W>& more);
  // Limits of hosts are walls, or (soft) have a price: then what may be accepted is less by that.
  template <bool kSoft>
  static bool admits(const State& state, const Stretch& stretch, const Leaving<W>& one, std::int32_t to, std::int64_t& most);
  template <bool kSoft>
  static bool admits_swap(const State& state, const Stretch& stretch, const Leaving<W>& one, std::int32_t other, std::int32_t to,
                          const Row<W>& more, std::int64_t& most);
  static bool shift_excess(const State& state, const Leaving<W>& one, std::int32_t to, std::int64_t& change);
  static bool swap_excess(const State& state, const Leaving<W>& one, std::int32_t other, std::int32_t to, std::int64_t& change);
  static bool grows(const State& state, std::int32_t host, const Row<W>& more, std::int64_t& excess);
  template <bool kSoft>
  static void try_shifts(State& state, Stretch& stretch, std::uint64_t bits, std::int64_t most, Tally& tally);
  [[gnu::noinline]] static Pick best_of_few(State& state, const Leaving<W>& one, std::span<const std::int32_t> few, std::int32_t first,
                                            std::int32_t count, Tally& tally);
  template <bool kSoft>
  [[gnu::noinline]] static void try_few(State& state, Stretch& stretch, const Leaving<W>& one, std::span<const std::int32_t> few,
                                        std::uint64_t bits, std::int64_t most, Tally& tally);
  template <bool kSoft>
  static bool try_shift(State& state, Stretch& stretch, const Leaving<W>& one, std::int32_t to, std::int64_t most, Tally& tally);
  static void consider(State& state, const Leaving<W>& one, std::int32_t to, Pick& best, Tally& tally);
  template <bool kSoft>
  static void try_swaps(State& state, Stretch& stretch, std::uint64_t bits, std::int64_t most, Tally& tally);
  template <bool kSoft>
  static bool try_swap(State& state, Stretch& stretch, const Leaving<W>& one, std::int32_t other, std::int32_t to, std::int64_t most,
                       Tally& tally);
  template <bool kSoft>
  static void try_alike(State& state, Stretch& stretch, std::uint64_t bits, std::int64_t most, Tally& tally);
  template <bool kSoft>
  static void try_either(State& state, Stretch& stretch, std::uint64_t kind, std::uint64_t bits, std::int64_t most, Tally& tally);
  static void try_chain(State& state, Stretch& stretch, std::uint64_t bits, std::int64_t most, Tally& tally);
  // Of items on `host`, neither `keep` nor members of relation `keep_row` (-1: none) are taken.
  static bool make_room(State& state, Stretch& stretch, std::int32_t host, std::int32_t keep, std::int32_t keep_row, Chain& chain,
                        Tally& tally);
  static bool holds_room(const State& state, std::int32_t host);
  static void try_group(State& state, Stretch& stretch, std::uint64_t bits, std::int64_t most, Tally& tally);
  static std::int32_t place_in_group(State& state, std::int32_t row, std::int32_t item, std::int32_t to, std::uint64_t bits,
                                     Tally& tally);
  static void try_drain(State& state, Stretch& stretch, std::int64_t most, Tally& tally);
};

template <int W>
HEADROOM_TARGET inline Leaving<W> Loops<W>::leaving(const State& state, std::int32_t item) {
  const Layout& layout = state.layout();
  Leaving<W> one;
  one.item = item;
  one.from = state.host_of(item);
  one.home = layout.home[item];
  one.need = load<W>(layout.need[static_cast<std::size_t>(item)]);
  const Row<W> over = load<W>(state.over(one.from));
  one.gain = subtract(positive(subtract(over, one.need)), positive(over));
  if constexpr (kPriced) {
    one.use_price = load<W>(layout.use_price[static_cast<std::size_t>(one.from)]);
    one.closing = state.closing(one.from);
  }
  return one;
}

template <int W>
HEADROOM_INLINE bool Loops<W>::fits(const State& state, const Leaving<W>& one, std::int32_t to) {
  if (to != one.home) return !exceeds(one.need, load<W>(state.room(to)));
  return !exceeds(both(one.need, load<W>(state.layout().charged[1])), load<W>(state.room(to)));
}

template <int W>
HEADROOM_INLINE std::int64_t Loops<W>::change(State& state, const Leaving<W>& one, std::int32_t to) {
  const Row<W> over = load<W>(state.over(to));
  const Row<W> use = add(one.gain, subtract(positive(add(over, one.need)), positive(over)));
  const std::int64_t cost = dot(use, load<W>(state.layout().weight[0])) + state.price_change(one.item, one.from, to);
  if constexpr (!kPriced) return cost;
  const Row<W> dearer = subtract(load<W>(state.layout().use_price[static_cast<std::size_t>(to)]), one.use_price);
  return cost + dot(one.need, dearer) + state.opening(to) - one.closing;
}

// `more` is what the host that `one` leaves gets more: the other's need less the one's.
template <int W>
HEADROOM_TARGET inline bool Loops<W>::swap_fits(const State& state, const Leaving<W>& one, std::int32_t other, std::int32_t to,
                                                const Row<W>& more) {
  const Row<W> none{};
  const Layout& layout = state.layout();
  if (!layout.transient)
    return !exceeds(more, load<W>(state.room(one.from))) && !exceeds(subtract(none, more), load<W>(state.room(to)));
  const Row<W> need = load<W>(layout.need[static_cast<std::size_t>(other)]);
  const Row<W> here = subtract(both(need, load<W>(state.charged(other, one.from))),
                               both(one.need, load<W>(state.charged(one.item, one.from))));
  if (exceeds(here, load<W>(state.room(one.from)))) return false;
  const Row<W> there = subtract(both(one.need, load<W>(state.charged(one.item, to))),
                                both(need, load<W>(state.charged(other, to))));
  return !exceeds(there, load<W>(state.room(to)));
}

template <int W>
HEADROOM_TARGET inline std::int64_t Loops<W>::swap_change(State& state, const Leaving<W>& one, std::int32_t other, std::int32_t to,
                                                          const Row<W>& more) {
  const Row<W> here = load<W>(state.over(one.from)), there = load<W>(state.over(to));
  const Row<W> use = add(subtract(positive(add(here, more)), positive(here)),
                         subtract(positive(subtract(there, more)), positive(there)));
  const std::int64_t cost =
      dot(use, load<W>(state.layout().weight[0])) + state.swap_price_change(one.item, one.from, other, to);
  if constexpr (!kPriced) return cost;
  return cost + dot(more, subtract(one.use_price, load<W>(state.layout().use_price[static_cast<std::size_t>(to)])));
}

#include "soft_limits.inl"

// Moves an item if it is admitted, nothing speaks against it and it costs at most `most`.
template <int W>
template <bool kSoft>
HEADROOM_INLINE bool Loops<W>::try_shift(State& state, Stretch& stretch, const Leaving<W>& one, std::int32_t to, std::int64_t most,
                                         Tally& tally) {
  if (to == one.from) return false;
  ++tally.tries;
  if (!admits<kSoft>(state, stretch, one, to, most)) return false;
  ++tally.changes;
  const std::int64_t cost = change(state, one, to);
  std::int64_t seen = cost;
  if constexpr (kPriced) {
    if (stretch.everywhere()) seen += stretch.guide(state.guided(one.item, one.from, to));
    else if (stretch.field.shut[to] != 0) return false;
    else seen += one.closing - state.opening(to);
  }
  if (seen > most || !state.allows(one.item, one.from, to)) return false;
  state.move(one.item, to, cost);
  ++tally.moves;
  stretch.best->moved(one.item, one.from);
  stretch.best->look(state);
  return true;
}

template <int W>
template <bool kSoft>
HEADROOM_TARGET void Loops<W>::try_shifts(State& state, Stretch& stretch, std::uint64_t bits, std::int64_t most, Tally& tally) {
  const Layout& layout = state.layout();
  const auto hosts = static_cast<std::int32_t>(layout.hosts);
  Leaving<W> one = leaving(state, draw(state, stretch, bits));
  if constexpr (kSoft) one.relief = relief(state, one);
  if (const std::span<const std::int32_t> few = state.choices(one.item); !few.empty())
    return try_few<kSoft>(state, stretch, one, few, bits, most, tally);
  if (kPriced && !stretch.everywhere()) return try_few<kSoft>(state, stretch, one, stretch.field.hosts, bits, most, tally);
  std::int32_t to = Stream::below(static_cast<std::uint32_t>(bits >> 32), static_cast<std::uint32_t>(hosts));
  if (homeward(bits)) to = one.home;
  for (int i = 0; i < kWindow && i < hosts; ++i, to = to + 1 == hosts ? 0 : to + 1)
    if (try_shift<kSoft>(state, stretch, one, to, most, tally)) return;
}

template <int W>
template <bool kSoft>
HEADROOM_TARGET void Loops<W>::try_few(State& state, Stretch& stretch, const Leaving<W>& one, std::span<const std::int32_t> few,
                                       std::uint64_t bits, std::int64_t most, Tally& tally) {
  if (homeward(bits) && try_shift<kSoft>(state, stretch, one, one.home, most, tally)) return;
  const auto count = static_cast<std::uint32_t>(few.size());
  auto at = static_cast<std::uint32_t>(Stream::below(static_cast<std::uint32_t>(bits >> 32), count));
  for (std::uint32_t i = 0; i < count && i < static_cast<std::uint32_t>(kWindow); ++i, at = at + 1 == count ? 0 : at + 1)
    if (try_shift<kSoft>(state, stretch, one, few[at], most, tally)) return;
}

// Swaps two items if they are admitted, nothing speaks against it and it costs at most `most`.
template <int W>
template <bool kSoft>
HEADROOM_INLINE bool Loops<W>::try_swap(State& state, Stretch& stretch, const Leaving<W>& one, std::int32_t other, std::int32_t to,
                                        std::int64_t most, Tally& tally) {
  ++tally.tries;
  const Row<W> more = subtract(load<W>(state.layout().need[static_cast<std::size_t>(other)]), one.need);
  if (!admits_swap<kSoft>(state, stretch, one, other, to, more, most)) return false;
  ++tally.changes;
  const std::int64_t cost = swap_change(state, one, other, to, more);
  std::int64_t seen = cost;
  if constexpr (kPriced)
    if (stretch.everywhere()) seen += stretch.guide(state.guided_swap(one.item, one.from, other, to));
  if (seen > most || !state.allows_swap(one.item, one.from, other, to)) return false;
  state.move(one.item, to, cost);
  state.move(other, one.from, 0);
  tally.moves += 2;
  stretch.best->moved(one.item, one.from);
  stretch.best->moved(other, to);
  stretch.best->look(state);
  return true;
}

// With items of one other host.
template <int W>
template <bool kSoft>
HEADROOM_TARGET void Loops<W>::try_swaps(State& state, Stretch& stretch, std::uint64_t bits, std::int64_t most, Tally& tally) {
  const Layout& layout = state.layout();
  const std::int32_t item = draw(state, stretch, bits);
  const std::int32_t first = draw_one(state, stretch, static_cast<std::uint32_t>(bits >> 32));
  const std::int32_t to = homeward(bits) ? layout.home[item] : state.host_of(first);
  if (to == state.host_of(item)) return;
  const std::vector<std::int32_t>& on = state.items_on(to);
  const auto there = static_cast<std::int32_t>(on.size());
  if (there == 0) return;
  const Leaving<W> one = leaving(state, item);
  std::int32_t place = to == state.host_of(first) ? state.place_of(first) : first % there;
  for (int i = 0; i < kWindow && i < there; ++i, place = place + 1 == there ? 0 : place + 1)
    if (try_swap<kSoft>(state, stretch, one, on[static_cast<std::size_t>(place)], to, most, tally)) return;
}

// With items that need much the same, wherever they are.
template <int W>
template <bool kSoft>
HEADROOM_TARGET void Loops<W>::try_alike(State& state, Stretch& stretch, std::uint64_t bits, std::int64_t most, Tally& tally) {
  const Alike& alike = state.layout().alike;
  const auto items = static_cast<std::int32_t>(state.layout().items);
  const std::int32_t item = draw(state, stretch, bits);
  const std::uint64_t draws = stretch.random.next();
  const auto reach = Alike::kNearest + static_cast<std::uint32_t>(Stream::below(static_cast<std::uint32_t>(bits >> 32), alike.reaches()));
  const std::int32_t away = 1 + Stream::below(static_cast<std::uint32_t>(draws), 1U << reach);
  const int step = (draws >> 63) == 0 ? -1 : 1;
  const Leaving<W> one = leaving(state, item);
  std::int32_t place = alike.place(item) + step * away;
  for (int i = 0; i < kAlikeWindow && place >= 0 && place < items; ++i, place += step) {
    const std::int32_t other = alike.item(place), to = state.host_of(other);
    if (to != one.from && try_swap<kSoft>(state, stretch, one, other, to, most, tally)) return;
  }
}

// Takes one item off an overfull host: the one that cures it at least cost, or else the one that helps most.
template <int W>
HEADROOM_TARGET bool Loops<W>::make_room(State& state, Stretch& stretch, std::int32_t host, std::int32_t keep,
                                         std::int32_t keep_row, Chain& chain, Tally& tally) {
  const Row<W> none{};
  const std::vector<std::int32_t>& on = state.items_on(host);
  const auto there = static_cast<std::uint32_t>(on.size());
  const auto hosts = static_cast<std::uint32_t>(state.layout().hosts);
  const Row<W> missing = positive(subtract(none, load<W>(state.room(host))));
  Row<W> ones;
  for (int l = 0; l < W; ++l) reinterpret_cast<std::int32_t*>(&ones)[l] = 1;
  std::int32_t chosen = -1;
  Pick goes;
  std::int64_t least_left = dot(missing, ones) + state.missing_risk(host, -1);
  bool cured = false;
  std::uint64_t bits = stretch.random.next();
  std::uint32_t place = static_cast<std::uint32_t>(Stream::below(static_cast<std::uint32_t>(bits), there));
  for (std::uint32_t i = 0; i < kOusted && i < there; ++i, place = place + 1 == there ? 0 : place + 1) {
    const std::int32_t item = on[place];
    if (item == keep || (keep_row >= 0 && state.close().has(keep_row, item))) continue;
    const Row<W> relief = both(load<W>(state.layout().need[static_cast<std::size_t>(item)]), load<W>(state.charged(item, host)));
    const std::int64_t left = dot(positive(subtract(missing, relief)), ones) + state.missing_risk(host, item);
    ++tally.tries;
    if (cured ? left > 0 : left >= least_left) continue;
    bits = stretch.random.next();
    Pick pick = best_host(state, item, nullptr, Stream::below(static_cast<std::uint32_t>(bits >> 32), hosts), kPlaces, tally);
    if (const std::int32_t home = state.layout().home[item]; home != host) {
      const Pick back = best_host(state, item, nullptr, home, 1, tally);
      if (back.host >= 0 && (pick.host < 0 || back.change < pick.change)) pick = back;
    }
    if (pick.host < 0 || (cured && pick.change >= goes.change)) continue;
    chosen = item;
    goes = pick;
    least_left = left;
    cured = left == 0;
  }
  if (chosen < 0) return false;
  chain.make(state, chosen, goes.host, goes.change);
  ++tally.moves;
  return true;
}

// Puts an item where it has no room, and moves others away from there until it has. Kept when all of it together costs at
// most `most`.
template <int W>
HEADROOM_TARGET void Loops<W>::try_chain(State& state, Stretch& stretch, std::uint64_t bits, std::int64_t most, Tally& tally) {
  const Layout& layout = state.layout();
  const std::int32_t item = draw(state, stretch, bits);
  std::int32_t to = Stream::below(static_cast<std::uint32_t>(bits >> 32), static_cast<std::uint32_t>(layout.hosts));
  if (homeward(bits)) to = layout.home[item];
  const std::int32_t from = state.host_of(item);
  if (to == from || !state.allows_but_for_risk(item, from, to)) return;
  ++tally.tries;
  ++tally.changes;
  Chain chain;
  chain.make(state, item, to, change(state, leaving(state, item), to));
  ++tally.moves;
  bool fits = holds_room(state, to);
  while (!fits && chain.length < Chain::kMost && make_room(state, stretch, to, item, -1, chain, tally))
    fits = holds_room(state, to);
  if (fits && chain.change <= most) return chain.keep(state, *stretch.best);
  tally.moves += static_cast<std::uint64_t>(chain.length);
  chain.take_back(state);
}

#include "group_moves.inl"

template <int W>
template <bool kSoft>
HEADROOM_TARGET inline void Loops<W>::try_either(State& state, Stretch& stretch, std::uint64_t kind, std::uint64_t bits,
                                                 std::int64_t most, Tally& tally) {
  if ((kind >> 63) == 0) try_shifts<kSoft>(state, stretch, bits, most, tally);
  else if ((kind >> 62 & 1) == 0 && (!kPriced || stretch.everywhere())) try_alike<kSoft>(state, stretch, bits, most, tally);
  else try_swaps<kSoft>(state, stretch, bits, most, tally);
}

template <int W>
HEADROOM_TARGET void Loops<W>::anneal(State& state, Stretch& stretch, Tally& tally) {
  if (state.layout().items == 0) return;
  const std::uint64_t group_odds = state.close().size() == 0 ? 0 : kGroupOdds;
  for (std::uint64_t round = 0; round < stretch.rounds; ++round) {
    const std::uint64_t kind = stretch.random.next(), bits = stretch.random.next();
    // Metropolis: accept a change up to -T ln(u), which is drawn first, so that most refusals need no exponential.
    const auto most = static_cast<std::int64_t>(stretch.temperature * kMinusLog[kind & (kMinusLogs - 1)]);
    const bool soft = stretch.strictness > 0;
    if (kPriced && !soft && (kind >> 12 & 1023) < stretch.drain_odds) try_drain(state, stretch, most, tally);
    else if (!soft && (kind >> 52 & 1023) < stretch.chain_odds) try_chain(state, stretch, bits, most, tally);
    else if ((kind >> 42 & 1023) < group_odds) try_group(state, stretch, bits, most, tally);
    else if (soft) try_either<true>(state, stretch, kind, bits, most, tally);
    else try_either<false>(state, stretch, kind, bits, most, tally);
  }
}

template <int W>
HEADROOM_INLINE void Loops<W>::consider(State& state, const Leaving<W>& one, std::int32_t to, Pick& best, Tally& tally) {
  if (to == one.from) return;
  ++tally.tries;
  if (!fits(state, one, to)) return;
  ++tally.changes;
  const std::int64_t cost = change(state, one, to);
  if (best.host >= 0 && (cost > best.change || (cost == best.change && !tighter(state, to, best.host)))) return;
  if (state.allows(one.item, one.from, to)) best = {to, cost};
}

template <int W>
HEADROOM_TARGET Pick Loops<W>::best_of_few(State& state, const Leaving<W>& one, std::span<const std::int32_t> few, std::int32_t first,
                                           std::int32_t count, Tally& tally) {
  const auto there = static_cast<std::int32_t>(few.size());
  Pick best;
  std::int32_t at = first % there;
  for (std::int32_t i = 0; i < count && i < there; ++i, at = at + 1 == there ? 0 : at + 1)
    consider(state, one, few[static_cast<std::size_t>(at)], best, tally);
  return best;
}

template <int W>
HEADROOM_TARGET Pick Loops<W>::best_host(State& state, std::int32_t item, const std::int32_t* need, std::int32_t first,
                                        std::int32_t count, Tally& tally) {
  const auto hosts = static_cast<std::int32_t>(state.layout().hosts);
  Leaving<W> one = leaving(state, item);
  std::int64_t less = 0;  // change() takes it to pay for as much where it is as where it goes
  if (need != nullptr) {
    const Row<W> there = load<W>(need);
    if constexpr (kPriced) less = dot(subtract(one.need, there), one.use_price);
    one.need = there;
  }
  Pick best;
  if (const std::span<const std::int32_t> few = state.choices(item); !few.empty() && count > 1) {
    best = best_of_few(state, one, few, first, count, tally);
  } else {
    std::int32_t to = first;
    for (std::int32_t i = 0; i < count && i < hosts; ++i, to = to + 1 == hosts ? 0 : to + 1) consider(state, one, to, best, tally);
  }
  best.change -= less;
  return best;
}

template <int W>
HEADROOM_TARGET bool Loops<W>::shift_change(State& state, std::int32_t item, std::int32_t to, std::int64_t& cost) {
  const Leaving<W> one = leaving(state, item);
  if (!fits(state, one, to)) return false;
  cost = change(state, one, to);
  return true;
}

template <int W>
HEADROOM_TARGET bool Loops<W>::swap_change(State& state, std::int32_t item, std::int32_t other, std::int64_t& cost) {
  const Leaving<W> one = leaving(state, item);
  const std::int32_t to = state.host_of(other);
  const Row<W> more = subtract(load<W>(state.layout().need[static_cast<std::size_t>(other)]), one.need);
  if (!swap_fits(state, one, other, to, more)) return false;
  cost = swap_change(state, one, other, to, more);
  return true;
}

#include "field.inl"

#include "drain.inl"

template <int W>
constexpr Kernel kLoops{Loops<W>::anneal,       Loops<W>::best_host,   kPriced ? Loops<W>::drain : nullptr,
                        kPriced ? Loops<W>::best_in_field : nullptr, Loops<W>::shift_change,
                        Loops<W>::swap_change,  Loops<W>::shift_excess, Loops<W>::swap_excess};
