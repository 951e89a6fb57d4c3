// Emptying a host, as one move: a host costs its open_price until the last item has left, so that no single shift sees what
// is to be gained. Included by kernels.inl.

// Puts every item of a host elsewhere, the largest first while there is room. Kept when all of it together costs at most
// `how.most`, else taken back.
template <int W>
HEADROOM_TARGET bool Loops<W>::drain(State& state, const Drain& how, Best& best, Tally& tally) {
  const Layout& layout = state.layout();
  const std::vector<std::int32_t>& on = state.items_on(how.host);
  const std::size_t count = on.size();
  if (count == 0 || count > Chain::kCapacity) return false;
  std::int32_t items[Chain::kCapacity];
  std::copy(on.begin(), on.end(), items);
  std::sort(items, items + count, [&layout](std::int32_t a, std::int32_t b) {
    return layout.size[a] != layout.size[b] ? layout.size[a] > layout.size[b] : a < b;
  });
  const std::int64_t most = how.most + layout.open_price[how.host];  // before the host is empty
  Chain chain;
  std::int32_t first = how.first;
  for (std::size_t i = 0; i < count && chain.change <= most; ++i) {
    Pick pick;
    if (how.into >= 0) pick = best_host(state, items[i], nullptr, how.into, 1, tally);
    if (pick.host < 0) pick = best_host(state, items[i], nullptr, first, how.places, tally);
    if (const std::int32_t home = layout.home[items[i]]; how.into < 0 && home != how.host) {
      const Pick back = best_host(state, items[i], nullptr, home, 1, tally);
      if (back.host >= 0 && (pick.host < 0 || back.change < pick.change)) pick = back;
    }
    if (pick.host < 0) break;
    chain.make(state, items[i], pick.host, pick.change);
    ++tally.moves;
    first = static_cast<std::int32_t>((first + static_cast<std::int64_t>(how.places)) % static_cast<std::int64_t>(layout.hosts));
  }
  if (on.empty() && chain.change <= how.most) {
    chain.keep(state, best);
    return true;
  }
  tally.moves += static_cast<std::uint64_t>(chain.length);
  chain.take_back(state);
  return false;
}

// Of a few hosts the one that costs most for what is on it.
template <int W>
HEADROOM_TARGET void Loops<W>::try_drain(State& state, Stretch& stretch, std::int64_t most, Tally& tally) {
  const Layout& layout = state.layout();
  const auto hosts = static_cast<std::uint32_t>(layout.hosts);
  Drain how{.places = kPlaces, .most = most};
  for (int i = 0; i < kDrainable; ++i) {
    const std::uint64_t bits = stretch.random.next();
    const std::int32_t host = Stream::below(static_cast<std::uint32_t>(bits >> 32), hosts);
    how.first = Stream::below(static_cast<std::uint32_t>(bits), hosts);
    const auto count = static_cast<std::int64_t>(state.items_on(host).size());
    if (count == 0 || count > Chain::kCapacity || layout.open_price[host] == 0) continue;
    // open / count, compared without a division; 2^52 times 64 stays within 64 bits.
    if (how.host < 0 || layout.open_price[host] * static_cast<std::int64_t>(state.items_on(how.host).size()) >
                            layout.open_price[how.host] * count)
      how.host = host;
  }
  ++tally.tries;
  if (how.host < 0) return;
  if ((stretch.random.next() & 3) == 0) how.into = how.first;
  drain(state, how, *stretch.best, tally);
}
