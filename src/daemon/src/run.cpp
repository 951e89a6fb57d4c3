#include "headroom/daemon/run.h"

#include <fmt/format.h>

#include <algorithm>

namespace headroom {
namespace {

// The pool before the first round: what there is, without samples or forecasts.
std::shared_ptr<State> blank(const World& world, std::shared_ptr<const RunInfo> info) {
  auto state = std::make_shared<State>();
  state->run = std::move(info);
  state->snapshot.taken_at = world.window.begin;
  state->snapshot.step = world.step;
  state->snapshot.hosts = world.hosts;
  state->snapshot.vms = world.vms;
  return state;
}

std::shared_ptr<const RunInfo> describe(const World& world, const RunOptions& options, const Contender& shown) {
  RunInfo info;
  info.version = options.version;
  info.scenario = world.scenario.name;
  info.view = name(world.view);
  info.policy = options.policy;
  info.from = world.window.begin;
  info.to = world.window.end;
  info.step = info.every = info.poll = world.step;
  info.rounds = world.rounds();
  info.decides = shown.policy;
  return std::make_shared<const RunInfo>(std::move(info));
}

}  // namespace

Run::Run(std::shared_ptr<const World> world, RunOptions options)
    : world_(std::move(world)), options_(std::move(options)), moves_(options_.moves_file) {}

Result<std::unique_ptr<Run>> Run::make(std::shared_ptr<const World> world, RunOptions options) {
  std::unique_ptr<Run> run(new Run(std::move(world), std::move(options)));
  std::vector<std::string> names = run->options_.compare;
  names.push_back(run->options_.policy);
  for (auto name = names.begin(); name != names.end(); ++name) {
    if (std::find(names.begin(), name, *name) != name)
      return invalid(fmt::format("the policy '{}' is named twice; a policy is run, or compared with, once", *name));
    auto contender = default_contender(*name, *run->world_);
    if (!contender) return invalid(fmt::format("there is no policy '{}'; known: {}", *name, fmt::join(policy_names(), ", ")));
    run->contenders_.push_back(std::move(*contender));
  }
  if (auto good = run->watch_models(); !good) return tl::unexpected(good.error());
  auto drained = DrainBook::open(run->options_.drained_file);
  if (!drained) return tl::unexpected(drained.error());
  run->drained_ = std::move(*drained);
  if (!run->options_.rules.empty()) run->contenders_.back().policy.rules = run->options_.rules;
  run->info_ = describe(*run->world_, run->options_, run->contenders_.back());
  run->show(RunState::kRunning, "learning from the days before the window");
  return run;
}

// A new champion forecasts in every policy that sees through the model; a challenger is asked by the shown one.
Result<void> Run::watch_models() {
  ModelWatchOptions options;
  options.policy = options_.policy;
  options.sees = contenders_.back().sight == Sight::kModel;
  options.without_model = options_.without_model;
  options.trial = options_.trial;
  options.trainer = options_.trainer;
  ModelSeats seats;
  seats.use = [this](const auto& model) {
    for (auto& replay : replays_) replay->replace_model(model);
  };
  seats.challenge = [this](const auto& model) { replays_.back()->set_challenger(model); };
  auto models = ModelWatch::make(options_.model, std::move(options), std::move(seats));
  if (!models) return tl::unexpected(models.error());
  models_.emplace(std::move(*models));
  return {};
}

Result<void> Run::go(const Stop& stop) {
  auto done = warm_up(stop);
  if (done) done = rounds(stop);
  models_->end();
  const auto lock = gate_.change();
  over_ = true;
  if (!done && stop.requested()) return {};
  if (!done) show(RunState::kFailed, done.error().message);
  else if (replays_.back()->done()) show(RunState::kFinished, board_.read()->message);
  return done;
}

Result<void> Run::warm_up(const Stop& stop) {
  ReplayOptions options;
  options.model = options_.model;
  options.simple_without_model = true;
  options.seed = options_.seed;
  options.stop = &stop;
  for (const Contender& contender : contenders_) {
    options.history = &contender == &contenders_.back() ? options_.history : nullptr;
    auto replay = Replay::make(*world_, contender, options);
    if (!replay) return tl::unexpected(replay.error());
    const auto lock = gate_.change();
    replays_.push_back(std::move(*replay));
    replays_.back()->set_drained(drained_.hosts());
    if (paused_ && replays_.size() == contenders_.size())
      if (auto ok = replays_.back()->actuator().pause("by the operator", world_->window.begin); !ok) return ok;
  }
  if (auto learnt = moves_.take_up(world_->hosts, world_->window.begin)) replays_.back()->set_moves(std::move(*learnt));
  return {};
}

Result<void> Run::rounds(const Stop& stop) {
  Pacer pacer(stop, options_.take, *info_->rounds);
  const Replay& shown = *replays_.back();
  while (!shown.done() && pacer.wait_for(shown.round() + 1)) {
    {
      const auto lock = gate_.round();
      if (auto ok = one_round(); !ok) return ok;
    }
    if (options_.watch) options_.watch(*board_.read());
  }
  return {};
}

Result<void> Run::one_round() {
  models_->before_round(replays_.back()->now());
  Result<Round> round;
  for (auto& replay : replays_) {
    round = replay->advance();
    if (!round) return fail(round.error().code, fmt::format("{}: {}", replay->report().policy, round.error().message));
  }
  const Replay& shown = *replays_.back();
  const Loop& loop = shown.loop();
  moves_.keep(loop.moves(), loop.snapshot().hosts, shown.now(), round->troubles);
  auto state = std::make_shared<State>();
  state->run = info_;
  state->state = running_state();
  state->round = shown.round();
  put_round(*state, loop.snapshot(), *round, loop.moves(), board_.log);
  board_.log.follow(loop.snapshot(), loop.under_way());
  models_->after_round(loop.snapshot(), shown.accuracy(), *state);
  for (const auto& replay : replays_) state->score.push_back(replay->report());
  board_.trail.note(state->snapshot);
  board_.publish(std::move(state));
  return {};
}

void Run::show(RunState state, std::string message) {
  const auto last = board_.read();
  auto next = last ? std::make_shared<State>(*last) : blank(*world_, info_);
  next->state = state;
  next->message = std::move(message);
  models_->show(*next);
  board_.publish(std::move(next));
}

Result<void> Run::set_paused(bool paused) {
  const auto lock = gate_.change();
  if (over_) return fail(ErrorCode::kRefused, "the replay is over; there is nothing to pause or resume");
  paused_ = paused;
  const auto now = board_.read();
  if (replays_.size() == contenders_.size()) {
    Actuator& actuator = replays_.back()->actuator();
    const auto ok = paused ? actuator.pause("by the operator", now->snapshot.taken_at) : actuator.resume();
    if (!ok) return ok;
  }
  show(running_state(), now->message);
  return {};
}

Result<void> Run::set_drained(const std::string& host, bool drained) {
  const auto lock = gate_.change();
  if (over_) return fail(ErrorCode::kRefused, "the replay is over; there is nothing to drain");
  const auto now = board_.read();
  if (auto done = drained_.set(host, drained, now->snapshot); !done) return done;
  for (auto& replay : replays_) replay->set_drained(drained_.hosts());
  show(running_state(), now->message);
  return {};
}

}  // namespace headroom
