#include "headroom/forecast/train.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <thread>

#include "grow.h"
#include "held_out.h"
#include "model_parts.h"
#include "net_training.h"
#include "rows.h"

namespace headroom {
namespace {

constexpr std::size_t kFewestRows = 1000;  // known targets of a head, without which it would be guesswork

Result<std::vector<int>> horizon_steps_of(const TrainOptions& options) {
  if (options.step <= Duration::zero() || options.horizons.empty() || options.trees < 1 || options.max_rows < kFewestRows ||
      options.net_epochs < 0 || options.net_width < 4 || options.net_width % 4 != 0)
    return invalid("training needs a step, a horizon, a tree and 1000 rows at least, and a net whose width is a multiple of 4");
  std::vector<int> steps;
  for (Duration h : options.horizons) {
    if (h <= Duration::zero() || h % options.step != Duration::zero() || h > 7 * std::chrono::days(1))
      return invalid(fmt::format("horizon {} must be a multiple of the step {} and at most 7 days", to_text(h),
                                 to_text(options.step)));
    if (!steps.empty() && h / options.step <= steps.back()) return invalid("horizons must ascend");
    steps.push_back(static_cast<int>(h / options.step));
  }
  return steps;
}

// Trains the net and grows every head, `threads` at a time; each depends on the rows and the seed only.
class Trainer {
 public:
  Trainer(const TrainOptions& options, const TrainingRows& rows, const std::vector<Head>& heads, ModelParts& parts)
      : options_(options), rows_(rows), heads_(heads), parts_(parts),
        total_(heads.size() * static_cast<std::size_t>(options.trees) + static_cast<std::size_t>(options.net_epochs)) {
    parts_.heads.resize(heads.size());
  }

  Result<void> run() {
    std::vector<std::thread> helpers;
    for (int t = 1; t < options_.threads; ++t) helpers.emplace_back([this] { work(); });
    work();
    for (auto& helper : helpers) helper.join();
    if (error_) return tl::unexpected(*error_);
    if (!parts_.net.empty()) parts_.net_share = best_net_shares(parts_, rows_);
    score();
    return {};
  }

 private:
  void work();
  Result<void> train_the_net();
  Result<void> grow(std::size_t head);
  GrowingSet rows_for(RowUse use, std::size_t head) const;
  void score();
  float target(std::size_t row, std::size_t head) const { return rows_.targets[row * heads_.size() + head]; }
  bool go_on(const std::string& what);
  void skip(std::size_t trees);

  const TrainOptions& options_;
  const TrainingRows& rows_;
  const std::vector<Head>& heads_;
  ModelParts& parts_;
  std::size_t total_, done_ = 0;
  std::atomic<std::size_t> next_{0};
  std::mutex mutex_;  // guards done_, error_ and progress
  std::optional<Error> error_;
};

// The net first: it takes longest.
void Trainer::work() {
  for (std::size_t task = next_++; task <= heads_.size(); task = next_++) {
    Result<void> done;
    try {
      done = task == 0 ? train_the_net() : grow(task - 1);
    } catch (const std::bad_alloc&) {
      done = fail(ErrorCode::kFailed, "out of memory while training; lower the number of rows");
    }
    if (done) continue;
    const std::scoped_lock lock(mutex_);
    if (!error_) error_ = done.error();
    return;
  }
}

bool Trainer::go_on(const std::string& what) {
  const std::scoped_lock lock(mutex_);
  ++done_;
  if (error_) return false;
  if (!options_.progress) return true;
  return options_.progress(static_cast<double>(done_) / static_cast<double>(total_), what);
}

void Trainer::skip(std::size_t trees) {
  const std::scoped_lock lock(mutex_);
  done_ += trees;
}

GrowingSet Trainer::rows_for(RowUse use, std::size_t head) const {
  GrowingSet set;
  const auto rows = static_cast<std::size_t>(std::count(rows_.use.begin(), rows_.use.end(), use));
  set.bins.reserve(rows * kFeatureCount), set.blocks.reserve(rows / kBlockRows + 1), set.z.reserve(rows);
  for (std::size_t row = 0; row < rows_.count; ++row) {
    if (rows_.use[row] != use || std::isnan(target(row, head))) continue;
    const std::size_t place = set.z.size() % kBlockRows;
    if (place == 0) set.blocks.emplace_back();
    for (std::size_t f = 0; f < kFeatureCount; ++f) {
      const int bin = parts_.bins.bin(f, rows_.features[row * kFeatureCount + f]);
      set.bins.push_back(bin == kMissingBin ? std::nanf("") : static_cast<float>(bin));
      Bins::encode_bin(bin, f, place, set.blocks.back());
    }
    set.z.push_back(target(row, head));
  }
  return set;
}

Result<void> Trainer::train_the_net() {
  if (options_.net_epochs == 0) return {};
  NetOptions how;
  how.epochs = options_.net_epochs;
  how.width = static_cast<std::size_t>(options_.net_width);
  how.seed = options_.seed;
  auto net = train_net(rows_, heads_.size(), how, [&] { return go_on("training the net"); });
  if (!net) return tl::unexpected(net.error());
  parts_.net = std::move(*net);
  return {};
}

Result<void> Trainer::grow(std::size_t head) {
  const GrowingSet held_out = rows_for(RowUse::kStop, head);
  GrowingSet set = rows_for(RowUse::kGrow, head);
  if (set.z.size() < kFewestRows)
    return invalid(fmt::format("too little history: {} samples know what came {} steps later, {} are needed",
                               set.z.size(), heads_[head].steps, kFewestRows));
  const std::string what = fmt::format("growing {} at {} steps", heads_[head].peak ? "peak" : "value", heads_[head].steps);
  std::size_t trees = 0;
  auto grown = grow_head(set, held_out, options_, options_.seed + head, [&] { return ++trees, go_on(what); });
  if (!grown) return tl::unexpected(grown.error());
  skip(static_cast<std::size_t>(options_.trees) - trees);
  parts_.heads[head] = std::move(*grown);
  return {};
}

void Trainer::score() {
  const std::vector<HeldOut> judged = judge(parts_, rows_);
  for (std::size_t head = 0; head < heads_.size(); ++head) {
    const HeldOut& sum = judged[head];
    HeadScore& score = parts_.info.scores.emplace_back(HeadScore{heads_[head].steps, heads_[head].peak});
    if (sum.targets < kTargetsUntilSure) continue;
    const auto share = [&](std::size_t l) { return static_cast<float>(sum.below[l] / static_cast<double>(sum.targets)); };
    score.loss_ratio = sum.base_loss > 0 ? static_cast<float>(sum.loss / sum.base_loss) : 1;
    score.below_q90 = share(4), score.below_q95 = share(5), score.below_q99 = share(6);
  }
}

Result<std::shared_ptr<const GlobalModel>> train_guarded(const TrainingSet& set, const TrainOptions& options) {
  const TrainingRows& rows = set.rows();
  if (rows.count < kFewestRows) return invalid("the training window holds too few samples; widen it or add traces");
  ModelParts parts;
  parts.info = ModelInfo{set.step(), set.horizon_steps(), rows.from, rows.to, options.seed, rows.vms, rows.count, {}};
  parts.bins = Bins::from_rows(rows.features);
  const std::vector<Head> heads = heads_of(set.horizon_steps());
  Trainer trainer(options, rows, heads, parts);
  if (auto ran = trainer.run(); !ran) return tl::unexpected(ran.error());
  return std::make_shared<const GlobalModel>(std::move(parts));
}

tl::unexpected<Error> no_memory() {
  return fail(ErrorCode::kFailed, "out of memory while training; lower the number of rows");
}

}  // namespace

TrainingSet::TrainingSet(TrainingSet&&) noexcept = default;
TrainingSet::~TrainingSet() = default;

Result<TrainingSet> TrainingSet::sample(const TrainingSource& source, const TrainOptions& options) {
  auto steps = horizon_steps_of(options);
  if (!steps) return tl::unexpected(steps.error());
  try {
    auto rows = sample_rows(source, options, heads_of(*steps));
    if (!rows) return tl::unexpected(rows.error());
    TrainingSet set;
    set.rows_ = std::make_unique<const TrainingRows>(std::move(*rows));
    set.step_ = options.step;
    set.horizon_steps_ = std::move(*steps);
    return set;
  } catch (const std::bad_alloc&) {
    return no_memory();
  }
}

Result<std::shared_ptr<const GlobalModel>> train(const TrainingSet& set, const TrainOptions& options) {
  try {
    return train_guarded(set, options);
  } catch (const std::bad_alloc&) {
    return no_memory();
  }
}

Result<std::shared_ptr<const GlobalModel>> train(const TrainingSource& source, const TrainOptions& options) {
  auto set = TrainingSet::sample(source, options);
  if (!set) return tl::unexpected(set.error());
  return train(*set, options);
}

}  // namespace headroom
