#include <fmt/format.h>

#include "headroom/migration/schedule.h"

namespace headroom::migration {
namespace {

std::string seconds(Duration d) { return fmt::format("{:.1f} s", static_cast<double>(d.count()) / 1000); }

}  // namespace

std::string to_text(const Refusal& r) {
  switch (r.reason) {
    case RefusalReason::kTooLate:
      if (r.latest_start.count() < 0)
        return fmt::format("it would have had to start {} ago to be over before its breach", seconds(-r.latest_start));
      return fmt::format("it has to start within {} to be over before its breach, and its way is not free by then", seconds(r.latest_start));
    case RefusalReason::kDoesNotConverge: return "its guest dirties memory faster than the whole link could send it";
    case RefusalReason::kNoBandwidth: return fmt::format("there is no bandwidth for migrations on the way to host {}", r.host);
    case RefusalReason::kNoRoom:
      if (r.waited_for.empty()) return fmt::format("host {} has no room for it in lane {}", r.host, r.lane);
      return fmt::format("host {} has no room for it in lane {} before {} other(s) left that cannot, and no detour helps", r.host, r.lane,
                         r.waited_for.size());
    case RefusalReason::kApart: return fmt::format("on host {} one stays that it must not meet", r.host);
  }
  return "";
}

}  // namespace headroom::migration
