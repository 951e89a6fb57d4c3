// Whether a shrink would hurt this guest, and whether the guest needs more at once. Pure functions of what was measured, apart from
// DemandWatch's own memory. Formulas: docs/wire.md, "Veto" and "Demand". Threads: one. Errors: none.
#pragma once

#include <optional>
#include <string>

#include "sample.h"

namespace headroom::agent {

// The reason to refuse, with its figures; nothing when it may be done. The allocation is one of moment BEFORE.
std::optional<std::string> veto(const wire::v1::Allocation& allocation, const Values& now);

class DemandWatch {
 public:
  // Looks at a sample that was just taken. At most one demand a sample, memory before CPU.
  std::optional<wire::v1::Demand> look(const Sample& sample);
  // The pressure is up, and becomes a demand if it stays: worth a look before the next sample would be due.
  bool waits(std::int64_t now_ns) const { return waits(cpu_, now_ns) || waits(memory_, now_ns); }

 private:
  struct Watch {
    std::int64_t high_since_ns = -1;   // -1: not high
    std::int64_t asked_ns = -1;        // -1: never
    bool armed = true;                 // false: asked, and it has not been low since
  };
  static bool is_due(Watch& watch, bool high, bool low, std::int64_t now_ns);
  static bool has_rested(const Watch& watch, std::int64_t now_ns);
  static bool waits(const Watch& watch, std::int64_t now_ns) { return watch.high_since_ns >= 0 && watch.armed && has_rested(watch, now_ns); }

  Watch cpu_, memory_;
};

}  // namespace headroom::agent
