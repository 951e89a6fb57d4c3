#include "headroom/daemon/run.h"

#include <fmt/format.h>

#include <algorithm>

#include "headroom/daemon/move_file.h"

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
  info.step = world.step;
  info.rounds = world.rounds();
  info.decides = shown.policy;
  return std::make_shared<const RunInfo>(std::move(info));
}

}  // namespace

Run::Run(std::shared_ptr<const World> world, RunOptions options) : world_(std::move(world)), options_(std::move(options)) {}

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
  const bool sees = run->contenders_.back().sight == Sight::kModel;
  if (run->options_.trainer != nullptr && !sees)
    return invalid(fmt::format("there is no model to train again: {} does not forecast with it", run->options_.policy));
  if (run->options_.trainer != nullptr && !run->options_.model) return invalid("there is no model to train again");
  if (sees && run->options_.model) {
    run->models_.emplace(run->options_.model, run->options_.trial);
    run->drift_.emplace(run->options_.model->info());
  }
  if (!sees || run->options_.model) run->options_.without_model.clear();
  if (!run->options_.rules.empty()) run->contenders_.back().policy.rules = run->options_.rules;
  run->info_ = describe(*run->world_, run->options_, run->contenders_.back());
  run->show(RunState::kRunning, "learning from the days before the window");
  return run;
}

Result<void> Run::go(const Stop& stop) {
  auto done = warm_up(stop);
  if (done) done = rounds(stop);
  if (options_.trainer) options_.trainer->cancel();  // no round is left to take over in
  const std::lock_guard lock(mutex_);
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
    const std::lock_guard lock(mutex_);
    replays_.push_back(std::move(*replay));
    if (paused_ && replays_.size() == contenders_.size())
      if (auto ok = replays_.back()->actuator().pause("by the operator", world_->window.begin); !ok) return ok;
  }
  take_up_moves();
  return {};
}

void Run::take_up_moves() {
  if (options_.moves_file.empty()) return;
  const auto errors = load_moves(options_.moves_file, world_->hosts, world_->window.begin);
  if (errors) replays_.back()->set_moves(MoveMemory(*errors));
  else if (errors.error().code != ErrorCode::kNotFound) moves_trouble_ = errors.error().message;
}

void Run::keep_moves(const Replay& shown, std::vector<std::string>& troubles) {
  if (!moves_trouble_.empty()) troubles.push_back(std::exchange(moves_trouble_, {}));
  const MoveMemory& moves = shown.loop().moves();
  if (options_.moves_file.empty() || moves.finished() == moves_kept_) return;
  const auto saved = save_moves(options_.moves_file, moves.errors(), shown.loop().snapshot().hosts, shown.now());
  if (saved) moves_kept_ = moves.finished();
  else troubles.push_back(saved.error().message);
}

Result<void> Run::rounds(const Stop& stop) {
  Pacer pacer(stop, options_.take, info_->rounds);
  const Replay& shown = *replays_.back();
  while (!shown.done() && pacer.wait_for(shown.round() + 1)) {
    {
      std::unique_lock lock(mutex_);
      turn_.wait(lock, [this] { return waiting_ == 0; });
      if (auto ok = one_round(); !ok) return ok;
    }
    if (options_.watch) options_.watch(*board_.read());
  }
  return {};
}

void Run::hand_over() {
  if (options_.trainer == nullptr) return;
  auto next = options_.trainer->take();
  if (!next) return;
  models_->challenge(std::move(next), replays_.back()->now());
  replays_.back()->set_challenger(models_->challenger());
}

// After a change of the champion, the challenger or both.
void Run::put_in_force() {
  if (models_->champion() != options_.model) {
    options_.model = models_->champion();
    for (auto& replay : replays_) replay->replace_model(options_.model);
    drift_->use(options_.model->info());
    if (options_.trainer) options_.trainer->promoted(options_.model);
  }
  replays_.back()->set_challenger(models_->challenger());
}

void Run::watch_models(const Replay& shown, State& state) {
  state.without_model = options_.without_model;
  state.accuracy = shown.accuracy();
  if (!models_ || !state.accuracy) return;
  if (models_->judge(*state.accuracy, shown.now())) put_in_force();
  else drift_->update(*state.accuracy);
  state.model = models_->champion();
  state.drift = drift_->drift();
  state.succession = models_->status();
}

Result<void> Run::one_round() {
  hand_over();
  Result<Round> round;
  for (auto& replay : replays_) {
    round = replay->advance();
    if (!round) return fail(round.error().code, fmt::format("{}: {}", replay->report().policy, round.error().message));
  }
  const Replay& shown = *replays_.back();
  const bool contested = models_ && models_->challenger();  // one trial at a time
  if (options_.trainer && !contested) options_.trainer->begin_if_due(shown.loop().snapshot());
  keep_moves(shown, round->troubles);
  auto state = std::make_shared<State>();
  state->run = info_;
  state->state = running_state();
  state->message = fmt::format("{}", fmt::join(round->troubles, "; "));
  state->round = shown.round();
  state->decision_ms = round->decision_seconds * 1000;
  state->forecast_ms = round->forecast_seconds * 1000;
  watch_models(shown, *state);
  if (options_.trainer) state->trainer = options_.trainer->status();
  state->snapshot = shown.loop().snapshot();
  state->breaches = round->breaches;
  state->plan = board_.log.note(state->snapshot, *round);
  for (const Denied& d : round->plan.denied) state->denied.push_back(describe(state->snapshot, d));
  for (const Alert& a : round->plan.alerts) state->alerts.push_back(describe(state->snapshot, a));
  state->moves = shown.loop().moves().newest();
  state->moves_finished = shown.loop().moves().finished();
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
  next->without_model = options_.without_model;
  if (models_) next->model = models_->champion();
  if (models_ && !next->accuracy) next->accuracy.emplace();
  if (options_.trainer) next->trainer = options_.trainer->status();
  board_.publish(std::move(next));
}

Result<void> Run::set_paused(bool paused) {
  ++waiting_;
  const std::lock_guard lock(mutex_);
  --waiting_;
  turn_.notify_all();
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

}  // namespace headroom
