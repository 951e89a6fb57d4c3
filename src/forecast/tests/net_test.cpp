#include "../src/net.h"

#include <gmock/gmock.h>

#include <random>

#include "../src/held_out.h"
#include "../src/net_training.h"
#include "synthetic.h"

namespace headroom {
namespace {

constexpr std::size_t kHeads = 2;
using Quantiles = std::array<float, kLevelCount>;

// Features as wild as those of real series: huge, tiny, missing.
std::vector<float> wild_features(std::size_t rows, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<float> noise;
  std::vector<float> x(rows * kFeatureCount);
  for (float& f : x) f = random() % 20 == 0 ? std::nanf("") : noise(random) * std::exp(2 * noise(random));
  for (std::size_t row = 0; row < rows; ++row) {
    float* resource_and_time = &x[row * kFeatureCount + NetInputs::kPlain];
    resource_and_time[0] = static_cast<float>(row % kResourceCount);
    for (std::size_t c = 1; c <= NetInputs::kCyclic; ++c) resource_and_time[c] = static_cast<float>(random() % 7);
  }
  return x;
}

Net random_net(const std::vector<float>& features, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Net net;
  net.inputs = NetInputs::from_rows(features);
  std::size_t inputs = NetInputs::kCount;
  for (std::size_t outputs : {std::size_t{32}, std::size_t{24}, kHeads * kLevelCount}) {
    std::normal_distribution<float> noise(0, 1 / std::sqrt(static_cast<float>(inputs)));
    NetLayer layer{inputs, outputs, std::vector<float>(inputs * outputs), std::vector<float>(outputs)};
    for (float& w : layer.weights) w = noise(random);
    for (float& b : layer.bias) b = noise(random);
    net.layers.push_back(std::move(layer));
    inputs = outputs;
  }
  return net;
}

// The same in double precision, one row and one sum after another.
std::vector<double> plain_answer(const Net& net, const float* row) {
  std::vector<float> encoded(NetInputs::kCount);
  net.inputs.encode(row, encoded.data(), 1);
  std::vector<double> x(encoded.begin(), encoded.end());
  for (const NetLayer& layer : net.layers) {
    std::vector<double> y(layer.outputs);
    for (std::size_t o = 0; o < layer.outputs; ++o) {
      y[o] = static_cast<double>(layer.bias[o]);
      for (std::size_t i = 0; i < layer.inputs; ++i) y[o] += static_cast<double>(layer.weights[o * layer.inputs + i]) * x[i];
      if (&layer != &net.layers.back()) y[o] = (y[o] + std::sqrt(y[o] * y[o] + 1)) / 2;
    }
    x = y;
  }
  return x;
}

TEST(Net, AnswersAsItsSumsDoInDoublePrecision) {
  constexpr std::size_t kRows = 50;  // not a whole block
  const auto features = wild_features(kRows, 1);
  const Net net = random_net(features, 2);
  NetScratch scratch;
  std::vector<Quantiles> z(kHeads * kBlockRows);
  predict(net, features, scratch, z);
  for (std::size_t row = 0; row < kRows; ++row) {
    const auto outputs = plain_answer(net, &features[row * kFeatureCount]);
    for (std::size_t head = 0; head < kHeads; ++head) {
      std::vector<float> of_head;
      for (std::size_t l = 0; l < kLevelCount; ++l) of_head.push_back(static_cast<float>(outputs[head * kLevelCount + l]));
      const Quantiles wanted = net_quantiles(of_head.data(), 1);
      for (std::size_t l = 0; l < kLevelCount; ++l)
        ASSERT_NEAR(z[head * kBlockRows + row][l], wanted[l], 1e-5) << "row " << row << ", head " << head << ", level " << l;
    }
  }
}

TEST(Net, SaysTheSameOfARowWhateverItsNeighbours) {
  const auto features = wild_features(64, 3);
  const Net net = random_net(features, 4);
  NetScratch scratch;
  std::vector<Quantiles> together(kHeads * kBlockRows), alone(kHeads * kBlockRows);
  predict(net, features, scratch, together);
  for (std::size_t row = 0; row < 64; ++row) {
    predict(net, std::span(features).subspan(row * kFeatureCount, kFeatureCount), scratch, alone);
    for (std::size_t head = 0; head < kHeads; ++head) ASSERT_EQ(alone[head * kBlockRows], together[head * kBlockRows + row]);
  }
}

TEST(Net, NeverCrossesItsQuantiles) {
  const auto features = wild_features(64, 5);
  Net net = random_net(features, 6);
  for (float& w : net.layers.back().weights) w *= 30;
  NetScratch scratch;
  std::vector<Quantiles> z(kHeads * kBlockRows);
  predict(net, features, scratch, z);
  for (const Quantiles& q : z) EXPECT_TRUE(std::is_sorted(q.begin(), q.end()));
}

TEST(Net, SeesAMissingFeatureAsTheAverageAndAnyOtherWithinBounds) {
  const auto features = wild_features(500, 7);
  const NetInputs inputs = NetInputs::from_rows(features);
  std::vector<float> row(features.begin(), features.begin() + kFeatureCount), encoded(NetInputs::kCount);
  row[0] = std::nanf(""), row[1] = 1e30F, row[2] = -1e30F;
  inputs.encode(row.data(), encoded.data(), 1);
  EXPECT_EQ(encoded[0], 0);
  EXPECT_THAT(encoded, testing::Each(testing::AllOf(testing::Ge(-5), testing::Le(5))));
  EXPECT_EQ(encoded[1], 5);
  EXPECT_EQ(encoded[2], -5);
}

// Two kinds of rows, told apart by one feature: the one is calm, the other wild.
TrainingRows two_kinds(std::size_t count) {
  TrainingRows rows;
  rows.count = count;
  rows.features = wild_features(count, 8);
  std::mt19937_64 random(9);
  std::normal_distribution<float> noise;
  for (std::size_t i = 0; i < count; ++i) {
    float& kind = rows.features[i * kFeatureCount + 5];
    kind = i % 2 == 0 ? 10.0F : -10.0F;
    const float z = i % 2 == 0 ? 2 + 0.1F * noise(random) : noise(random);
    rows.targets.insert(rows.targets.end(), {z, i % 3 == 0 ? std::nanf("") : z});
    rows.use.push_back(i < count * 9 / 10 ? RowUse::kGrow : RowUse::kScore);
  }
  return rows;
}

TEST(NetTraining, LearnsCentreAndSpreadWhereTargetsAreKnown) {
  const TrainingRows rows = two_kinds(20'000);
  NetOptions options;
  options.width = 32, options.epochs = 30;
  const auto net = train_net(rows, kHeads, options, [] { return true; });
  ASSERT_TRUE(net) << net.error().message;
  NetScratch scratch;
  std::vector<Quantiles> z(kHeads * kBlockRows);
  predict(*net, std::span(rows.features).first(64 * kFeatureCount), scratch, z);
  for (std::size_t head = 0; head < kHeads; ++head) {
    Quantiles calm{}, wild{};  // the mean of 32 rows each
    for (std::size_t row = 0; row < kBlockRows; ++row)
      for (std::size_t l = 0; l < kLevelCount; ++l) (row % 2 == 0 ? calm : wild)[l] += z[head * kBlockRows + row][l] / 32;
    EXPECT_NEAR(calm[kMedian], 2, 0.3);
    EXPECT_NEAR(wild[kMedian], 0, 0.3);
    EXPECT_NEAR(wild[4] - wild[0], 2 * 1.28, 0.6) << "q90 - q10 of a normal variable";
    EXPECT_LT(calm[4] - calm[0], 0.5F * (wild[4] - wild[0]));
  }
}

TEST(NetTraining, StopsWhenToldTo) {
  int asked = 0;
  const auto net = train_net(two_kinds(2000), kHeads, {}, [&] { return ++asked < 3; });
  ASSERT_FALSE(net);
  EXPECT_EQ(net.error().code, ErrorCode::kFailed);
  EXPECT_EQ(asked, 3);
}

}  // namespace
}  // namespace headroom
