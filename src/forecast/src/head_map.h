// Which of the model's heads a list of horizons is forecast from. A horizon is about the step that it ends in, so one that
// is no multiple of the step is about the step it lies in. Where the model has a head for that many steps it is taken as
// it is; between two of the model's heads their quantiles are mixed in z, level by level, by where the horizon's logarithm
// lies between theirs. (By its square root, as a random walk spreads, it loses more: docs/model.md has the figures.)
#pragma once

#include <array>
#include <span>
#include <vector>

#include "headroom/base/result.h"
#include "headroom/forecast/global_model.h"
#include "rows.h"

namespace headroom {

class HeadMap {
 public:
  // kInvalid, with the mend, for a list that is empty, does not ascend, or reaches where the model has no head.
  static Result<HeadMap> make(const GlobalModel& model, const Horizons& horizons);

  const std::vector<Head>& heads() const { return heads_; }              // what is forecast: values, then peaks
  const std::vector<std::size_t>& wanted() const { return wanted_; }     // of the model's heads
  std::size_t value_head(std::size_t horizon) const { return value_[horizon]; }  // of heads()
  std::size_t peak_head(std::size_t horizon) const { return peak_[horizon]; }
  bool mixed(std::size_t head) const { return mixes_[head].near != mixes_[head].far; }  // of two of the model's

  // Of row `row` of what GlobalModel::predict() wrote; not sorted.
  GlobalModel::Quantiles quantiles(std::size_t head, std::span<const GlobalModel::Quantiles> z, std::size_t row) const;

 private:
  struct Mix {
    std::size_t near = 0, far = 0;
    float far_share = 0;
  };
  static Mix between(int steps, const std::vector<int>& known);  // places of the model's horizons
  std::vector<Head> heads_;
  std::vector<Mix> mixes_;             // by head, of the model's heads
  std::vector<std::size_t> wanted_, value_, peak_;
};

}  // namespace headroom
