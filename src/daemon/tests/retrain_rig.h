// A small fleet of waves in a history store, and models quickly grown for it.
#pragma once

#include <condition_variable>
#include <mutex>

#include "../../forecast/tests/synthetic.h"
#include "headroom/daemon/trainer.h"
#include "headroom/history/memory_history.h"

namespace headroom::testing {

inline std::string uuid_of(int vm) { return "wave-" + std::to_string(vm); }

// `vms` VMs, a sample every step of [kBeginning, kBeginning + steps).
inline void append_waves(HistoryStore& history, int vms, std::size_t steps, std::size_t from = 0) {
  for (int vm = 0; vm < vms; ++vm) {
    const TrainingVm load = training_vm(static_cast<std::uint64_t>(vm) + 100, steps);
    const std::string uuid = uuid_of(vm);
    std::vector<HistorySample> samples;
    for (std::size_t i = from; i < steps; ++i) {
      Sample sample{kBeginning + static_cast<std::int64_t>(i + 1) * kStep, {}, {}, true};
      for (std::size_t r = 0; r < kResourceCount; ++r) sample.used[r] = static_cast<double>(load.demand[r][i]);
      samples.push_back({uuid, sample});
    }
    ASSERT_TRUE(history.append(samples).has_value());
  }
}

// Knows next to nothing: one tree, of one VM.
inline std::shared_ptr<const GlobalModel> poor_model() {
  static const auto model = [] {
    TrainOptions options = quick_training();
    options.trees = 1;
    return train(waves(1, kStepsPerDay * 3), options).value();
  }();
  return model;
}

inline Snapshot snapshot_at(std::size_t steps) {
  Snapshot snapshot;
  snapshot.step = kStep;
  snapshot.taken_at = kBeginning + static_cast<std::int64_t>(steps) * kStep;
  return snapshot;
}

inline TrainerOptions quick_trainer() {
  TrainerOptions options;
  options.every = kStep;  // due at the first round
  options.training = quick_training();
  options.training.threads = 1;
  return options;
}

// Passes everything on to another store; a test overrides what it wants to spoil.
class PassingHistory : public HistoryStore {
 public:
  using HistoryStore::append;
  Result<void> append(std::span<const HistorySample> samples, std::span<const HistoryMark> marks) override { return inner_->append(samples, marks); }
  Result<void> sync() override { return inner_->sync(); }
  Result<std::string> mark(std::string_view vm) override { return inner_->mark(vm); }
  Result<std::vector<Sample>> read(std::string_view vm, Instant from, Instant to) override { return inner_->read(vm, from, to); }
  Result<std::vector<std::string>> vms() override { return inner_->vms(); }
  Result<std::size_t> drop_before(Instant before) override { return inner_->drop_before(before); }

 private:
  std::unique_ptr<HistoryStore> inner_ = make_memory_history();
};

// Whoever reads waits until the gate is opened.
class GatedHistory : public PassingHistory {
 public:
  Result<std::vector<Sample>> read(std::string_view vm, Instant from, Instant to) override {
    std::unique_lock lock(mutex_);
    opened_.wait(lock, [this] { return open_; });
    lock.unlock();
    return PassingHistory::read(vm, from, to);
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    opened_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
};

}  // namespace headroom::testing
