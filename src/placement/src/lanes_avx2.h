// Row arithmetic with AVX2: a row is one, two or four vectors of 8 lanes.
#pragma once

#include <immintrin.h>

#include <cstdint>

#define HEADROOM_TARGET __attribute__((target("avx2")))
#define HEADROOM_INLINE __attribute__((target("avx2"), always_inline)) inline
#define HEADROOM_LANES __attribute__((target("avx2"), always_inline)) inline
namespace headroom::placement::avx2 {

template <int W>
struct Row {
  static constexpr int kVectors = W / 8;
  __m256i vector[kVectors];
};

template <int W>
HEADROOM_LANES Row<W> load(const std::int32_t* from) {
  Row<W> row;
  for (int v = 0; v < Row<W>::kVectors; ++v) row.vector[v] = _mm256_load_si256(reinterpret_cast<const __m256i*>(from) + v);
  return row;
}

#define HEADROOM_LANEWISE(name, expression)                                   \
  template <int W>                                                            \
  HEADROOM_LANES Row<W> name(const Row<W>& a, const Row<W>& b) {              \
    Row<W> row;                                                               \
    for (int v = 0; v < Row<W>::kVectors; ++v) row.vector[v] = expression;    \
    return row;                                                               \
  }
HEADROOM_LANEWISE(add, _mm256_add_epi32(a.vector[v], b.vector[v]))
HEADROOM_LANEWISE(subtract, _mm256_sub_epi32(a.vector[v], b.vector[v]))
HEADROOM_LANEWISE(both, _mm256_and_si256(a.vector[v], b.vector[v]))
#undef HEADROOM_LANEWISE

template <int W>
HEADROOM_LANES Row<W> positive(const Row<W>& a) {
  Row<W> row;
  for (int v = 0; v < Row<W>::kVectors; ++v) row.vector[v] = _mm256_max_epi32(a.vector[v], _mm256_setzero_si256());
  return row;
}

// Some lane of a is above that of b.
template <int W>
HEADROOM_LANES bool exceeds(const Row<W>& a, const Row<W>& b) {
  __m256i above = _mm256_cmpgt_epi32(a.vector[0], b.vector[0]);
  for (int v = 1; v < Row<W>::kVectors; ++v) above = _mm256_or_si256(above, _mm256_cmpgt_epi32(a.vector[v], b.vector[v]));
  return _mm256_testz_si256(above, above) == 0;
}

// The sum of products, in 64 bits.
template <int W>
HEADROOM_LANES std::int64_t dot(const Row<W>& a, const Row<W>& b) {
  __m256i sum = _mm256_setzero_si256();
  for (int v = 0; v < Row<W>::kVectors; ++v) {
    const __m256i even = _mm256_mul_epi32(a.vector[v], b.vector[v]);
    const __m256i odd = _mm256_mul_epi32(_mm256_srli_epi64(a.vector[v], 32), _mm256_srli_epi64(b.vector[v], 32));
    sum = _mm256_add_epi64(sum, _mm256_add_epi64(even, odd));
  }
  const __m128i halves = _mm_add_epi64(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
  return _mm_cvtsi128_si64(halves) + _mm_extract_epi64(halves, 1);
}

#undef HEADROOM_LANES
}  // namespace headroom::placement::avx2
