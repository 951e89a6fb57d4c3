#include "kernel.h"
#include "chain.h"
#include "lanes_scalar.h"
#include "loop_constants.h"

namespace headroom::placement::scalar {
namespace {

#include "kernels.inl"

}  // namespace

const Kernel& kernel(std::size_t width) {
  return width == 8 ? kLoops<8> : width == 16 ? kLoops<16> : kLoops<32>;
}

}  // namespace headroom::placement::scalar
