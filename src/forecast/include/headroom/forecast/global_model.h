// The global model of the Predictive Load Engine: one quantile model for all VMs and resources, grown from the history
// of a fleet (train.h), immutable afterwards and shared freely between threads. It is made of trees and of a small net;
// what they say is averaged.
//
// Shapes: a model has one head per horizon for the value, and one per horizon for the peak; the peak within one step
// is the value at one step, so that head is shared. Each head answers with the kLevelCount quantiles (band.h) of
// z = asinh((y - now) / s), see features.h; quantiles may cross and are not capped: the engine does both.
//
// Files: versioned, compressed, with a checksum. A file that is missing, broken, cut short, of another version, or
// grown on other features is one kInvalid (missing: kNotFound) Error; nothing of it is used.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "headroom/base/instant.h"
#include "headroom/base/result.h"
#include "headroom/forecast/features.h"
#include "headroom/model/band.h"
#include "headroom/model/forecast.h"

namespace headroom {

struct HeadScore {
  int horizon_steps = 0;
  bool peak = false;
  float loss_ratio = 1;  // pinball loss in z on held-out days, over that of the unconditional quantiles
  float below_q90 = 0, below_q95 = 0, below_q99 = 0;  // share of held-out targets at or below the quantile
};

struct ModelInfo {
  Duration step = std::chrono::minutes(5);
  std::vector<int> horizon_steps;  // ascending
  Instant trained_from, trained_to;
  std::uint64_t seed = 0;
  std::uint64_t vms = 0, rows = 0;
  std::vector<HeadScore> scores;   // one a head

  Horizons horizons() const;
  // Whether nothing of `begin` or later had a part in it, held-out time included: only then may it be judged from there on.
  bool ends_by(Instant begin) const { return trained_to <= begin; }
};

struct ModelParts;

class GlobalModel {
 public:
  static constexpr std::size_t kBatch = 64;  // rows a call
  using Quantiles = std::array<float, kLevelCount>;

  // Room for one caller's predictions; reused, so that predicting allocates nothing.
  class Workspace {
   public:
    Workspace();
    ~Workspace();
    Workspace(const Workspace&) = delete;
    Workspace& operator=(const Workspace&) = delete;

   private:
    friend class GlobalModel;
    struct Room;
    std::unique_ptr<Room> room_;
  };

  explicit GlobalModel(ModelParts parts);
  ~GlobalModel();
  GlobalModel(const GlobalModel&) = delete;
  GlobalModel& operator=(const GlobalModel&) = delete;

  static Result<std::shared_ptr<const GlobalModel>> load(const std::filesystem::path& file);
  Result<void> save(const std::filesystem::path& file) const;  // written whole, then renamed into place

  const ModelInfo& info() const;
  std::size_t heads() const;
  std::size_t value_head(std::size_t horizon) const { return horizon; }
  std::size_t peak_head(std::size_t horizon) const;

  // features: up to kBatch rows of kFeatureCount; z[head * kBatch + row] is written for each head wanted and given row.
  // None named: for all heads. The cost is that of the heads wanted and, once, of the net's inner layers.
  void predict(std::span<const float> features, Workspace& workspace, std::span<Quantiles> z,
               std::span<const std::size_t> wanted = {}) const;

  // What it says of a head while it knows nothing: the quantiles of z over all the rows it was grown from.
  const Quantiles& unconditional(std::size_t head) const;

  const ModelParts& parts() const { return *parts_; }

 private:
  std::unique_ptr<const ModelParts> parts_;
};

}  // namespace headroom
