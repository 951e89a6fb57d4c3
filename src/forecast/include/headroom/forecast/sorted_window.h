// A sorted multiset of at most Capacity floats that values enter and leave one by one: insert and erase move at most the
// values between the two places.
#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <span>

namespace headroom {

// Linear interpolation between order statistics (numpy's default). NaN when there are none.
template <class T>
T quantile_of_sorted(std::span<const T> sorted, double p) {
  if (sorted.empty()) return std::numeric_limits<T>::quiet_NaN();
  const double place = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const T low = sorted[below], high = sorted[std::min(below + 1, sorted.size() - 1)];
  return low + static_cast<T>(place - static_cast<double>(below)) * (high - low);
}

template <int Capacity>
class SortedWindow {
 public:
  int size() const { return static_cast<int>(size_); }
  float quantile(double p) const { return quantile_of_sorted(std::span(value_).first(size_), p); }
  void insert(float value) {
    const std::size_t place = rank(value);
    std::memmove(&value_[place] + 1, &value_[place], (size_ - place) * sizeof(float));
    value_[place] = value;
    ++size_;
  }
  void erase(float value) {  // one equal to value, which must be there
    const std::size_t place = rank(value);
    --size_;
    std::memmove(&value_[place], &value_[place] + 1, (size_ - place) * sizeof(float));
  }

 private:
  std::size_t rank(float value) const {
    const auto values = std::span(value_).first(size_);
    return static_cast<std::size_t>(std::lower_bound(values.begin(), values.end(), value) - values.begin());
  }

  std::array<float, Capacity> value_{};
  std::size_t size_ = 0;
};

}  // namespace headroom
