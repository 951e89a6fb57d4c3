#include "headroom/daemon/trainer.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "training.h"

namespace headroom {
namespace {

constexpr int kNiceness = 10;  // enough for the loop to go first; at 19 a busy machine would keep an ending waiting
constexpr std::size_t kBackgroundRows = 60'000;
constexpr int kBackgroundTrees = 128;

// On Linux the niceness is a thread's own. What it starts inherits it.
void lower_priority() { (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNiceness); }

}  // namespace

std::string_view name(TrainingEnd end) {
  switch (end) {
    case TrainingEnd::kAccepted: return "accepted";
    case TrainingEnd::kKept: return "kept";
    case TrainingEnd::kFailed: return "failed";
    case TrainingEnd::kCancelled: return "cancelled";
  }
  return "";
}

TrainOptions TrainerOptions::background_training() {
  TrainOptions options;
  options.max_rows = kBackgroundRows;
  options.trees = kBackgroundTrees;
  options.threads = 1;
  return options;
}

struct Trainer::State {
  State(HistoryStore& h, std::shared_ptr<const GlobalModel> model, TrainerOptions o)
      : history(h), options(std::move(o)), present(std::move(model)) {}

  void work();
  TrainingOutcome run(TrainingTask task);
  TrainingTask task_at(const Snapshot& snapshot);
  bool start_thread();

  HistoryStore& history;
  const TrainerOptions options;
  std::thread thread;

  mutable std::mutex mutex;                       // of what follows
  mutable std::condition_variable changed;
  std::shared_ptr<const GlobalModel> present, successor;
  std::optional<TrainingTask> waiting;            // for the thread to begin
  std::shared_ptr<const GlobalModel> to_save;     // by the thread
  bool saving = false;
  TrainerStatus status;
  bool over = false;
};

Trainer::Trainer(HistoryStore& history, std::shared_ptr<const GlobalModel> present, TrainerOptions options)
    : state_(std::make_unique<State>(history, std::move(present), std::move(options))) {}

Trainer::~Trainer() { cancel(); }

std::shared_ptr<const GlobalModel> Trainer::take() {
  const std::lock_guard lock(state_->mutex);
  return std::exchange(state_->successor, nullptr);
}

void Trainer::promoted(std::shared_ptr<const GlobalModel> model) {
  State& s = *state_;
  const std::lock_guard lock(s.mutex);
  s.present = std::move(model);
  if (s.options.file.empty() || !s.start_thread()) return;
  s.to_save = s.present;
  s.changed.notify_all();
}

void Trainer::begin_if_due(const Snapshot& snapshot) {
  State& s = *state_;
  const std::lock_guard lock(s.mutex);
  if (s.over) return;
  if (!s.status.next) s.status.next = s.options.last_trained.value_or(snapshot.taken_at - snapshot.step) + s.options.every;
  if (s.status.training || snapshot.taken_at < *s.status.next) return;
  s.status.next = snapshot.taken_at + s.options.every;
  if (!s.start_thread()) {
    s.status.last = TrainingOutcome{snapshot.taken_at, TrainingEnd::kFailed, "no new model: the system gives no further thread"};
    return;
  }
  s.waiting = s.task_at(snapshot);
  s.status.training = true;
  s.status.share = 0;
  s.changed.notify_all();
}

void Trainer::cancel() {
  State& s = *state_;
  {
    const std::lock_guard lock(s.mutex);
    s.over = true;
    s.status.next.reset();
  }
  s.changed.notify_all();
  if (s.thread.joinable()) s.thread.join();
  const std::lock_guard lock(s.mutex);
  if (!s.successor) return;
  s.status.last->text += "; but the run is over";
  s.successor.reset();
}

TrainerStatus Trainer::status() const {
  const std::lock_guard lock(state_->mutex);
  return state_->status;
}

void Trainer::wait() const {
  std::unique_lock lock(state_->mutex);
  state_->changed.wait(lock, [this] { return !state_->status.training && !state_->to_save && !state_->saving; });
}

bool Trainer::State::start_thread() {
  if (thread.joinable()) return true;
  try {
    thread = std::thread([this] { work(); });
  } catch (const std::system_error&) {
    return false;
  }
  return true;
}

TrainingTask Trainer::State::task_at(const Snapshot& snapshot) {
  TrainingTask task;
  task.now = snapshot.taken_at;
  task.window = options.window;
  task.most_vms = options.most_vms;
  for (const Vm& vm : snapshot.vms) task.ceilings.emplace(vm.uuid, vm.ceiling);
  task.present = present;
  task.training = options.training;
  task.training.step = present->info().step;
  task.training.horizons = present->info().horizons();
  task.training.from = task.now - task.window;
  task.training.to = task.now;
  task.training.progress = [this](double share, std::string_view) {
    const std::lock_guard lock(mutex);
    status.share = share;
    return !over;
  };
  return task;
}

void Trainer::State::work() {
  lower_priority();
  std::unique_lock lock(mutex);
  for (;;) {
    changed.wait(lock, [this] { return waiting || to_save || over; });
    if (to_save) {
      const auto model = std::exchange(to_save, nullptr);
      saving = true;
      lock.unlock();
      const auto saved = model->save(options.file);
      lock.lock();
      saving = false;
      changed.notify_all();
      if (!saved && status.last) status.last->text += "; it is not kept for the next start: " + saved.error().message;
    } else if (waiting) {
      TrainingTask task = std::move(*waiting);
      waiting.reset();
      lock.unlock();
      TrainingOutcome outcome = run(std::move(task));
      lock.lock();
      status.last = std::move(outcome);
      status.training = false;
      status.share = 0;
      changed.notify_all();
    } else if (over) {
      return;
    }
  }
}

TrainingOutcome Trainer::State::run(TrainingTask task) {
  try {
    Trained trained = train_on_history(history, task);
    if (!trained.model) return std::move(trained.outcome);
    const std::lock_guard lock(mutex);
    successor = std::move(trained.model);
    return std::move(trained.outcome);
  } catch (const std::exception& e) {
    return {task.now, TrainingEnd::kFailed, fmt::format("no new model: {}", e.what())};
  }
}

}  // namespace headroom
