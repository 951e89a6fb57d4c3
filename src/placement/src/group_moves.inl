// Moves of everything that has to be in one place, part of kernels.inl: single moves cannot take a group elsewhere, since the first
// one would break it.

// No lane and no risk of the host is above its limit.
template <int W>
HEADROOM_TARGET bool Loops<W>::holds_room(const State& state, std::int32_t host) {
  const Row<W> none{};
  return !exceeds(none, load<W>(state.room(host))) && state.holds_risk(host);
}

// Where a member of relation `row` goes when all go to where `to` is: to `to` itself, to whom it shares a host with that is there
// already, or to the cheapest of some hosts there that have room. -1: nowhere.
template <int W>
HEADROOM_TARGET std::int32_t Loops<W>::place_in_group(State& state, std::int32_t row, std::int32_t item, std::int32_t to,
                                                      std::uint64_t bits, Tally& tally) {
  const Close& close = state.close();
  const std::int32_t from = state.host_of(item), place = close.place(row, to);
  std::int32_t fixed = close.scope(row) == Relation::Scope::kHost ? to : -1;
  for (std::int32_t other : close.rows_of(item)) {
    if (other == row || !close.hard(other) || close.scope(other) != Relation::Scope::kHost) continue;
    for (std::int32_t member : close.members(other))
      if (member != item && close.place(row, state.host_of(member)) == place) fixed = state.host_of(member);
  }
  if (fixed >= 0) return state.allows_in_a_group(item, from, fixed) ? fixed : -1;
  const std::span<const std::int32_t> hosts = close.hosts_beside(row, to);
  const auto count = static_cast<std::uint32_t>(hosts.size());
  const Leaving<W> one = leaving(state, item);
  Pick best;
  auto at = static_cast<std::uint32_t>(Stream::below(static_cast<std::uint32_t>(bits), count));
  for (std::uint32_t i = 0; i < count && i < static_cast<std::uint32_t>(kPlaces); ++i, at = at + 1 == count ? 0 : at + 1) {
    ++tally.tries;
    if (!fits(state, one, hosts[at])) continue;
    ++tally.changes;
    const std::int64_t cost = change(state, one, hosts[at]);
    if ((best.host >= 0 && cost >= best.change) || !state.allows_in_a_group(item, from, hosts[at]) ||
        !state.allows_risk(item, hosts[at]))
      continue;
    best = {hosts[at], cost};
  }
  return best.host;
}

// Moves all members of a relation to one place, and others out of their way. Kept when everybody has room in the end, no other
// relation is torn, and all of it together costs at most `most`.
template <int W>
HEADROOM_TARGET void Loops<W>::try_group(State& state, Stretch& stretch, std::uint64_t bits, std::int64_t most, Tally& tally) {
  const Close& close = state.close();
  const Layout& layout = state.layout();
  const std::int32_t row = Stream::below(static_cast<std::uint32_t>(bits), static_cast<std::uint32_t>(close.size()));
  const std::span<const std::int32_t> members = close.members(row);
  std::int32_t to = Stream::below(static_cast<std::uint32_t>(bits >> 32), static_cast<std::uint32_t>(layout.hosts));
  if (homeward(bits)) to = layout.home[members[static_cast<std::size_t>(to) % members.size()]];
  ++tally.tries;
  Chain chain;
  int ousted = 0;
  bool good = true;
  for (std::size_t m = 0; m < members.size() && good; ++m) {
    const std::int32_t item = members[m];
    if (close.place(row, state.host_of(item)) == close.place(row, to)) continue;
    const std::int32_t host = place_in_group(state, row, item, to, stretch.random.next(), tally);
    good = host >= 0 && chain.length + Chain::kMost < Chain::kCapacity;
    if (!good) break;
    chain.make(state, item, host, change(state, leaving(state, item), host));
    ++tally.moves;
    for (good = holds_room(state, host); !good && ousted < Chain::kMost; ++ousted, good = holds_room(state, host))
      if (!make_room(state, stretch, host, -1, row, chain, tally)) break;
  }
  if (chain.length == 0) return;
  if (good && close.holds() && chain.change <= most) return chain.keep(state, *stretch.best);
  tally.moves += static_cast<std::uint64_t>(chain.length);
  chain.take_back(state);
}
