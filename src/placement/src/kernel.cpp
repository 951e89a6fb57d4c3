#include "kernel.h"

#include <cmath>

#include "headroom/base/check.h"
#include "loop_constants.h"

namespace headroom::placement {
namespace {

std::array<double, kMinusLogs> minus_logs() {
  std::array<double, kMinusLogs> table{};
  for (std::size_t i = 0; i < kMinusLogs; ++i) table[i] = -std::log((static_cast<double>(i) + 0.5) / kMinusLogs);
  return table;
}

}  // namespace

const std::array<double, kMinusLogs> kMinusLog = minus_logs();

const char* name(InstructionSet set) {
  switch (set) {
    case InstructionSet::kScalar: return "scalar";
    case InstructionSet::kAvx2: return "AVX2";
    case InstructionSet::kAvx512: return "AVX-512";
  }
  return "";
}

#ifdef __x86_64__
bool has(InstructionSet set) {
  switch (set) {
    case InstructionSet::kScalar: return true;
    case InstructionSet::kAvx2: return __builtin_cpu_supports("avx2");
    case InstructionSet::kAvx512: return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx2");
  }
  return false;
}

const Kernel& kernel(InstructionSet set, const Layout& layout) {
  HEADROOM_CHECK(has(set), "loops run only on a processor that has their instructions");
  if (set == InstructionSet::kAvx512) return avx512::kernel(layout.width, layout.priced);
  return set == InstructionSet::kAvx2 ? avx2::kernel(layout.width, layout.priced)
                                      : scalar::kernel(layout.width, layout.priced);
}
#else
bool has(InstructionSet set) { return set == InstructionSet::kScalar; }

const Kernel& kernel(InstructionSet, const Layout& layout) { return scalar::kernel(layout.width, layout.priced); }
#endif

InstructionSet widest() {
  if (has(InstructionSet::kAvx512)) return InstructionSet::kAvx512;
  return has(InstructionSet::kAvx2) ? InstructionSet::kAvx2 : InstructionSet::kScalar;
}

}  // namespace headroom::placement
