// Packing a fleet whose hosts cost money. Annealing hardly ever empties a host: until the last item has left nothing is saved. So
// which hosts are to be open is decided first, and what is left is a matter of overload and moves, which annealing is good at:
//
// 1. Shut hosts, the worst value for money first, as long as the others have room for all that is needed, in every lane. Value is by
//    the prices of lanes in the relaxed problem (relaxation.h), so what is left open costs about as much as its bound.
// 2. Everybody leaves them, the largest first. Where one finds no room, limits become soft (excess.h) for all.
// 3. Anneal among the open hosts only. Their prices are spent, so they count for nothing.
// 4. While something is overfull and its items find no room elsewhere, open some hosts again and go on annealing.
// 5. While overload costs more than a host, do the same as long as it was worth it.
//
// Nothing is ever moved against a constraint; who may not leave a shut host stays there.
//
// Threads: that of its search.
#pragma once

#include <cstdint>
#include <vector>

#include "search.h"

namespace headroom::placement {

class Packing {
 public:
  // `search` must outlive it, and be on a layout whose hosts have prices.
  explicit Packing(Search& search);

  // From where everything is, until the share of the budget is over. The search is then at the best it has passed. False when it was
  // cut short, at some two fifths of the time, since it was far from the bound when half cooled: constraints, or the price of moves,
  // have more to say about where things go than what hosts hold.
  bool run(double until, Stream chance);
  // Goes on from a packing, that of the search, with the hosts open that have something on them. For another Packing.
  void resume(double until, Stream chance);

 private:
  std::int64_t useful(std::int32_t host, std::size_t lane) const;
  double price(std::int32_t host) const;
  std::vector<std::int32_t> worst_value_first() const;
  void choose();
  std::vector<std::size_t> some_of_each_kind(const std::vector<std::int32_t>& hosts, std::size_t most) const;
  std::vector<std::size_t> instead_of(std::int32_t host, const std::vector<std::int64_t>& spare, double& cost) const;
  bool trade(std::vector<std::int64_t>& spare);
  void shut(const std::vector<std::int32_t>& hosts);
  void open(std::int32_t host);
  bool evacuate(double until);
  bool leave(std::int32_t item, bool everywhere);
  void cool(double from, double to, double until, Stream& chance);
  double excess() const;
  bool unload(std::int32_t host, bool may_open);
  bool mend(double until, bool may_open);
  double avoidable_overload() const;
  void reopen(double worth_of_hosts);
  void make_all_fit(double begin, double until, Stream& chance);
  void open_what_pays(double until, Stream& chance);
  void end();

  Search& search_;
  const Layout& layout_;
  double scale_;                       // what an item costs, about
  Confined hosts_;
  std::vector<std::int32_t> shut_, kept_;  // hosts that it would pay to shut, worst value for money first
  std::size_t looked_from_ = 0;        // where the next item's places are, among the open hosts
};

}  // namespace headroom::placement
