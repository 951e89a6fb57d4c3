#include "kernel.h"
#ifdef __x86_64__
#include "chain.h"
#include "lanes_avx512.h"
#include "loop_constants.h"

namespace headroom::placement::avx512 {
namespace {

namespace plain {
constexpr bool kPriced = false;
#include "kernels.inl"
}  // namespace plain

namespace priced {
constexpr bool kPriced = true;
#include "kernels.inl"
}  // namespace priced

}  // namespace

const Kernel& kernel(std::size_t width, bool priced) {
  if (width == 8) return avx2::kernel(8, priced);
  if (priced) return width == 16 ? priced::kLoops<16> : priced::kLoops<32>;
  return width == 16 ? plain::kLoops<16> : plain::kLoops<32>;
}

}  // namespace headroom::placement::avx512
#endif
