#include <gtest/gtest.h>

#include "instruction_set_answers.h"

namespace headroom_plain { std::vector<std::uint32_t> answers(std::uint64_t seed); }
#ifdef __x86_64__
namespace headroom_avx2 { std::vector<std::uint32_t> answers(std::uint64_t seed); }
namespace headroom_avx512 { std::vector<std::uint32_t> answers(std::uint64_t seed); }
#endif

namespace headroom {
namespace {

constexpr std::uint64_t kSeeds = 20;

void expect_the_same_as_plain(std::vector<std::uint32_t> (*answers)(std::uint64_t)) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) ASSERT_EQ(answers(seed), headroom_plain::answers(seed)) << "seed " << seed;
}

TEST(InstructionSets, ThePlainOneAnswersAsTheOneChosenAtTheStart) { expect_the_same_as_plain(seeded_answers); }

#ifdef __x86_64__
TEST(InstructionSets, Avx2AnswersAsThePlainOneToTheLastBit) {
  if (!__builtin_cpu_supports("avx2")) GTEST_SKIP() << "this processor has no AVX2";
  expect_the_same_as_plain(headroom_avx2::answers);
}

TEST(InstructionSets, Avx512AnswersAsThePlainOneToTheLastBit) {
  if (!__builtin_cpu_supports("avx512bw") || !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512vl") ||
      !__builtin_cpu_supports("avx512cd"))
    GTEST_SKIP() << "this processor has no AVX-512";
  expect_the_same_as_plain(headroom_avx512::answers);
}
#endif

}  // namespace
}  // namespace headroom
