// Small worlds for the tests: daily waves with noise and bursts, from a seed.
#pragma once

#include <cmath>
#include <memory>
#include <random>

#include "headroom/forecast/engine.h"
#include "headroom/forecast/train.h"

namespace headroom {

inline constexpr Duration kStep = std::chrono::minutes(5);
inline const Instant kBeginning = instant_from_epoch_seconds(1'372'636'800);  // 1 July 2013

inline std::vector<float> wave(std::uint64_t seed, std::size_t steps) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> noise;
  std::uniform_real_distribution<double> chance;
  const double level = 100 * std::exp(noise(random)), swing = 0.5 * chance(random), phase = 6 * chance(random);
  std::vector<float> x(steps);
  double memory = 0;
  for (std::size_t i = 0; i < steps; ++i) {
    memory = 0.7 * memory + noise(random);
    const double burst = chance(random) < 0.02 ? 20 : 0;
    const double day = 1 + swing * std::sin(2 * 3.14159265 * static_cast<double>(i) / 288 + phase);
    x[i] = static_cast<float>(std::max(0.0, level * (day + 0.05 * (memory + burst))));
  }
  return x;
}

inline TrainingVm training_vm(std::uint64_t seed, std::size_t steps) {
  TrainingVm vm;
  vm.name = "vm";
  vm.start = kBeginning;
  for (std::size_t r = 0; r < kResourceCount; ++r) vm.demand[r] = wave(seed * 10 + r, steps);
  return vm;
}

inline TrainingSource waves(int count, std::size_t steps) {
  return [count, steps, next = 0]() mutable -> std::optional<TrainingVm> {
    if (next == count) return std::nullopt;
    return training_vm(static_cast<std::uint64_t>(++next), steps);
  };
}

inline TrainOptions quick_training() {
  TrainOptions options;
  options.horizons = {kStep, 3 * kStep, 12 * kStep};
  options.max_rows = 12'000;
  options.trees = 20;
  options.learning_rate = 0.3;
  options.min_leaf_rows = 40;
  options.net_epochs = 2;
  options.net_width = 32;
  return options;
}

// Grown once a program.
inline std::shared_ptr<const GlobalModel> quick_model() {
  static const auto model = train(waves(6, 288 * 12), quick_training()).value();
  return model;
}

inline VmSample sample_at(std::int64_t step, double used, float stalled = 0) {
  Sample sample{kBeginning + (step + 1) * kStep, {}, {}, true};
  sample.used.fill(used);
  sample.stalled.fill(stalled);
  return {VmId(0), sample};
}

inline Forecast forecast_at(Forecaster& forecaster, std::int64_t step) {
  const VmId id(0);
  std::vector<Forecast> out;
  forecaster.forecast(kBeginning + (step + 1) * kStep, std::span(&id, 1), out);
  return out.at(0);
}

}  // namespace headroom
