#include "head_map.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace headroom {

HeadMap::Mix HeadMap::between(int steps, const std::vector<int>& known) {
  const auto at = std::lower_bound(known.begin(), known.end(), steps);
  const auto far = static_cast<std::size_t>(at - known.begin());
  if (*at == steps) return {far, far, 0};
  const double from = std::log(known[far - 1]), to = std::log(*at);
  return {far - 1, far, static_cast<float>((std::log(steps) - from) / (to - from))};
}

Result<HeadMap> HeadMap::make(const GlobalModel& model, const Horizons& horizons) {
  const ModelInfo& info = model.info();
  if (horizons.empty()) return invalid("there is no horizon to forecast; give one at least, as in 5m, 15m, 1h");
  std::vector<int> distinct;
  std::vector<std::size_t> of;  // distinct, by horizon
  for (std::size_t h = 0; h < horizons.size(); ++h) {
    if (h > 0 && horizons[h] <= horizons[h - 1])
      return invalid(fmt::format("horizons must ascend: {} comes after {}", to_text(horizons[h]), to_text(horizons[h - 1])));
    if (horizons[h] < info.horizon_steps.front() * info.step || horizons[h] > info.horizon_steps.back() * info.step)
      return invalid(fmt::format("the model forecasts {} to {} ahead, not {}; train one that does (headroom train --horizons) or leave it out",
                                 to_text(info.horizon_steps.front() * info.step), to_text(info.horizon_steps.back() * info.step),
                                 to_text(horizons[h])));
    const auto steps = static_cast<int>((horizons[h] + info.step - Duration(1)) / info.step);
    if (distinct.empty() || distinct.back() != steps) distinct.push_back(steps);
    of.push_back(distinct.size() - 1);
  }
  HeadMap map;
  map.heads_ = heads_of(distinct);
  for (const Head& head : map.heads_) {
    Mix mix = between(head.steps, info.horizon_steps);
    for (std::size_t* of_model : {&mix.near, &mix.far}) {
      *of_model = head.peak ? model.peak_head(*of_model) : model.value_head(*of_model);
      if (std::find(map.wanted_.begin(), map.wanted_.end(), *of_model) == map.wanted_.end()) map.wanted_.push_back(*of_model);
    }
    map.mixes_.push_back(mix);
  }
  const std::size_t first_peak = distinct.size() - (distinct.front() == 1 ? 1 : 0);  // the peak within a step is its value
  for (std::size_t place : of) {
    map.value_.push_back(place);
    map.peak_.push_back(distinct[place] == 1 ? place : first_peak + place);
  }
  return map;
}

GlobalModel::Quantiles HeadMap::quantiles(std::size_t head, std::span<const GlobalModel::Quantiles> z, std::size_t row) const {
  const Mix& mix = mixes_[head];
  const GlobalModel::Quantiles& near = z[mix.near * GlobalModel::kBatch + row];
  if (mix.near == mix.far) return near;
  const GlobalModel::Quantiles& far = z[mix.far * GlobalModel::kBatch + row];
  GlobalModel::Quantiles mixed;
  for (std::size_t l = 0; l < kLevelCount; ++l) mixed[l] = near[l] + mix.far_share * (far[l] - near[l]);
  return mixed;
}

}  // namespace headroom
