#include "grow.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "booster.h"
#include "held_out.h"

namespace headroom {
namespace {

using Quantiles = std::array<float, kLevelCount>;

// Which level's loss each tree goes down, by index into kLevels: median and upper tail most, since the planner prices
// the tail and the median carries the centre.
constexpr std::array<std::size_t, 10> kCycle{1, 4, 5, 0, 6, 2, 1, 5, 3, 6};

// A leaf knows its extreme quantiles only as far as it has rows beyond them: the step is shrunk by k / (k + 2), k the
// rows expected beyond the level.
constexpr double kTailRows = 2;

float quantile_in_place(std::vector<float>& x, double p) {
  const auto place = static_cast<std::ptrdiff_t>(p * static_cast<double>(x.size() - 1) + 0.5);
  std::nth_element(x.begin(), x.begin() + place, x.end());
  return x[static_cast<std::size_t>(place)];
}

class HeadGrower {
 public:
  HeadGrower(GrowingSet& set, const TrainOptions& options) : set_(set), options_(options), rows_(set.z.size()) {
    std::vector<float> z = set.z;
    for (std::size_t l = 0; l < kLevelCount; ++l) base_[l] = quantile_in_place(z, kLevels[l]);
    at_.assign(rows_, base_);
    gradients_.resize(rows_);
    leaf_.resize(set.blocks.size() * kBlockRows);
    order_.resize(rows_);
  }

  // Pinball loss of level p: the gradient is 1-p above the target and -p below it.
  std::vector<float>& gradients(std::size_t level) {
    const auto over = static_cast<float>(1 - kLevels[level]), under = static_cast<float>(-kLevels[level]);
    for (std::size_t i = 0; i < rows_; ++i) gradients_[i] = at_[i][level] >= set_.z[i] ? over : under;
    return gradients_;
  }

  void refit(const TreeShape& shape) {
    shapes_.push_back(shape);
    steps_.emplace_back();
    sort_by_leaf(shape);
    for (std::size_t leaf = 0; leaf < kTreeLeaves; ++leaf) refit_leaf(leaf);
  }

  const Quantiles& base() const { return base_; }
  const std::array<Quantiles, kTreeLeaves>& newest_steps() const { return steps_.back(); }
  Ensemble finish(std::size_t trees) const;

 private:
  void sort_by_leaf(const TreeShape& shape);
  void refit_leaf(std::size_t leaf);

  GrowingSet& set_;
  const TrainOptions& options_;
  std::size_t rows_;
  Quantiles base_{};
  std::vector<Quantiles> at_;  // where each row's quantiles stand
  std::vector<float> gradients_, residuals_;
  std::vector<std::uint8_t> leaf_;
  std::vector<std::uint32_t> order_;  // rows by leaf
  std::array<std::size_t, kTreeLeaves + 1> begin_{};
  std::vector<TreeShape> shapes_;
  std::vector<std::array<Quantiles, kTreeLeaves>> steps_;
};

void HeadGrower::sort_by_leaf(const TreeShape& shape) {
  std::array<std::uint8_t, kBlockRows> found;
  for (std::size_t b = 0; b < set_.blocks.size(); ++b) {
    find_leaves(shape, set_.blocks[b], found);
    std::copy(found.begin(), found.end(), leaf_.begin() + static_cast<std::ptrdiff_t>(b * kBlockRows));
  }
  begin_.fill(0);
  for (std::size_t i = 0; i < rows_; ++i) ++begin_[leaf_[i] + 1U];
  for (std::size_t leaf = 0; leaf < kTreeLeaves; ++leaf) begin_[leaf + 1] += begin_[leaf];
  auto next = begin_;
  for (std::size_t i = 0; i < rows_; ++i) order_[next[leaf_[i]]++] = static_cast<std::uint32_t>(i);
}

void HeadGrower::refit_leaf(std::size_t leaf) {
  const std::span rows(order_.data() + begin_[leaf], begin_[leaf + 1] - begin_[leaf]);
  if (rows.empty()) return;
  residuals_.resize(rows.size());
  for (std::size_t l = 0; l < kLevelCount; ++l) {
    for (std::size_t k = 0; k < rows.size(); ++k) residuals_[k] = set_.z[rows[k]] - at_[rows[k]][l];
    const double beyond = static_cast<double>(rows.size()) * std::min(kLevels[l], 1 - kLevels[l]);
    const double rate = options_.learning_rate * beyond / (beyond + kTailRows);
    const auto step = static_cast<float>(rate * quantile_in_place(residuals_, kLevels[l]));
    steps_.back()[leaf][l] = step;
    for (std::uint32_t row : rows) at_[row][l] += step;
  }
}

Ensemble HeadGrower::finish(std::size_t trees) const {
  Ensemble head;
  head.base = base_;
  head.shapes.assign(shapes_.begin(), shapes_.begin() + static_cast<std::ptrdiff_t>(trees));
  head.leaves.resize(trees);
  float highest = 1e-6F;
  for (std::size_t t = 0; t < trees; ++t)
    for (const Quantiles& leaf : steps_[t])
      for (float step : leaf) highest = std::max(highest, std::fabs(step));
  head.unit = highest / 32767;
  for (std::size_t t = 0; t < trees; ++t)
    for (std::size_t leaf = 0; leaf < kTreeLeaves; ++leaf)
      for (std::size_t l = 0; l < kLevelCount; ++l)
        head.leaves[t][leaf][l] = static_cast<std::int16_t>(std::lround(steps_[t][leaf][l] / head.unit));
  return head;
}

// Follows the trees on rows that they were not grown from, to tell how many of them help.
class Watch {
 public:
  Watch(const HeadRows& rows, const Quantiles& base) : rows_(rows), at_(rows.z.size(), base) {}

  void add(const TreeShape& shape, const std::array<Quantiles, kTreeLeaves>& steps);
  std::size_t best_trees() const { return sure() ? best_trees_ : trees_; }
  bool hopeless() const { return sure() && trees_ - best_trees_ > kPatience; }

 private:
  // The loss wavers from tree to tree, as the level that a tree is grown for changes; some rounds of the cycle tell.
  static constexpr std::size_t kPatience = 4 * kCycle.size();
  bool sure() const { return rows_.z.size() >= kTargetsUntilSure; }

  const HeadRows& rows_;
  std::vector<Quantiles> at_;
  std::size_t trees_ = 0, best_trees_ = 0;
  double best_loss_ = std::numeric_limits<double>::infinity();
};

void Watch::add(const TreeShape& shape, const std::array<Quantiles, kTreeLeaves>& steps) {
  std::array<std::uint8_t, kBlockRows> leaf;
  double loss = 0;
  for (std::size_t i = 0; i < at_.size(); ++i) {
    if (i % kBlockRows == 0) find_leaves(shape, rows_.blocks[i / kBlockRows], leaf);
    const Quantiles& step = steps[leaf[i % kBlockRows]];
    for (std::size_t l = 0; l < kLevelCount; ++l) {
      at_[i][l] += step[l];
      loss += pinball(kLevels[l], rows_.z[i] - at_[i][l]);
    }
  }
  ++trees_;
  if (loss >= best_loss_) return;
  best_loss_ = loss;
  best_trees_ = trees_;
}

}  // namespace

Result<Ensemble> grow_head(GrowingSet& set, const HeadRows& held_out, const TrainOptions& options, std::uint64_t seed,
                           const std::function<bool()>& go_on) {
  BoosterOptions how;
  how.min_leaf_rows = options.min_leaf_rows;
  how.feature_share = options.feature_share;
  how.seed = seed;
  auto booster = Booster::create(set.bins, how);
  if (!booster) return tl::unexpected(booster.error());
  std::vector<float>().swap(set.bins);
  HeadGrower grower(set, options);
  Watch watch(held_out, grower.base());
  for (int t = 0; t < options.trees && !watch.hopeless(); ++t) {
    if (!go_on()) return fail(ErrorCode::kFailed, "training was cancelled");
    auto shape = (*booster)->grow(grower.gradients(kCycle[static_cast<std::size_t>(t) % kCycle.size()]));
    if (!shape) return tl::unexpected(shape.error());
    grower.refit(*shape);
    watch.add(*shape, grower.newest_steps());
  }
  return grower.finish(watch.best_trees());
}

}  // namespace headroom
