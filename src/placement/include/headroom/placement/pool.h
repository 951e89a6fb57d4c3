// A placement that is kept, and asked over and over: where is the cheapest host for this item now? Which items should leave
// hosts that run too hot? Can this host be emptied? It runs on the same rows, constraints and prices as solve(), without
// annealing: an answer takes microseconds to milliseconds, and changes one or a few hosts.
//
//   auto pool = Pool::make(std::move(problem));
//   if (auto to = pool->cheapest(item)) pool->move(item, to->host);
//
// Where the problem has transient lanes a move takes time: an item that has left home is on both ends, for room in those lanes and
// for those that must not meet it.
//
// Equal questions in equal order get equal answers, with any instruction set. Needs are whole numbers, as in the
// Problem. Item and host numbers are the Problem's; a wrong one stops the program.
//
// Threads: one at a time. A copy is independent; it costs as much as the Problem is large.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "headroom/placement/problem.h"
#include "headroom/placement/solve.h"

namespace headroom::placement {

struct Choice {
  std::int32_t host = -1;
  std::int64_t change = 0;  // of the cost
};

struct Step {
  std::int32_t item = 0, from = 0, to = 0;
  bool operator==(const Step&) const = default;
};

// What an item needs: every lane, and every risk.
struct Need {
  std::span<const std::int64_t> lanes;
  std::span<const RiskNeed> risks = {};
};

class Pool {
 public:
  // Everything is at home. kInvalid when the problem is not valid (problem.h). Hosts may be overfull: then they take nobody
  // until they have room again. Other breaches of the start cost Problem::breach_price and do not grow. `fit_lane`: among equally cheap hosts the one with the least room left in this lane is taken.
  static Result<Pool> make(Problem problem, std::size_t fit_lane = 0, InstructionSet set = widest());
  Pool(const Pool& other);
  Pool(Pool&&) noexcept;
  Pool& operator=(Pool&&) noexcept;
  ~Pool();

  std::int32_t host_of(std::int32_t item) const;
  const Assignment& assignment() const;
  std::int64_t cost() const;
  // What is left of a host's capacity in a lane; below 0 where it is overfull.
  std::int64_t room(std::int32_t host, std::size_t lane) const;
  // The part of the cost that use above safe limits, and risk above a soft limit, make on a host.
  std::int64_t heat(std::int32_t host) const;

  // No item goes to a closed host; those on it stay.
  void close(std::int32_t host);
  void open(std::int32_t host);

  // The cheapest open host, other than its own, where the item fits; `need`: what it would need there, if that is not what
  // it needs where it is.
  std::optional<Choice> cheapest(std::int32_t item, const Need* need = nullptr);
  bool fits(std::int32_t item, std::int32_t host, const Need* need = nullptr);

  // What it needs where it is; the host may become overfull.
  void resize(std::int32_t item, const Need& need);
  // Only where it fits.
  void move(std::int32_t item, std::int32_t to, const Need* need = nullptr);

  // All constraints but room and risk would let it be there.
  bool allows(std::int32_t item, std::int32_t host) const;
  // As move(), but only allows() must hold: the host may become overfull. Counts the cost anew, so it takes a pass over all items.
  void put(std::int32_t item, std::int32_t to, const Need* need = nullptr);

  // Moves items off these hosts, the hottest first, each time the one that lowers the cost most, until no move off them does;
  // at most `most` moves. Returns them in order.
  std::vector<Step> relieve(std::span<const std::int32_t> hosts, std::size_t most);
  // Moves all items off a host, the largest first, each to the cheapest open host; none, and nothing is changed, when one of
  // them fits nowhere. The host is not closed by it.
  std::vector<Step> drain(std::int32_t host);

  Tally tally() const;

 private:
  struct Body;
  explicit Pool(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

}  // namespace headroom::placement
