#include "forecast_input.h"

#include <fmt/format.h>

#include <algorithm>

#include "traces.h"

namespace headroom::cli {

Result<OriginGrid> parse_grid(const std::string& text, Duration step) {
  const auto comma = text.find(',');
  if (comma == std::string::npos) return invalid("--grid wants START,STRIDE: epoch seconds or RFC 3339, and steps");
  auto start = parse_instant(text.substr(0, comma));
  if (!start) return tl::unexpected(start.error());
  const std::string stride = text.substr(comma + 1);
  if (stride.empty() || stride.size() > 6 || stride.find_first_not_of("0123456789") != std::string::npos || std::stoi(stride) < 1)
    return invalid(fmt::format("--grid \"{}\": the stride is a number of steps, 1 or more", text));
  return OriginGrid{Instant(start->time_since_epoch() / step * step), std::stoi(stride)};
}

Result<Horizons> parse_horizons(const std::string& text, Duration step) {
  Horizons horizons;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const std::string part = text.substr(at, comma - at);
    const bool number = !part.empty() && part.size() <= 4 && part.find_first_not_of("0123456789") == std::string::npos;
    const Duration horizon = number ? std::stoi(part) * step : Duration::zero();
    if (horizon <= (horizons.empty() ? Duration::zero() : horizons.back()) || horizon > kStepsPerWeek * step)
      return invalid(fmt::format("--horizons \"{}\": give steps of 5 minutes, ascending, {} at most, as in 1,3,12", text, kStepsPerWeek));
    horizons.push_back(horizon);
    at = comma + 1;
  }
  return horizons;
}

Result<std::shared_ptr<const GlobalModel>> find_model(const ModelChoice& choice, const Horizons& horizons, Instant start) {
  if (choice.train.empty()) {
    if (!choice.model.empty()) return GlobalModel::load(choice.model);
    return load_model(std::nullopt);
  }
  TrainOptions how = choice.training;
  how.horizons = horizons;
  how.to = start;
  return train_on({choice.train.begin(), choice.train.end()}, how);
}

Result<std::unique_ptr<PredictiveLoadEngine>> make_engine(const std::shared_ptr<const GlobalModel>& model,
                                                          const Horizons& horizons, const std::string& text) {
  auto engine = PredictiveLoadEngine::make(model, horizons);
  if (!engine) return invalid(fmt::format("--horizons \"{}\": {}", text, engine.error().message));
  return engine;
}

std::function<bool(double share)> shown_progress(std::string label) {
  return [label = std::move(label), shown = -1](double share) mutable {
    const int percent = static_cast<int>(share * 100);  // told at every step, which is more than anyone can read
    if (percent != shown) show_progress(label, share);
    shown = percent;
    return true;
  };
}

}  // namespace headroom::cli
