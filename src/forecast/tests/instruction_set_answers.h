// One set of answers of trees, net, sort and analogues, from a seed. It is compiled several times, each time in a namespace of its
// own (`headroom` is a macro then) and for one instruction set (HEADROOM_CLONES).
#pragma once

#include <bit>
#include <cstdint>
#include <random>
#include <vector>

#include "../src/analogues.h"
#include "../src/net.h"
#include "headroom/forecast/sorted_day.h"

namespace headroom {

inline std::vector<std::uint32_t> answers_of(const CodeBlock& block, std::span<const float> features, const Net& net,
                                             const Ensemble& trees, std::span<const float> day) {
  std::vector<std::uint32_t> bits;
  auto add = [&](float x) { bits.push_back(std::bit_cast<std::uint32_t>(x)); };
  LeafNumbers numbers;
  BlockQuantiles of_trees;
  predict(trees, block, numbers, of_trees);
  for (const auto& row : of_trees)
    for (float z : row) add(z);
  NetScratch scratch;
  std::vector<std::array<float, kLevelCount>> of_net(kBlockRows);
  predict(net, features, scratch, of_net);
  for (const auto& row : of_net)
    for (float z : row) add(z);
  const SortedDay sorted(day);
  for (int i = 0; i < sorted.size(); ++i) add(sorted[i]);
  Series series(Resource::kCpu);
  for (int days = 0; days < 8; ++days)
    for (float x : day) series.push(x + static_cast<float>(days));
  for (const Analogues& a : find_analogues(series)) {
    for (const Followed& f : {a.next, a.in_3_steps, a.in_12_steps, a.peak_of_12}) add(f.nearest), add(f.median), add(f.highest);
    add(a.distance), add(a.farthest);
  }
  return bits;
}

inline std::vector<std::uint32_t> seeded_answers(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<float> noise;
  CodeBlock block;
  for (auto& column : block.column)
    for (auto& code : column) code = static_cast<std::int8_t>(random());
  Ensemble trees;
  trees.unit = 1e-4F, trees.shapes.resize(50), trees.leaves.resize(50);
  for (float& z : trees.base) z = noise(random);
  for (std::size_t t = 0; t < trees.shapes.size(); ++t) {
    for (std::size_t n = 0; n < kTreeNodes; ++n)
      trees.shapes[t].split(n, random() % kFeatureCount, static_cast<int>(random() % kMaxCuts), random() % 2 == 0);
    for (auto& leaf : trees.leaves[t])
      for (auto& z : leaf) z = static_cast<std::int16_t>(random());
  }
  std::vector<float> features(kBlockRows * kFeatureCount), day(SortedDay::kMost);
  for (float& f : features) f = random() % 20 == 0 ? std::nanf("") : noise(random) * std::exp(2 * noise(random));
  for (float& x : day) x = random() % 20 == 0 ? std::nanf("") : std::fabs(noise(random)) * static_cast<float>(random() % 3);
  Net net;
  net.inputs = NetInputs::from_rows(features);
  std::size_t inputs = NetInputs::kCount;
  for (std::size_t outputs : {std::size_t{32}, std::size_t{24}, kLevelCount}) {
    NetLayer layer{inputs, outputs, std::vector<float>(inputs * outputs), std::vector<float>(outputs)};
    for (float& w : layer.weights) w = noise(random) / std::sqrt(static_cast<float>(inputs));
    for (float& b : layer.bias) b = noise(random);
    net.layers.push_back(std::move(layer));
    inputs = outputs;
  }
  return answers_of(block, features, net, trees, day);
}

}  // namespace headroom
