#include "boosted.h"

#include <fmt/format.h>
#include <xgboost/c_api.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "headroom/base/check.h"
#include "headroom/forecast/features.h"

namespace headroom::bench {
namespace {

constexpr std::size_t kLags = 12;
constexpr std::array<std::size_t, 7> kWindows{3, 6, 12, 36, 72, 144, kStepsPerDay};
constexpr std::size_t kFeatures = kLags + 2 * kWindows.size() + 4;

struct Window {
  double mean = std::nan(""), spread = std::nan("");  // NaN when nothing is known
};

Window window_of(std::span<const float> values) {
  double sum = 0, squares = 0;
  int n = 0;
  for (float x : values)
    if (!std::isnan(x)) sum += static_cast<double>(x), squares += static_cast<double>(x) * x, ++n;
  if (n == 0) return {};
  return {sum / n, std::sqrt(std::max(0.0, squares / n - sum / n * sum / n))};
}

std::span<const float> newest(std::span<const float> values, std::size_t n) { return values.last(std::min(n, values.size())); }

// Mean change of the last day, and a little so that it is never 0.
double scale_of(const Past& past) {
  const auto day = newest(past.values, kStepsPerDay);
  double sum = 0;
  int n = 0;
  for (std::size_t i = 1; i < day.size(); ++i)
    if (const double change = std::fabs(day[i] - day[i - 1]); !std::isnan(change)) sum += change, ++n;
  return (n > 0 ? sum / n : 0) + 0.01 * usual_unit(past.resource);
}

// False when the newest value is missing: there is nothing to measure changes from.
bool features_of(const Past& past, double scale, std::span<float> out) {
  if (past.values.empty() || std::isnan(past.values.back())) return false;
  const double now = past.values.back();
  std::size_t f = 0;
  auto put = [&](double x) { out[f++] = static_cast<float>(x); };
  const std::size_t n = past.values.size();
  for (std::size_t lag = 1; lag <= kLags; ++lag) put(lag < n ? (past.values[n - 1 - lag] - now) / scale : std::nan(""));
  for (std::size_t length : kWindows) {
    const Window window = window_of(newest(past.values, length));
    put((window.mean - now) / scale);
    put(window.spread / scale);
  }
  put(n > kStepsPerDay ? (past.values[n - 1 - kStepsPerDay] - now) / scale : std::nan(""));
  put(now / scale);
  put(static_cast<double>(past.step % kStepsPerDay));
  put(static_cast<double>(index(past.resource)));
  return true;
}

tl::unexpected<Error> xgboost_failed() { return fail(ErrorCode::kFailed, fmt::format("XGBoost: {}", XGBGetLastError())); }

struct Rows {
  std::vector<float> features, z;  // z: [row][target]
};

// The rows of one series whose targets are all known before `to`, each with the chance `share`.
void add_rows(Past past, std::int64_t first, std::int64_t to, const std::vector<ScoredTarget>& targets, double share,
              std::mt19937_64& random, Rows& rows) {
  const std::span<const float> values = past.values;
  const auto end = static_cast<std::size_t>(std::clamp<std::int64_t>(to - first, 0, static_cast<std::int64_t>(values.size())));
  std::uniform_real_distribution<double> chance;
  std::vector<float> features(kFeatures), z(targets.size());
  for (std::size_t at = kStepsPerDay; at < end; ++at) {
    if (chance(random) >= share) continue;
    past.values = values.first(at + 1);
    past.step = first + static_cast<std::int64_t>(at);
    const double scale = scale_of(past);
    if (!features_of(past, scale, features)) continue;
    for (std::size_t k = 0; k < targets.size(); ++k)
      z[k] = to_z(outcome(values.first(end), at, targets[k]), values[at], scale);
    if (std::any_of(z.begin(), z.end(), [](float x) { return std::isnan(x); })) continue;
    rows.features.insert(rows.features.end(), features.begin(), features.end());
    rows.z.insert(rows.z.end(), z.begin(), z.end());
  }
}

}  // namespace

Boosted::~Boosted() {
  for (void* regressor : regressors_) XGBoosterFree(regressor);
}

Result<std::unique_ptr<Boosted>> Boosted::train(const Fleet& fleet, std::vector<ScoredTarget> targets,
                                                const BoostedOptions& options) {
  std::mt19937_64 random(options.seed);
  const std::int64_t from = options.from.time_since_epoch() / fleet.step, to = options.to.time_since_epoch() / fleet.step;
  const double moments = static_cast<double>(fleet.vms.size() * kResourceCount) * static_cast<double>(to - from);
  const double share = std::min(1.0, static_cast<double>(options.rows) / moments);
  Rows rows;
  for (const VmTrace& vm : fleet.vms) {
    for (Resource r : kAllResources) {
      const std::int64_t start = vm.start.time_since_epoch() / fleet.step, first = std::max(start, from);
      const std::span<const float> all = vm.demand[index(r)];
      if (first - start >= static_cast<std::int64_t>(all.size())) continue;
      add_rows({0, r, 0, all.subspan(static_cast<std::size_t>(first - start))}, first, to, targets, share, random, rows);
    }
  }
  if (rows.z.empty()) return invalid("nothing to train gradient boosting on in the window given");
  std::unique_ptr<Boosted> boosted(new Boosted(std::move(targets)));
  if (auto done = boosted->fit(rows.features, rows.z, options); !done) return tl::unexpected(done.error());
  return boosted;
}

Result<void> Boosted::fit(std::span<const float> features, std::span<const float> z, const BoostedOptions& options) {
  rows_ = z.size() / targets_.size();
  DMatrixHandle raw = nullptr;
  if (XGDMatrixCreateFromMat(features.data(), rows_, kFeatures, std::nanf(""), &raw) != 0) return xgboost_failed();
  const std::unique_ptr<void, decltype(&XGDMatrixFree)> data(raw, XGDMatrixFree);
  for (std::size_t k = 0; k < targets_.size(); ++k) {
    std::vector<float> label(rows_);
    for (std::size_t row = 0; row < rows_; ++row) label[row] = z[row * targets_.size() + k];
    BoosterHandle regressor = nullptr;
    if (XGDMatrixSetFloatInfo(raw, "label", label.data(), rows_) != 0 || XGBoosterCreate(&raw, 1, &regressor) != 0)
      return xgboost_failed();
    regressors_.push_back(regressor);
    for (const auto& [key, value] : {std::pair{"objective", "reg:squarederror"}, {"tree_method", "hist"}, {"max_depth", "6"},
                                     {"eta", "0.1"}, {"nthread", "1"}, {"verbosity", "0"}})
      if (XGBoosterSetParam(regressor, key, value) != 0) return xgboost_failed();
    for (int round = 0; round < options.rounds; ++round)
      if (XGBoosterUpdateOneIter(regressor, round, raw) != 0) return xgboost_failed();
  }
  return {};
}

void Boosted::points(std::span<const Past> past, std::span<float> points) {
  std::vector<float> features(past.size() * kFeatures, std::nanf(""));
  std::vector<double> scale(past.size());
  std::vector<bool> known(past.size());
  for (std::size_t i = 0; i < past.size(); ++i) {
    scale[i] = scale_of(past[i]);
    known[i] = features_of(past[i], scale[i], std::span(features).subspan(i * kFeatures, kFeatures));
  }
  const std::string array = fmt::format(R"({{"data":[{},true],"shape":[{},{}],"typestr":"<f4","version":3}})",
                                        reinterpret_cast<std::uintptr_t>(features.data()), past.size(), kFeatures);
  const char* how = R"({"type":0,"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":false,)"
                    R"("missing":NaN,"cache_id":0})";
  for (std::size_t k = 0; k < targets_.size(); ++k) {
    const bst_ulong* shape = nullptr;
    bst_ulong dimensions = 0;
    const float* z = nullptr;
    const int failed = XGBoosterPredictFromDense(regressors_[k], array.c_str(), how, nullptr, &shape, &dimensions, &z);
    HEADROOM_CHECK(failed == 0, "XGBoost predicts from what it was trained on");
    for (std::size_t i = 0; i < past.size(); ++i)
      points[i * targets_.size() + k] =
          known[i] ? static_cast<float>(from_z(z[i], past[i].values.back(), scale[i])) : std::nanf("");
  }
}

}  // namespace headroom::bench
