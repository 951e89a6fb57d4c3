// How a migration stands, from what both hosts, the job and the call say: a pure function, so that every combination can be tried.
//
// The destination has to be looked at before the source: then a VM that is seen running on both did run on both (it never goes back),
// while one that is seen on neither may just have changed over, which only a later look tells.
#pragma once

#include <cstdint>
#include <string_view>

#include "headroom/hypervisor/hypervisor.h"

namespace headroom::libvirt {

enum class Side : std::uint8_t { kNoAnswer, kAbsent, kOff, kStopped, kRunning };  // kStopped: there is a process, its vCPUs do not run
inline constexpr Side kAllSides[] = {Side::kNoAnswer, Side::kAbsent, Side::kOff, Side::kStopped, Side::kRunning};

// The call that moves it. kUnknown: its connection broke, or an earlier run of this manager made it.
enum class Call : std::uint8_t { kUnderWay, kSucceeded, kFailed, kUnknown };
inline constexpr Call kAllCalls[] = {Call::kUnderWay, Call::kSucceeded, Call::kFailed, Call::kUnknown};

struct MigrationView {
  Side source = Side::kNoAnswer, destination = Side::kNoAnswer;
  bool job = false;        // the source says that it is migrating
  Call call = Call::kUnderWay;
  bool cancelled = false;  // on request
  bool too_late = false;   // its deadline has passed
  bool settled = false;    // both hosts have shown the same for long enough since the call and the job were over
};

struct MigrationVerdict {
  ActionState state = ActionState::kRunning;
  bool undecided = false;  // running, and nobody can tell how it stands
  bool abort = false;      // the job is to be ended now
  bool alarm = false;      // a person has to look
  std::string_view why{};  // of what is undecided, failed or odd
};

MigrationVerdict judge_migration(const MigrationView& view);

}  // namespace headroom::libvirt
