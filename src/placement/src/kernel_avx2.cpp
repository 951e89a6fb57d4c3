#include "kernel.h"
#ifdef __x86_64__
#include "chain.h"
#include "lanes_avx2.h"
#include "loop_constants.h"

namespace headroom::placement::avx2 {
namespace {

#include "kernels.inl"

}  // namespace

const Kernel& kernel(std::size_t width) {
  return width == 8 ? kLoops<8> : width == 16 ? kLoops<16> : kLoops<32>;
}

}  // namespace headroom::placement::avx2
#endif
