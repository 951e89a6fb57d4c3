#include <gmock/gmock.h>
#include <xgboost/c_api.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "../src/booster.h"
#include "../src/held_out.h"
#include "../src/model_parts.h"
#include "headroom/forecast/training_grid.h"
#include "synthetic.h"

namespace headroom {
namespace {

std::string file_in_temp(const char* name) { return testing::TempDir() + "/" + name; }

std::string bytes_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_bytes(const std::string& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

TEST(Trees, SendEveryRowToTheLeafThatXgboostDoes) {
  constexpr std::size_t kRows = 2000;
  std::mt19937_64 random(1);
  std::vector<float> bins(kRows * kFeatureCount);
  for (float& b : bins) b = random() % 10 == 0 ? std::nanf("") : static_cast<float>(random() % 128);
  std::vector<float> gradients(kRows);
  for (std::size_t i = 0; i < kRows; ++i) {
    const float a = bins[i * kFeatureCount + 3], b = bins[i * kFeatureCount + 7];
    gradients[i] = (std::isnan(a) ? 3.0F : a / 64) * (b > 40 ? 1.0F : -1.0F);
  }
  BoosterOptions options;
  options.min_leaf_rows = 20;
  auto booster = Booster::create(bins, options).value();
  for (int tree = 0; tree < 3; ++tree) {
    const auto grown = booster->grow(gradients);
    ASSERT_TRUE(grown) << grown.error().message;
    const TreeShape& shape = *grown;
    const auto ids = booster->leaf_ids();
    ASSERT_TRUE(ids) << ids.error().message;
    const std::vector<float>& theirs = *ids;
    std::map<int, int> ours_of_theirs;
    for (std::size_t first = 0; first < kRows; first += kBlockRows) {
      CodeBlock block;
      const std::size_t count = std::min(kBlockRows, kRows - first);
      for (std::size_t i = 0; i < count; ++i)
        for (std::size_t f = 0; f < kFeatureCount; ++f) {
          const float b = bins[(first + i) * kFeatureCount + f];
          Bins::encode_bin(std::isnan(b) ? kMissingBin : static_cast<int>(b), f, i, block);
        }
      std::array<std::uint8_t, kBlockRows> leaf;
      find_leaves(shape, block, leaf);
      for (std::size_t i = 0; i < count; ++i) {
        const auto [known, fresh] = ours_of_theirs.emplace(static_cast<int>(theirs[first + i]), leaf[i]);
        ASSERT_EQ(known->second, leaf[i]) << "row " << first + i;
      }
    }
    EXPECT_GT(ours_of_theirs.size(), 4U);
    for (float& g : gradients) g = -g * 0.7F + 0.1F;
  }
}

// XGBoost's answers where its trees have the leaves given: leaf[tree][node].
std::vector<float> xgboost_answers(const std::string& model, const std::vector<std::map<int, float>>& leaf,
                                   const std::vector<float>& bins) {
  auto json = nlohmann::json::parse(model);
  auto& trees = json["learner"]["gradient_booster"]["model"]["trees"];
  for (std::size_t t = 0; t < leaf.size(); ++t)
    for (const auto& [node, value] : leaf[t]) {
      EXPECT_EQ(trees[t]["left_children"][static_cast<std::size_t>(node)], -1) << "a leaf";
      trees[t]["split_conditions"][static_cast<std::size_t>(node)] = value;  // where XGBoost keeps what a leaf says
    }
  const std::string text = json.dump();
  DMatrixHandle data = nullptr;
  BoosterHandle booster = nullptr;
  const bst_ulong* shape = nullptr;
  bst_ulong dimensions = 0;
  const float* answers = nullptr;
  const std::size_t rows = bins.size() / kFeatureCount;
  EXPECT_EQ(XGDMatrixCreateFromMat_omp(bins.data(), rows, kFeatureCount, std::nanf(""), &data, 1), 0);
  EXPECT_EQ(XGBoosterCreate(&data, 1, &booster), 0);
  EXPECT_EQ(XGBoosterLoadModelFromBuffer(booster, text.data(), text.size()), 0) << XGBGetLastError();
  const char* const how = R"({"type":1,"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":false})";
  EXPECT_EQ(XGBoosterPredictFromDMatrix(booster, data, how, &shape, &dimensions, &answers), 0) << XGBGetLastError();
  std::vector<float> copy(answers, answers + rows);
  XGBoosterFree(booster);
  XGDMatrixFree(data);
  return copy;
}

TEST(Trees, AddUpToWhatXgboostPredictsWithTheSameLeaves) {
  constexpr std::size_t kRows = 1920, kTrees = 40;
  std::mt19937_64 random(3);
  std::vector<float> bins(kRows * kFeatureCount), gradients(kRows);
  for (float& b : bins) b = random() % 10 == 0 ? std::nanf("") : static_cast<float>(random() % 128);
  std::vector<CodeBlock> blocks(kRows / kBlockRows);
  for (std::size_t i = 0; i < bins.size(); ++i) {
    const std::size_t row = i / kFeatureCount;
    const int bin = std::isnan(bins[i]) ? kMissingBin : static_cast<int>(bins[i]);
    Bins::encode_bin(bin, i % kFeatureCount, row % kBlockRows, blocks[row / kBlockRows]);
  }
  BoosterOptions options;
  options.min_leaf_rows = 20;
  auto booster = Booster::create(bins, options).value();
  Ensemble head;
  head.unit = 1e-5F;
  head.base.fill(0.5F);  // XGBoost starts from a half
  std::vector<std::map<int, float>> leaf_of_node(kTrees);
  for (std::size_t t = 0; t < kTrees; ++t) {
    for (std::size_t i = 0; i < kRows; ++i) {
      const float seen = bins[i * kFeatureCount + t];
      gradients[i] = (std::isnan(seen) ? 30 : seen) - static_cast<float>(random() % 128);
    }
    head.shapes.push_back(booster->grow(gradients).value());
    auto& table = head.leaves.emplace_back();
    for (auto& leaf : table) leaf.fill(static_cast<std::int16_t>(random()));
    const auto nodes = booster->leaf_ids().value();
    std::array<std::uint8_t, kBlockRows> leaf;
    for (std::size_t i = 0; i < kRows; ++i) {
      if (i % kBlockRows == 0) find_leaves(head.shapes.back(), blocks[i / kBlockRows], leaf);
      leaf_of_node[t].emplace(static_cast<int>(nodes[i]), head.unit * static_cast<float>(table[leaf[i % kBlockRows]][0]));
    }
    EXPECT_GT(leaf_of_node[t].size(), 4U);
  }
  const auto wanted = xgboost_answers(booster->json().value(), leaf_of_node, bins);
  LeafNumbers scratch;
  BlockQuantiles z;
  for (std::size_t i = 0; i < kRows; ++i) {
    if (i % kBlockRows == 0) predict(head, blocks[i / kBlockRows], scratch, z);
    for (float answer : z[i % kBlockRows]) ASSERT_NEAR(answer, wanted[i], 1e-5) << "row " << i;
  }
}

TEST(GlobalModel, IsTheSameAfterSavingAndLoading) {
  const std::string first = file_in_temp("first.model"), second = file_in_temp("second.model");
  ASSERT_TRUE(quick_model()->save(first));
  const auto loaded = GlobalModel::load(first);
  ASSERT_TRUE(loaded) << loaded.error().message;
  ASSERT_TRUE((*loaded)->save(second));
  EXPECT_EQ(bytes_of(first), bytes_of(second));
  EXPECT_EQ((*loaded)->info().horizon_steps, (std::vector<int>{1, 3, 12}));
}

TEST(GlobalModel, RefusesBrokenFilesAndSaysSo) {
  const std::string whole = file_in_temp("whole.model"), broken = file_in_temp("broken.model");
  ASSERT_TRUE(quick_model()->save(whole));
  const std::string bytes = bytes_of(whole);
  std::mt19937_64 random(2);
  for (int i = 0; i < 60; ++i) {
    std::string bad = bytes;
    bad[random() % bad.size()] ^= static_cast<char>(1 + random() % 255);
    write_bytes(broken, i % 2 == 0 ? bad : bytes.substr(0, random() % bytes.size()));
    const auto loaded = GlobalModel::load(broken);
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code, ErrorCode::kInvalid);
  }
  EXPECT_EQ(GlobalModel::load(file_in_temp("nowhere.model")).error().code, ErrorCode::kNotFound);
}

TEST(Training, GivesTheSameModelForTheSameSeedWhateverTheThreads) {
  TrainOptions options = quick_training();
  options.trees = 4;
  const std::string one = file_in_temp("one.model"), two = file_in_temp("two.model");
  options.threads = 1;
  ASSERT_TRUE(train(waves(3, 288 * 6), options).value()->save(one));
  options.threads = 3;
  ASSERT_TRUE(train(waves(3, 288 * 6), options).value()->save(two));
  EXPECT_EQ(bytes_of(one), bytes_of(two));
}

TEST(Training, RefusesTooLittleHistoryAndCanBeCancelled) {
  EXPECT_EQ(train(waves(1, 60), quick_training()).error().code, ErrorCode::kInvalid);
  TrainOptions options = quick_training();
  options.progress = [](double, std::string_view) { return false; };
  EXPECT_EQ(train(waves(2, 600), options).error().code, ErrorCode::kFailed);
}

TEST(Training, JudgesAnyModelOnTheRowsItHeldOut) {
  const TrainOptions options = quick_training();
  const auto set = TrainingSet::sample(waves(3, 288 * 8), options).value();
  const auto trained = train(set, options).value();
  TrainOptions hasty = options;
  hasty.trees = 1;
  const auto good = held_out_losses(*trained, set).value(), poor = held_out_losses(*train(set, hasty).value(), set).value();
  ASSERT_EQ(good.size(), 5U);
  for (std::size_t h = 0; h < good.size(); ++h) {
    EXPECT_GT(good[h].targets, 500U);
    EXPECT_LT(good[h].targets, trained->info().rows / 5) << "the held-out tenth, not what it was grown from";
    EXPECT_EQ(good[h].targets, poor[h].targets) << "one set, the same rows";
    EXPECT_LT(good[h].loss, poor[h].loss);
    EXPECT_GT(good[h].loss, 0);
  }
  TrainOptions other = options;
  other.horizons = {kStep, 6 * kStep};
  const auto unlike = TrainingSet::sample(waves(1, 288 * 4), other).value();
  EXPECT_EQ(held_out_losses(*trained, unlike).error().code, ErrorCode::kInvalid);
}

// Of noise there is nothing to learn but its distribution, which the trees start from.
TrainingSource noise(int count, std::size_t steps) {
  return [count, steps, next = 0]() mutable -> std::optional<TrainingVm> {
    if (next == count) return std::nullopt;
    TrainingVm vm{"noise", kBeginning, {}, {}, {}};
    std::mt19937_64 random(static_cast<std::uint64_t>(++next));
    for (auto& demand : vm.demand)
      for (std::size_t i = 0; i < steps; ++i) demand.push_back(static_cast<float>(random() % 1000));
    return vm;
  };
}

TEST(Training, KeepsOnlyTheTreesThatHelpOnVmsHeldBack) {
  TrainOptions options = quick_training();
  options.horizons = {kStep};
  options.trees = 120;
  options.net_epochs = 0;
  for (const TrainingSource& source : {waves(6, 288 * 12), noise(6, 288 * 12)}) {
    const auto set = TrainingSet::sample(source, options).value();
    ModelParts parts = train(set, options).value()->parts();
    Ensemble& head = parts.heads[0];
    const std::size_t kept = head.shapes.size();
    EXPECT_GE(kept, 1U);
    EXPECT_LT(kept, 120U) << "as steep as this learns, it overdoes it long before";
    TrainingRows rows = set.rows();  // those that stop, as if they scored
    for (RowUse& use : rows.use) use = use == RowUse::kStop ? RowUse::kScore : RowUse::kGrow;
    const double least = judge(parts, rows)[0].loss;
    while (head.shapes.size() > 1) {
      head.shapes.pop_back(), head.leaves.pop_back();
      EXPECT_GE(judge(parts, rows)[0].loss, least * (1 - 1e-4)) << head.shapes.size() << " of " << kept << " trees would have done";
    }
  }
}

TEST(Training, WeighsNetAndTreesByWhatEachLosesOnVmsHeldBack) {
  TrainOptions options = quick_training();
  const auto set = TrainingSet::sample(waves(6, 288 * 12), options).value();
  const auto both = train(set, options).value();
  options.net_epochs = 0;
  const auto trees = train(set, options).value();
  ModelParts parts = both->parts();
  ASSERT_EQ(parts.net_share.size(), 5U);
  EXPECT_TRUE(trees->parts().net.empty());
  // A net that answers nonsense gets no say.
  for (float& w : parts.net.layers.back().bias) w += 10;
  EXPECT_THAT(best_net_shares(parts, set.rows()), testing::Each(testing::Le(0.1F)));
  for (float& share : parts.net_share) share = 0;
  const auto of_parts = judge(parts, set.rows()), of_trees = judge(trees->parts(), set.rows());
  for (std::size_t head = 0; head < of_parts.size(); ++head) EXPECT_EQ(of_parts[head].loss, of_trees[head].loss);
}

TEST(Training, CanBeCancelledAtAnyTree) {
  TrainOptions options = quick_training();
  const auto set = TrainingSet::sample(waves(2, 288 * 6), options).value();
  int asked = 0;
  options.threads = 1;
  options.progress = [&](double share, std::string_view) {
    EXPECT_DOUBLE_EQ(share, ++asked / (5.0 * options.trees + options.net_epochs)) << "asked before each pass of the net and each tree";
    return asked < 3;
  };
  EXPECT_EQ(train(set, options).error().code, ErrorCode::kFailed);
  EXPECT_EQ(asked, 3);
}

TEST(TrainingGrid, LaysEachSampleOnTheStepThatItsIntervalEndsIn) {
  const Instant to = kBeginning + 10 * kStep;
  TrainingGrid grid(kBeginning, to, kStep);
  const auto add = [&](Duration after, double used, float stalled = 0) {
    Sample sample{kBeginning + after, {}, {}, true};
    sample.used.fill(used);
    sample.stalled.fill(stalled);
    grid.add(sample);
  };
  add(Duration(0), 99);                                // ends where the window begins: of the step before
  EXPECT_TRUE(grid.empty());
  add(2 * kStep, 1);                                   // the second step
  add(5 * kStep / 2, 2), add(3 * kStep, 4, 0.5F);        // the third one, half of it each
  add(6 * kStep, 1e300);                               // a broken counter
  add(7 * kStep, 7);
  add(10 * kStep + Duration(1), 99);                   // after the window
  const TrainingVm vm = grid.finish("vm", Resources(4_cores, 8_GiB, 100_MBps, 100_MBps));
  EXPECT_EQ(vm.start, kBeginning + kStep);
  for (Resource r : kAllResources) {
    const auto& demand = vm.demand[index(r)];
    ASSERT_EQ(demand.size(), 6U);
    EXPECT_EQ(demand[0], 1);
    EXPECT_EQ(demand[1], 3);
    for (std::size_t gap : {2U, 3U, 4U}) EXPECT_TRUE(std::isnan(demand[gap]));
    EXPECT_EQ(demand[5], 7);
    EXPECT_EQ(vm.stalled[index(r)], (std::vector<float>{0, 0.25F, 0, 0, 0, 0}));
  }
  EXPECT_EQ(vm.ceiling, (std::array<double, kResourceCount>{4000, 8.0 * (1ULL << 30), 0, 0}));
}

TEST(ShippedModel, LoadsAndKnowsNothingAfterJuly) {
  const auto model = GlobalModel::load(std::string(HEADROOM_SOURCE_DIR) + "/models/ple.model");
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_EQ((*model)->info().horizon_steps, (std::vector<int>{1, 3, 12, 72, 288}));
  EXPECT_LE((*model)->info().trained_to, parse_instant("2013-08-01").value());
}

}  // namespace
}  // namespace headroom
