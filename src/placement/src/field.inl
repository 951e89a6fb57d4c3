// Where an item of a field goes that has to leave its host; part of kernels.inl.

template <int W>
HEADROOM_TARGET Pick Loops<W>::best_in_field(State& state, std::int32_t item, const Stretch& stretch, Tally& tally) {
  Leaving<W> one = leaving(state, item);
  const bool soft = stretch.strictness > 0;
  if (soft) one.relief = relief(state, one);
  Pick best;
  std::int64_t least = 0;
  for (const std::int32_t to : stretch.field.hosts) {
    if (to == one.from) continue;
    ++tally.tries;
    std::int64_t spared = 0;  // less than nothing: what the excess costs
    if (soft ? !admits<true>(state, stretch, one, to, spared) : !fits(state, one, to)) continue;
    ++tally.changes;
    const std::int64_t cost = change(state, one, to), seen = cost - spared + one.closing - state.opening(to);
    if (best.host >= 0 && seen >= least) continue;
    if (!state.allows(item, one.from, to)) continue;
    best = {to, cost};
    least = seen;
  }
  return best;
}
