#include "lag_ridge.h"

#include <algorithm>
#include <cmath>

namespace headroom::bench {
namespace {

constexpr std::size_t kRows = 120, kMostLags = 40, kFewestRows = 20;
constexpr std::array<std::size_t, 5> kLags{2, 11, 21, 30, kMostLags};
constexpr std::array<double, 5> kPenalties{0.1, 1, 10, 100, 1000};
constexpr std::size_t kColumns = kMostLags + 2;  // lags, 1, y
constexpr std::size_t kEvery = 12;               // steps between fits

using Row = std::array<double, kColumns>;

// The newest rows whose lags and outcome are all known, oldest first.
std::vector<Row> rows_of(const Past& past, const ScoredTarget& target) {
  std::vector<Row> rows;
  const double unit = usual_unit(past.resource);
  const auto steps = static_cast<std::size_t>(target.steps);
  const std::size_t n = past.values.size();
  if (n < kMostLags + steps) return rows;
  const std::size_t last = n - 1 - steps, first = std::max(kMostLags - 1, last + 1 - std::min(last + 1, kRows));
  for (std::size_t at = first; at <= last; ++at) {
    Row row;
    for (std::size_t lag = 0; lag < kMostLags; ++lag) row[lag] = past.values[at - lag] / unit;
    row[kMostLags] = 1;
    row[kMostLags + 1] = outcome(past.values, at, target) / unit;
    if (std::none_of(row.begin(), row.end(), [](double x) { return std::isnan(x); })) rows.push_back(row);
  }
  return rows;
}

void add_products(std::span<const Row> rows, std::vector<double>& sums) {
  for (const Row& row : rows)
    for (std::size_t i = 0; i < kColumns; ++i)
      for (std::size_t j = 0; j <= i; ++j) sums[i * kColumns + j] += row[i] * row[j];
}

// Of the sums over all columns those of the first `lags`, 1 and y.
std::vector<double> take_lags(const std::vector<double>& sums, std::size_t lags) {
  const std::size_t n = lags + 2;
  std::vector<double> some(n * n);
  auto column = [lags](std::size_t i) { return i < lags ? i : kMostLags + (i - lags); };
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j <= i; ++j) some[i * n + j] = some[j * n + i] = sums[column(i) * kColumns + column(j)];
  return some;
}

double answer(std::span<const double> weights, std::span<const double> lags) {
  double sum = weights.back();
  for (std::size_t i = 0; i + 1 < weights.size(); ++i) sum += weights[i] * lags[i];
  return sum;
}

double squared_error(std::span<const double> weights, std::span<const Row> rows) {
  double sum = 0;
  for (const Row& row : rows) {
    const double error = row[kMostLags + 1] - answer(weights, row);
    sum += error * error;
  }
  return sum;
}

// Cholesky: a x = b with a symmetric and positive definite, n x n; b becomes x. False when it is not.
bool solve(std::vector<double>& a, std::vector<double>& b) {
  const std::size_t n = b.size();
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = a[i * n + j];
      for (std::size_t k = 0; k < j; ++k) sum -= a[i * n + k] * a[j * n + k];
      if (i != j) a[i * n + j] = sum / a[j * n + j];
      else if (sum > 0) a[i * n + i] = std::sqrt(sum);
      else return false;
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < i; ++k) b[i] -= a[i * n + k] * b[k];
    b[i] /= a[i * n + i];
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = i + 1; k < n; ++k) b[i] -= a[k * n + i] * b[k];
    b[i] /= a[i * n + i];
  }
  return true;
}

}  // namespace

std::vector<double> solve_ridge(std::span<const double> sums, std::size_t n, double penalty) {
  const std::size_t columns = n + 2;
  const auto sum = [&](std::size_t i, std::size_t j) { return sums[i * columns + j]; };
  const double rows = sum(n, n);
  std::vector<double> a(n * n), b(n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) a[i * n + j] = sum(i, j) - sum(i, n) * sum(j, n) / rows;
    a[i * n + i] += penalty;
    b[i] = sum(i, n + 1) - sum(i, n) * sum(n + 1, n) / rows;
  }
  if (!solve(a, b)) return {};
  double constant = sum(n + 1, n);
  for (std::size_t i = 0; i < n; ++i) constant -= b[i] * sum(i, n);
  b.push_back(constant / rows);
  return b;
}

LagRidge::Fitted LagRidge::fit(const Past& past, const ScoredTarget& target) {
  Fitted fitted;
  fitted.at = past.values.size();
  const std::vector<Row> rows = rows_of(past, target);
  if (rows.size() < kFewestRows) return fitted;
  const std::span<const Row> older(rows.data(), rows.size() * 4 / 5), newer = std::span(rows).subspan(older.size());
  std::vector<double> sums(kColumns * kColumns);
  add_products(older, sums);
  double least = std::numeric_limits<double>::infinity(), penalty = 0;
  for (std::size_t lags : kLags) {
    const std::vector<double> some = take_lags(sums, lags);
    for (double candidate : kPenalties) {
      const std::vector<double> weights = solve_ridge(some, lags, candidate);
      const double error = weights.empty() ? std::numeric_limits<double>::infinity() : squared_error(weights, newer);
      if (error < least) least = error, fitted.lags = lags, penalty = candidate;
    }
  }
  if (fitted.lags == 0) return fitted;
  add_products(newer, sums);
  fitted.weights = solve_ridge(take_lags(sums, fitted.lags), fitted.lags, penalty);
  if (fitted.weights.empty()) fitted.lags = 0;
  return fitted;
}

float LagRidge::point(const Fitted& fitted, const Past& past) {
  if (fitted.lags == 0 || past.values.size() < fitted.lags) return std::nanf("");
  const double unit = usual_unit(past.resource);
  std::array<double, kMostLags> lags;
  for (std::size_t lag = 0; lag < fitted.lags; ++lag) lags[lag] = past.values[past.values.size() - 1 - lag] / unit;
  return static_cast<float>(answer(fitted.weights, lags) * unit);
}

void LagRidge::points(std::span<const Past> past, std::span<float> points) {
  for (std::size_t i = 0; i < past.size(); ++i) {
    std::vector<Fitted>& known = fitted_[past[i].series];
    const bool due = known.empty() || past[i].values.size() >= known.front().at + kEvery;
    known.resize(targets_.size());
    for (std::size_t k = 0; k < targets_.size(); ++k) {
      if (due) known[k] = fit(past[i], targets_[k]);
      points[i * targets_.size() + k] = point(known[k], past[i]);
    }
  }
}

}  // namespace headroom::bench
