// What the independent checks excuse.
#pragma once

#include <cstdint>

namespace headroom::placement {

enum class Allowance : std::uint8_t {
  kNone,
  kOfStart,  // what the start breaks as much
};

}  // namespace headroom::placement
