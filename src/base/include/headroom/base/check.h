// HEADROOM_CHECK(condition, "why it must hold"): for states that cannot happen. Kept on in release builds: a manager
// that has lost its footing must stop before it acts on a machine.
#pragma once

namespace headroom {
[[noreturn]] void check_failed(const char* condition, const char* why, const char* file, int line);
}

#define HEADROOM_CHECK(condition, why) \
  ((condition) ? static_cast<void>(0) : ::headroom::check_failed(#condition, why, __FILE__, __LINE__))
