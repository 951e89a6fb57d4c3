#include "headroom/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace headroom {

void check_failed(const char* condition, const char* why, const char* file, int line) {
  std::fprintf(stderr, "headroom: internal error: %s (%s) at %s:%d\n", why, condition, file, line);
  std::abort();
}

}  // namespace headroom
