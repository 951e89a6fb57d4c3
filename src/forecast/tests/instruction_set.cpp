// The vectorised code once more, for the one instruction set that the build names.
#include "../src/ensemble.cpp"
#include "../src/net.cpp"
#include "../src/sorted_day.cpp"
#include "instruction_set_answers.h"

namespace headroom {

std::vector<std::uint32_t> answers(std::uint64_t seed) { return seeded_answers(seed); }

}  // namespace headroom
