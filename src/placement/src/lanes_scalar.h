// Row arithmetic without vector instructions of any processor in particular: plain loops, which a compiler may vectorise.
#pragma once

#include <algorithm>
#include <cstdint>

#define HEADROOM_TARGET
#define HEADROOM_INLINE __attribute__((always_inline)) inline
namespace headroom::placement::scalar {

template <int W>
struct Row {
  std::int32_t lane[W];
};

template <int W>
inline Row<W> load(const std::int32_t* from) {
  Row<W> row;
  for (int l = 0; l < W; ++l) row.lane[l] = from[l];
  return row;
}

#define HEADROOM_LANEWISE(name, expression)                       \
  template <int W>                                                \
  inline Row<W> name(const Row<W>& a, const Row<W>& b) {          \
    Row<W> row;                                                   \
    for (int l = 0; l < W; ++l) row.lane[l] = expression;         \
    return row;                                                   \
  }
HEADROOM_LANEWISE(add, a.lane[l] + b.lane[l])
HEADROOM_LANEWISE(subtract, a.lane[l] - b.lane[l])
HEADROOM_LANEWISE(both, a.lane[l] & b.lane[l])
#undef HEADROOM_LANEWISE

template <int W>
inline Row<W> positive(const Row<W>& a) {
  Row<W> row;
  for (int l = 0; l < W; ++l) row.lane[l] = std::max(a.lane[l], 0);
  return row;
}

// Some lane of a is above that of b.
template <int W>
inline bool exceeds(const Row<W>& a, const Row<W>& b) {
  std::int32_t above = 0;
  for (int l = 0; l < W; ++l) above |= a.lane[l] > b.lane[l];
  return above != 0;
}

// The sum of products, in 64 bits.
template <int W>
inline std::int64_t dot(const Row<W>& a, const Row<W>& b) {
  std::int64_t sum = 0;
  for (int l = 0; l < W; ++l) sum += static_cast<std::int64_t>(a.lane[l]) * b.lane[l];
  return sum;
}

}  // namespace headroom::placement::scalar
