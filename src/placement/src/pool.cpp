#include "headroom/placement/pool.h"

#include <algorithm>
#include <queue>

#include "headroom/base/check.h"
#include "kernel.h"

namespace headroom::placement {

namespace {

// An item of a hot host, and where it would go.
struct Leaver {
  std::int32_t item = 0;
  Pick pick;

  std::int64_t change() const { return pick.host < 0 ? 0 : pick.change; }
};

void check_index(std::int32_t index, std::size_t count) {
  HEADROOM_CHECK(index >= 0 && static_cast<std::size_t>(index) < count, "an item or host of this pool");
}

}  // namespace

struct Pool::Body {
  Body(std::shared_ptr<const Problem> p, std::size_t fit_lane, InstructionSet set)
      : problem(std::move(p)), layout(*problem, Layout::Use::kPool), state(layout), loops(&kernel(set, layout)),
        closed(layout.hosts, 0), other(1, layout.width) {
    layout.fit_lane = fit_lane;
  }
  Body(const Body& from)
      : problem(from.problem), layout(from.layout), state(from.state, layout), loops(from.loops), closed(from.closed),
        other(from.other), tally(from.tally) {}

  Pick cheapest(std::int32_t item, const std::int32_t* need) {
    return loops->best_host(state, item, need, 0, static_cast<std::int32_t>(layout.hosts), tally);
  }
  // Another need of an item as a row, and its risks expected of it until expect_nothing(); nullptr for none.
  const std::int32_t* expect(std::int32_t item, const Need* need);
  std::vector<Step> relieve(std::int32_t host, std::size_t most);
  // Where moves take time (transient lanes), who has left home is on both ends.
  void move(std::int32_t item, std::int32_t to, std::int64_t change) {
    const std::int32_t from = state.host_of(item), home = layout.home[item];
    state.move(item, to, change);
    ++tally.moves;
    if (!layout.transient) return;
    if (from == home) state.linger(item, home);
    if (to == home) state.call_off(item, home);
  }
  // Costs are the caller's.
  void resize(std::int32_t item, const std::int32_t* need, std::span<const RiskNeed> risks);
  // Its largest share of a host's capacity.
  double size(std::int32_t item, std::int32_t host) const;

  std::shared_ptr<const Problem> problem;  // needs in it are those at the beginning
  Layout layout;
  State state;
  const Kernel* loops;
  std::vector<std::uint8_t> closed;
  Rows other;                              // another need, as a row
  Tally tally;
};

const std::int32_t* Pool::Body::expect(std::int32_t item, const Need* need) {
  if (need == nullptr) return nullptr;
  HEADROOM_CHECK(need->lanes.size() == problem->lanes.size() && need->risks.size() == problem->risks.size(),
                 "a need has every lane and every risk");
  layout.write_need(need->lanes, other[0]);
  if (!need->risks.empty()) state.expect(item, need->risks);
  return other[0];
}

void Pool::Body::resize(std::int32_t item, const std::int32_t* need, std::span<const RiskNeed> risks) {
  std::int32_t* now = layout.need[static_cast<std::size_t>(item)];
  state.resize(item, now, need, risks);
  std::copy(need, need + layout.width, now);
}

double Pool::Body::size(std::int32_t item, std::int32_t host) const {
  const std::int32_t* need = layout.need[static_cast<std::size_t>(item)];
  const std::int64_t* capacity = problem->capacity.data() + static_cast<std::size_t>(host) * problem->lanes.size();
  double most = 0;
  for (std::size_t l = 0; l < problem->lanes.size(); ++l)
    most = std::max(most, static_cast<double>(need[l]) / static_cast<double>(std::max<std::int64_t>(1, capacity[l])));
  return most;
}

Pool::Pool(std::unique_ptr<Body> body) : body_(std::move(body)) {}
Pool::Pool(const Pool& other) : body_(std::make_unique<Body>(*other.body_)) {}
Pool::Pool(Pool&&) noexcept = default;
Pool& Pool::operator=(Pool&&) noexcept = default;
Pool::~Pool() = default;

Result<Pool> Pool::make(Problem problem, std::size_t fit_lane, InstructionSet set) {
  if (auto good = validate(problem); !good) return tl::unexpected(good.error());
  if (fit_lane >= problem.lanes.size()) return invalid("the lane that hosts are told apart by does not exist");
  return Pool(std::make_unique<Body>(std::make_shared<const Problem>(std::move(problem)), fit_lane, set));
}

std::int32_t Pool::host_of(std::int32_t item) const {
  check_index(item, body_->layout.items);
  return body_->state.host_of(item);
}

const Assignment& Pool::assignment() const { return body_->state.assignment(); }
std::int64_t Pool::cost() const { return body_->state.cost(); }

std::int64_t Pool::room(std::int32_t host, std::size_t lane) const {
  check_index(host, body_->layout.hosts);
  const bool hidden = lane == 0 && body_->closed[static_cast<std::size_t>(host)] != 0;
  return static_cast<std::int64_t>(body_->state.room(host)[lane]) + (hidden ? State::kClosed : 0);
}

std::int64_t Pool::heat(std::int32_t host) const {
  check_index(host, body_->layout.hosts);
  return body_->state.heat(host);
}

void Pool::close(std::int32_t host) {
  check_index(host, body_->layout.hosts);
  if (std::exchange(body_->closed[static_cast<std::size_t>(host)], 1) == 0) body_->state.close(host);
}

void Pool::open(std::int32_t host) {
  check_index(host, body_->layout.hosts);
  if (std::exchange(body_->closed[static_cast<std::size_t>(host)], 0) == 1) body_->state.open(host);
}

std::optional<Choice> Pool::cheapest(std::int32_t item, const Need* need) {
  check_index(item, body_->layout.items);
  const Pick pick = body_->cheapest(item, body_->expect(item, need));
  body_->state.expect_nothing();
  if (pick.host < 0) return std::nullopt;
  return Choice{pick.host, pick.change};
}

bool Pool::fits(std::int32_t item, std::int32_t host, const Need* need) {
  check_index(item, body_->layout.items);
  check_index(host, body_->layout.hosts);
  const Pick pick = body_->loops->best_host(body_->state, item, body_->expect(item, need), host, 1, body_->tally);
  body_->state.expect_nothing();
  return pick.host >= 0;
}

void Pool::resize(std::int32_t item, const Need& need) {
  check_index(item, body_->layout.items);
  const std::int32_t* row = body_->expect(item, &need);
  State& state = body_->state;
  state.expect_nothing();
  const std::int32_t host = state.host_of(item);
  const std::int64_t before = state.cost_on(host);
  body_->resize(item, row, need.risks);
  state.add_cost(state.cost_on(host) - before);
}

void Pool::move(std::int32_t item, std::int32_t to, const Need* need) {
  check_index(item, body_->layout.items);
  check_index(to, body_->layout.hosts);
  const std::int32_t* row = body_->expect(item, need);
  const Pick pick = body_->loops->best_host(body_->state, item, row, to, 1, body_->tally);
  HEADROOM_CHECK(pick.host == to, "an item is moved where it fits");
  body_->state.expect_nothing();
  if (row == nullptr) return body_->move(item, to, pick.change);
  // The host it leaves loses what it needs there; the one it comes to gets the other amount.
  body_->move(item, to, pick.change);
  body_->resize(item, row, need->risks);
}

bool Pool::allows(std::int32_t item, std::int32_t host) const {
  check_index(item, body_->layout.items);
  check_index(host, body_->layout.hosts);
  const std::int32_t from = body_->state.host_of(item);
  return from == host || body_->state.allows_but_for_risk(item, from, host);
}

void Pool::put(std::int32_t item, std::int32_t to, const Need* need) {
  HEADROOM_CHECK(allows(item, to), "an item is put where its constraints allow it");
  const std::int32_t* row = body_->expect(item, need);
  body_->state.expect_nothing();
  body_->move(item, to, 0);
  if (row != nullptr) body_->resize(item, row, need->risks);
  body_->state.add_cost(body_->state.recomputed_cost() - body_->state.cost());
}

// Relieves one host. The cheapest places of its items are looked up once: a move makes its destination dearer and leaves the
// others as they were, so only who wanted to go to the same one has to look again; the rest are priced anew where they wanted.
std::vector<Step> Pool::Body::relieve(std::int32_t host, std::size_t most) {
  std::vector<Leaver> leavers;
  if (state.heat(host) > 0)
    for (std::int32_t item : state.items_on(host)) leavers.push_back({item, cheapest(item, nullptr)});
  std::vector<Step> steps;
  while (steps.size() < most && state.heat(host) > 0) {
    const auto best = std::min_element(leavers.begin(), leavers.end(),
                                       [](const Leaver& a, const Leaver& b) { return a.change() < b.change(); });
    if (best == leavers.end() || best->change() >= 0) break;
    const Step step{best->item, host, best->pick.host};
    move(step.item, step.to, best->pick.change);
    steps.push_back(step);
    leavers.erase(best);
    for (Leaver& left : leavers) {
      if (left.pick.host < 0) continue;
      left.pick = left.pick.host == step.to ? cheapest(left.item, nullptr)
                                            : loops->best_host(state, left.item, nullptr, left.pick.host, 1, tally);
    }
  }
  return steps;
}

std::vector<Step> Pool::relieve(std::span<const std::int32_t> hosts, std::size_t most) {
  const State& state = body_->state;
  std::vector<std::int32_t> hottest(hosts.begin(), hosts.end());
  for (std::int32_t host : hottest) check_index(host, body_->layout.hosts);
  std::stable_sort(hottest.begin(), hottest.end(),
                   [&](std::int32_t x, std::int32_t y) { return state.heat(x) > state.heat(y); });
  std::vector<Step> steps;
  for (std::int32_t host : hottest) {
    const std::vector<Step> more = body_->relieve(host, most - steps.size());
    steps.insert(steps.end(), more.begin(), more.end());
  }
  return steps;
}

std::vector<Step> Pool::drain(std::int32_t host) {
  check_index(host, body_->layout.hosts);
  Body& b = *body_;
  std::vector<std::int32_t> leaving = b.state.items_on(host);
  std::stable_sort(leaving.begin(), leaving.end(),
                   [&](std::int32_t x, std::int32_t y) { return b.size(x, host) > b.size(y, host); });
  std::vector<Step> steps;
  std::vector<std::int64_t> changes;
  for (std::int32_t item : leaving) {
    const Pick pick = b.cheapest(item, nullptr);
    if (pick.host < 0) {
      for (; !steps.empty(); steps.pop_back(), changes.pop_back()) b.move(steps.back().item, host, -changes.back());
      break;
    }
    steps.push_back({item, host, pick.host});
    changes.push_back(pick.change);
    b.move(item, pick.host, pick.change);
  }
  return steps;
}

Tally Pool::tally() const { return body_->tally; }

}  // namespace headroom::placement
