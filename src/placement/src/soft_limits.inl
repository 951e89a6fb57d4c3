// Limits of hosts as the loops see them: walls, or a price for what is over them (excess.h). Part of kernels.inl.

template <int W>
HEADROOM_TARGET inline std::int64_t Loops<W>::relief(const State& state, const Leaving<W>& one) {
  const Row<W> none{};
  const Row<W> over = subtract(none, load<W>(state.room(one.from)));
  const Row<W> less = subtract(over, both(one.need, load<W>(state.charged(one.item, one.from))));
  return dot(subtract(positive(less), positive(over)), load<W>(state.excess().price(one.from)));
}

// Adds what a host's excess changes by when `more` is charged to it. False when it would hold more than twice its limit: there
// counts could leave 32 bits.
template <int W>
HEADROOM_TARGET inline bool Loops<W>::grows(const State& state, std::int32_t host, const Row<W>& more, std::int64_t& excess) {
  const Row<W> none{};
  const Layout& layout = state.layout();
  const Row<W> room = load<W>(state.room(host));
  const Row<W> limit = both(load<W>(layout.limit[static_cast<std::size_t>(host)]), load<W>(layout.charged[0]));
  if (exceeds(more, add(room, limit))) return false;
  const Row<W> change = subtract(positive(subtract(more, room)), positive(subtract(none, room)));
  excess += dot(change, load<W>(state.excess().price(host)));
  return true;
}

template <int W>
HEADROOM_TARGET inline bool Loops<W>::shift_excess(const State& state, const Leaving<W>& one, std::int32_t to, std::int64_t& change) {
  change = one.relief;
  return grows(state, to, both(one.need, load<W>(state.charged(one.item, to))), change);
}

template <int W>
HEADROOM_TARGET inline bool Loops<W>::swap_excess(const State& state, const Leaving<W>& one, std::int32_t other, std::int32_t to,
                                                  std::int64_t& change) {
  const Row<W> need = load<W>(state.layout().need[static_cast<std::size_t>(other)]);
  const Row<W> here = subtract(both(need, load<W>(state.charged(other, one.from))),
                               both(one.need, load<W>(state.charged(one.item, one.from))));
  const Row<W> there = subtract(both(one.need, load<W>(state.charged(one.item, to))),
                                both(need, load<W>(state.charged(other, to))));
  change = 0;
  return grows(state, one.from, here, change) && grows(state, to, there, change);
}

template <int W>
template <bool kSoft>
HEADROOM_TARGET inline bool Loops<W>::admits(const State& state, const Stretch& stretch, const Leaving<W>& one, std::int32_t to,
                                             std::int64_t& most) {
  if constexpr (!kSoft) return fits(state, one, to);
  std::int64_t excess = 0;
  if (!shift_excess(state, one, to, excess)) return false;
  most -= static_cast<std::int64_t>(stretch.strictness * static_cast<double>(excess));
  return true;
}

template <int W>
template <bool kSoft>
HEADROOM_TARGET inline bool Loops<W>::admits_swap(const State& state, const Stretch& stretch, const Leaving<W>& one,
                                                  std::int32_t other, std::int32_t to, const Row<W>& more, std::int64_t& most) {
  if constexpr (!kSoft) return swap_fits(state, one, other, to, more);
  std::int64_t excess = 0;
  if (!swap_excess(state, one, other, to, excess)) return false;
  most -= static_cast<std::int64_t>(stretch.strictness * static_cast<double>(excess));
  return true;
}

template <int W>
HEADROOM_TARGET bool Loops<W>::shift_excess(const State& state, std::int32_t item, std::int32_t to, std::int64_t& change) {
  Leaving<W> one = leaving(state, item);
  one.relief = relief(state, one);
  return shift_excess(state, one, to, change);
}

template <int W>
HEADROOM_TARGET bool Loops<W>::swap_excess(const State& state, std::int32_t item, std::int32_t other, std::int64_t& change) {
  return swap_excess(state, leaving(state, item), other, state.host_of(other), change);
}
