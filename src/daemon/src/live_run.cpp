#include "headroom/daemon/live_run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <atomic>
#include <utility>

#include "headroom/constraints/judge.h"
#include "headroom/rules/rules.h"
#include "live_setup.h"

namespace headroom {
namespace {

constexpr int kSoonest = 6;   // a sixth of a round's time goes by at least, whoever asks for the next
constexpr Duration kBreath = std::chrono::milliseconds(50);  // between looks, however long ago something was due

// The first whole multiple of `every` after `now`.
Instant next_of(Duration every, Instant now) { return now - now.time_since_epoch() % every + every; }

std::shared_ptr<const RunInfo> describe(const LiveFleet& fleet, const LiveOptions& options, const Policy& policy, Instant now) {
  RunInfo info;
  info.mode = RunMode::kLive;
  info.version = options.version;
  info.scenario = fleet.name;
  info.view = name(RunMode::kLive);
  info.policy = options.policy;
  info.from = now;
  info.step = fleet.step;
  info.every = fleet.every;
  info.poll = fleet.poll;
  info.level = fleet.limits.level;
  info.decides = policy;
  return std::make_shared<const RunInfo>(std::move(info));
}

}  // namespace

struct LiveRun::Inside {
  Inside(LiveFleet f, LivePorts p, LiveOptions o, LiveForecaster with, DrainBook hosts, const Policy& policy)
      : fleet(std::move(f)),
        ports(std::move(p)),
        options(std::move(o)),
        forecaster(std::move(with)),
        actuator(ports.hypervisor, ports.journal, fleet.limits),
        loop({ports.hypervisor, *forecaster.forecaster, actuator, options.history}, policy, fleet.every),
        moves(options.moves_file),
        drained(std::move(hosts)),
        info(describe(fleet, options, policy, ports.clock.now())) {
    if (options.history) loop.warm_start(fleet.step);
    loop.set_drained(drained.hosts());
  }

  Result<void> watch_models();
  Result<void> begin();
  void recover(Instant now);
  void take_up_moves(Instant now);
  Instant next_event(Instant now) const;
  void one_round(Instant now);
  void look(Instant now);
  void add_own_troubles(std::vector<std::string>& troubles) const;
  std::vector<UnheardHost> all_unheard(const std::string& why) const;
  std::shared_ptr<State> fresh_state() const;
  void show(const std::string& message);
  RunState state() const { return over ? RunState::kFinished : paused() ? RunState::kPaused : RunState::kRunning; }
  bool paused() const { return recovered ? actuator.status().safety.paused_at.has_value() : pause_asked.value_or(false); }

  LiveFleet fleet;
  LivePorts ports;
  LiveOptions options;
  LiveForecaster forecaster;
  Actuator actuator;
  Loop loop;
  std::optional<ModelWatch> models;
  MoveKeeper moves;
  DrainBook drained;
  News news;
  std::shared_ptr<const RunInfo> info;
  Board board;
  RoundGate gate;
  std::size_t rounds = 0;
  Instant next_round{}, next_poll{}, last_round{};
  std::atomic<bool> round_asked = false;
  std::optional<bool> pause_asked;   // before the journal was read
  bool recovered = false, moves_taken_up = false, told_taken_up = false, over = false;
};

LiveRun::LiveRun(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
LiveRun::~LiveRun() = default;
const Board& LiveRun::board() const { return inside_->board; }

Result<std::unique_ptr<LiveRun>> LiveRun::make(LiveFleet fleet, LivePorts ports, LiveOptions options) {
  auto contender = live_contender(options.policy, fleet);
  if (!contender) return tl::unexpected(contender.error());
  auto forecaster = make_live_forecaster(fleet, options.model, options.without_model);
  if (!forecaster) return tl::unexpected(forecaster.error());
  if (!fleet.rules.empty())
    if (auto good = rules::check_rules(fleet.rules, forecaster->forecaster->horizons(), fleet.rules_file); !good)
      return tl::unexpected(good.error());
  auto drained = DrainBook::open(options.drained_file);
  if (!drained) return tl::unexpected(drained.error());
  std::unique_ptr<LiveRun> run(new LiveRun(std::make_unique<Inside>(std::move(fleet), std::move(ports), std::move(options), std::move(*forecaster),
                                                                    std::move(*drained), contender->policy)));
  if (auto good = run->inside_->watch_models(); !good) return tl::unexpected(good.error());
  run->inside_->show("asking the hosts for the first time");
  return run;
}

Result<void> LiveRun::Inside::watch_models() {
  PredictiveLoadEngine* engine = forecaster.engine;
  ModelWatchOptions with;
  with.policy = options.policy;
  with.sees = true;
  with.without_model = forecaster.without_model;
  with.trial = options.trial;
  with.trainer = options.trainer;
  ModelSeats seats;
  seats.use = [engine](const auto& model) { engine->replace_model(model); };
  seats.challenge = [engine](const auto& model) { engine->set_challenger(model); };
  auto watch = ModelWatch::make(engine != nullptr ? options.model : nullptr, std::move(with), std::move(seats));
  if (!watch) return tl::unexpected(watch.error());
  models.emplace(std::move(*watch));
  return {};
}

Result<void> LiveRun::go() {
  Inside& in = *inside_;
  if (auto ok = in.begin(); !ok) return ok;
  for (;;) {
    const Instant now = in.ports.clock.now();
    if (in.round_asked.exchange(false)) in.next_round = std::min(in.next_round, in.last_round + in.fleet.every / kSoonest);
    const bool round = now >= in.next_round;
    {
      const auto lock = in.gate.round();
      if (round) in.one_round(now);
      else in.look(now);
    }
    if (round && in.options.watch) in.options.watch(*in.board.read());
    if (!in.ports.wait_until(in.next_event(in.ports.clock.now()))) break;
  }
  in.models->end();
  const auto lock = in.gate.change();
  in.over = true;
  in.show("stopped; what is under way goes on and is taken up at the next start");
  return {};
}

// What was begun before is taken up first of all.
Result<void> LiveRun::Inside::begin() {
  const auto lock = gate.round();
  const Instant now = ports.clock.now();
  const auto begun = ports.journal.changed_since(now - loop.memory());
  auto ended = begun ? actuator.recover(now) : Result<std::vector<Ended>>(tl::unexpected(begun.error()));
  if (!ended) {
    over = true;
    show(ended.error().message);
    auto failed = std::make_shared<State>(*board.read());
    failed->state = RunState::kFailed;
    board.publish(std::move(failed));
    return tl::unexpected(ended.error());
  }
  loop.remember(*begun);
  recovered = true;
  loop.take_in(std::move(*ended));
  if (pause_asked) (void)(*pause_asked ? actuator.pause("by the operator", now) : actuator.resume());
  next_round = now;
  return {};
}

// Hosts are known by name in the file, so some have to have answered.
void LiveRun::Inside::take_up_moves(Instant now) {
  if (moves_taken_up) return;
  const auto inventory = ports.hypervisor.inventory();
  if (!inventory) return;
  if (auto learnt = moves.take_up(inventory->hosts, now)) loop.set_moves(std::move(*learnt));
  moves_taken_up = true;
}

Instant LiveRun::Inside::next_event(Instant now) const {
  const Instant soonest = std::min(next_round, next_poll);
  Instant next = std::min(soonest, loop.next_look().value_or(soonest));
  if (ports.due) next = std::min(next, std::max(ports.due().value_or(next), now + kBreath));
  return std::max(now, next);
}

void LiveRun::Inside::one_round(Instant now) {
  last_round = now;
  next_round = next_of(fleet.every, now);
  next_poll = std::min(next_round, next_of(fleet.poll, now));
  models->before_round(now);
  take_up_moves(now);
  auto round = loop.run_round(now);
  auto state = fresh_state();
  state->round = ++rounds;
  if (round) {
    add_own_troubles(round->troubles);
    if (const auto pairs = moves.arrived(loop.snapshot().hosts); !pairs.empty()) loop.add_moves(pairs);
    moves.keep(loop.moves(), loop.snapshot().hosts, now, round->troubles);
    put_round(*state, loop.snapshot(), *round, loop.moves(), board.log);
    board.log.follow(loop.snapshot(), loop.under_way());
    models->after_round(loop.snapshot(), forecaster.engine ? std::optional(forecaster.engine->accuracy()) : std::nullopt, *state);
    if (!std::exchange(told_taken_up, true)) state->news = news.note_taken_up(state->snapshot);
    for (std::string& line : news.note(state->snapshot, *round)) state->news.push_back(std::move(line));
    board.trail.note(state->snapshot);
  } else {
    models->show(*state);
    state->snapshot.taken_at = now;
    state->alarm = board.read()->alarm;
    state->unheard = state->snapshot.hosts.empty() ? all_unheard(round.error().message) : board.read()->unheard;
    state->troubles = {round.error().message};
    add_own_troubles(state->troubles);
    state->message = fmt::format("{}", fmt::join(state->troubles, "; "));
    state->news = news.note_troubles(state->troubles, state->alarm, now);
  }
  board.publish(std::move(state));
}

// Samples of a look are kept for the next round. What goes wrong then and still does is told by that.
void LiveRun::Inside::look(Instant now) {
  next_poll = std::min(next_round, next_of(fleet.poll, now));
  (void)loop.look(now);
  board.log.follow(loop.snapshot(), loop.under_way());
}

// What keeps it from acting, beside what the hosts have to say.
void LiveRun::Inside::add_own_troubles(std::vector<std::string>& troubles) const {
  const ActuatorStatus status = actuator.status();
  if (status.journal_error) troubles.push_back(fmt::format("nothing is begun, since the journal cannot be written: {}", *status.journal_error));
  if (status.safety.breaker_open_since)
    troubles.push_back(fmt::format("nothing is begun for {}, since {} actions in a row have failed", to_text(fleet.limits.breaker_open_for),
                                   status.safety.failures_in_a_row));
  for (std::string& vain : constraints::mismatches(loop.snapshot())) troubles.push_back(std::move(vain));
}

// While not one has answered, what is configured is all that is known.
std::vector<UnheardHost> LiveRun::Inside::all_unheard(const std::string& why) const {
  std::vector<UnheardHost> all;
  for (const std::string& uri : fleet.uris) {
    const auto site = fleet.pool.observer.site.hosts.find(uri);
    const bool named = site != fleet.pool.observer.site.hosts.end() && !site->second.name.empty();
    all.push_back({named ? site->second.name : uri, info->from, why});
  }
  return all;
}

std::shared_ptr<State> LiveRun::Inside::fresh_state() const {
  const auto last = board.read();
  auto next = std::make_shared<State>();
  if (last) next->snapshot = last->snapshot;
  next->run = info;
  next->state = state();
  return next;
}

void LiveRun::Inside::show(const std::string& message) {
  const auto last = board.read();
  auto next = last ? std::make_shared<State>(*last) : fresh_state();
  if (!last) {
    next->snapshot.taken_at = info->from;
    next->snapshot.step = fleet.every;
  }
  next->state = state();
  next->message = message;
  next->news.clear();
  models->show(*next);
  board.publish(std::move(next));
}

Result<void> LiveRun::set_paused(bool paused) {
  Inside& in = *inside_;
  const auto lock = in.gate.change();
  if (in.over) return fail(ErrorCode::kRefused, "the manager is stopping; there is nothing to pause or resume");
  Result<void> ok;
  if (!in.recovered) in.pause_asked = paused;
  else ok = paused ? in.actuator.pause("by the operator", in.ports.clock.now()) : in.actuator.resume();
  in.show(in.board.read()->message);
  return ok;
}

Result<void> LiveRun::set_drained(const std::string& host, bool drained) {
  Inside& in = *inside_;
  const auto lock = in.gate.change();
  if (in.over) return fail(ErrorCode::kRefused, "the manager is stopping; there is nothing to drain");
  Snapshot now = in.board.read()->snapshot;
  now.taken_at = in.ports.clock.now();
  if (auto done = in.drained.set(host, drained, now); !done) return done;
  in.loop.set_drained(in.drained.hosts());
  return {};
}

// A look comes with each wait that ends.
void LiveRun::look_soon() {
  if (inside_->ports.wake) inside_->ports.wake();
}

void LiveRun::round_soon() {
  if (!inside_->round_asked.exchange(true)) look_soon();
}

}  // namespace headroom
