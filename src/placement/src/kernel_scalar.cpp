#include "kernel.h"
#include "chain.h"
#include "lanes_scalar.h"
#include "loop_constants.h"

namespace headroom::placement::scalar {
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
  if (priced) return width == 8 ? priced::kLoops<8> : width == 16 ? priced::kLoops<16> : priced::kLoops<32>;
  return width == 8 ? plain::kLoops<8> : width == 16 ? plain::kLoops<16> : plain::kLoops<32>;
}

}  // namespace headroom::placement::scalar
