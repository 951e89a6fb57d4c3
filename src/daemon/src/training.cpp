#include "training.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "headroom/forecast/training_grid.h"

namespace headroom {
namespace {

constexpr Duration kOneRead = std::chrono::hours(24);

// Gives the VMs of a store to train(), one after another.
class HistoryReader {
 public:
  HistoryReader(HistoryStore& history, const TrainingTask& task) : history_(history), task_(task) {}

  Result<void> open() {
    auto all = history_.vms();
    if (!all) return tl::unexpected(all.error());
    known_ = all->size();
    const std::size_t taken = std::min(known_, task_.most_vms);
    for (std::size_t i = 0; i < taken; ++i) uuids_.push_back(std::move((*all)[i * known_ / taken]));
    return {};
  }

  std::optional<TrainingVm> next() {
    while (next_ < uuids_.size()) {
      const std::string& uuid = uuids_[next_++];
      TrainingGrid grid(task_.now - task_.window, task_.now, task_.training.step);
      if (!read(uuid, grid)) return std::nullopt;
      if (grid.empty()) continue;
      const auto ceiling = task_.ceilings.find(uuid);
      return grid.finish(uuid, ceiling == task_.ceilings.end() ? Resources() : ceiling->second);
    }
    return std::nullopt;
  }

  bool cancelled() const { return cancelled_; }
  // What has to be added to the outcome; mostly nothing.
  std::string remarks() const {
    std::string text;
    if (known_ > uuids_.size()) text += fmt::format("; {} of {} VMs in the history were asked", uuids_.size(), known_);
    if (unread_ > 0) text += fmt::format("; {} days of a VM could not be read: {}", unread_, first_error_);
    return text;
  }

 private:
  // A day at a time: a sample of the interval that ends at `at` belongs to [from, to) when at is in (from, to].
  bool read(const std::string& uuid, TrainingGrid& grid) {
    for (Instant from = task_.now - task_.window; from < task_.now; from += kOneRead) {
      if (task_.training.progress && !task_.training.progress(0, "reading the history")) {
        cancelled_ = true;
        return false;
      }
      const Instant to = std::min(from + kOneRead, task_.now);
      const auto samples = history_.read(uuid, from + Duration(1), to + Duration(1));
      if (!samples && unread_++ == 0) first_error_ = samples.error().message;
      if (!samples) continue;  // a gap like any other
      for (const Sample& sample : *samples) grid.add(sample);
    }
    return true;
  }

  HistoryStore& history_;
  const TrainingTask& task_;
  std::vector<std::string> uuids_;
  std::size_t next_ = 0, known_ = 0, unread_ = 0;
  bool cancelled_ = false;
  std::string first_error_;
};

// The new model's loss over the present one's: the mean over the heads, so that no horizon outweighs the others.
struct Comparison {
  double ratio = 1;
  std::size_t heads = 0, targets = 0;
};

Comparison compare(const std::vector<HeadLoss>& fresh, const std::vector<HeadLoss>& present) {
  Comparison sum{0, 0, 0};
  for (std::size_t h = 0; h < fresh.size(); ++h) {
    if (fresh[h].targets < kTargetsUntilSure || present[h].loss <= 0) continue;
    sum.ratio += fresh[h].loss / present[h].loss;
    sum.targets += fresh[h].targets;
    ++sum.heads;
  }
  if (sum.heads > 0) sum.ratio /= static_cast<double>(sum.heads);
  return sum;
}

std::string describe(const ModelInfo& info) {
  return fmt::format("the model trained on {} VMs, {} to {},", info.vms, to_rfc3339(info.trained_from), to_rfc3339(info.trained_to));
}

Trained judged(const TrainingTask& task, const TrainingSet& set, std::shared_ptr<const GlobalModel> fresh) {
  const auto new_losses = held_out_losses(*fresh, set), old_losses = held_out_losses(*task.present, set);
  if (!new_losses || !old_losses)
    return {{task.now, TrainingEnd::kFailed, (new_losses ? old_losses : new_losses).error().message}, nullptr};
  const Comparison c = compare(*new_losses, *old_losses);
  if (c.heads == 0)
    return {{task.now, TrainingEnd::kKept, "kept the present model: too little is held out to tell whether a new one is better"},
            nullptr};
  const double percent = 100 * std::abs(c.ratio - 1);
  const std::string on = fmt::format("on {} held-out targets that neither has learnt from", c.targets);
  if (c.ratio > 1)
    return {{task.now, TrainingEnd::kKept,
             fmt::format("kept the present model: {} loses {:.1f} % more {}", describe(fresh->info()), percent, on)},
            nullptr};
  return {{task.now, TrainingEnd::kAccepted,
           fmt::format("{} goes on trial: it loses {:.1f} % less than the present one {}", describe(fresh->info()), percent, on)},
          std::move(fresh)};
}

}  // namespace

Trained train_on_history(HistoryStore& history, const TrainingTask& task) {
  const auto failed = [&](const Error& error) -> Trained {
    return {{task.now, TrainingEnd::kFailed, "no new model: " + error.message}, nullptr};
  };
  const auto cancelled = [&]() -> Trained {
    return {{task.now, TrainingEnd::kCancelled, "the training was cut short"}, nullptr};
  };
  const auto unwanted = [&] { return task.training.progress && !task.training.progress(1, "judging"); };
  HistoryReader reader(history, task);
  if (auto ok = reader.open(); !ok) return failed(ok.error());
  const auto set = TrainingSet::sample([&] { return reader.next(); }, task.training);
  if (reader.cancelled() || (!set && unwanted())) return cancelled();
  if (!set) return failed(set.error());
  auto fresh = train(*set, task.training);
  if (unwanted()) return cancelled();
  Trained trained = fresh ? judged(task, *set, std::move(*fresh)) : failed(fresh.error());
  trained.outcome.text += reader.remarks();
  return trained;
}

}  // namespace headroom
