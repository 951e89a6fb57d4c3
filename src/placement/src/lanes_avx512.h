// Row arithmetic with AVX-512: a row is one or two vectors of 16 lanes. Rows of 8 lanes are avx2's.
#pragma once

#include <immintrin.h>

#include <cstdint>

#define HEADROOM_TARGET __attribute__((target("avx512f,avx2")))
#define HEADROOM_INLINE __attribute__((target("avx512f,avx2"), always_inline)) inline
#define HEADROOM_LANES __attribute__((target("avx512f,avx2"), always_inline)) inline
namespace headroom::placement::avx512 {

template <int W>
struct Row {
  static constexpr int kVectors = W / 16;
  __m512i vector[kVectors];
};

template <int W>
HEADROOM_LANES Row<W> load(const std::int32_t* from) {
  Row<W> row;
  for (int v = 0; v < Row<W>::kVectors; ++v) row.vector[v] = _mm512_load_si512(from + 16 * v);
  return row;
}

#define HEADROOM_LANEWISE(name, expression)                                   \
  template <int W>                                                            \
  HEADROOM_LANES Row<W> name(const Row<W>& a, const Row<W>& b) {              \
    Row<W> row;                                                               \
    for (int v = 0; v < Row<W>::kVectors; ++v) row.vector[v] = expression;    \
    return row;                                                               \
  }
HEADROOM_LANEWISE(add, _mm512_add_epi32(a.vector[v], b.vector[v]))
HEADROOM_LANEWISE(subtract, _mm512_sub_epi32(a.vector[v], b.vector[v]))
HEADROOM_LANEWISE(both, _mm512_and_si512(a.vector[v], b.vector[v]))
#undef HEADROOM_LANEWISE

template <int W>
HEADROOM_LANES Row<W> positive(const Row<W>& a) {
  Row<W> row;
  for (int v = 0; v < Row<W>::kVectors; ++v) row.vector[v] = _mm512_max_epi32(a.vector[v], _mm512_setzero_si512());
  return row;
}

// Some lane of a is above that of b.
template <int W>
HEADROOM_LANES bool exceeds(const Row<W>& a, const Row<W>& b) {
  __mmask16 above = _mm512_cmpgt_epi32_mask(a.vector[0], b.vector[0]);
  for (int v = 1; v < Row<W>::kVectors; ++v) above |= _mm512_cmpgt_epi32_mask(a.vector[v], b.vector[v]);
  return above != 0;
}

// The sum of products, in 64 bits.
template <int W>
HEADROOM_LANES std::int64_t dot(const Row<W>& a, const Row<W>& b) {
  __m512i sum = _mm512_setzero_si512();
  for (int v = 0; v < Row<W>::kVectors; ++v) {
    const __m512i even = _mm512_mul_epi32(a.vector[v], b.vector[v]);
    const __m512i odd = _mm512_mul_epi32(_mm512_srli_epi64(a.vector[v], 32), _mm512_srli_epi64(b.vector[v], 32));
    sum = _mm512_add_epi64(sum, _mm512_add_epi64(even, odd));
  }
  return _mm512_reduce_add_epi64(sum);
}

#undef HEADROOM_LANES
}  // namespace headroom::placement::avx512
