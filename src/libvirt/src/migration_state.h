// How a migration stands, from what both hosts, the job and the call say: a pure function, so that every combination can be tried.
//
// The destination has to be looked at before the source: then a VM that is seen running on both did run on both (it never goes back),
// while one that is seen on neither may just have changed over, which only a later look tells.
//
// A move that breaks may leave the VM paused on its source (libvirt resumes it as a rule). It is resumed there only where nothing else can
// have run it: what has run at the destination has written to its disks, and its source's memory is of the past.
#pragma once

#include <cstdint>
#include <string_view>

#include "headroom/hypervisor/hypervisor.h"

namespace headroom::libvirt {

enum class Side : std::uint8_t {
  kNoAnswer,
  kAbsent,
  kOff,
  kStopped,  // there is a process, its vCPUs do not run
  kHeld,     // likewise, and it is a migration that stopped them
  kRunning,
};
inline constexpr Side kAllSides[] = {Side::kNoAnswer, Side::kAbsent, Side::kOff, Side::kStopped, Side::kHeld, Side::kRunning};

// The call that moves it. kUnknown: its connection broke, or an earlier run of this manager made it.
enum class Call : std::uint8_t { kUnderWay, kSucceeded, kFailed, kUnknown };
inline constexpr Call kAllCalls[] = {Call::kUnderWay, Call::kSucceeded, Call::kFailed, Call::kUnknown};

struct MigrationView {
  Side source = Side::kNoAnswer, destination = Side::kNoAnswer;
  bool job = false;        // the source says that it is migrating
  Call call = Call::kUnderWay;
  bool cancelled = false;  // on request
  bool too_late = false;   // its deadline has passed
  // Since the call and the job were over both hosts have shown the same: for as long as a call may be on its way whose caller is gone; and for
  // as long as two hosts may take to hand a VM over.
  bool quiet = false, settled = false;
  // Since it was last seen running on its source, the destination has answered at every look and did not run it.
  bool never_there = false;
  bool resume_failed = false;  // it was tried to resume it on its source, often enough
};

struct MigrationVerdict {
  ActionState state = ActionState::kRunning;
  bool undecided = false;  // running, and nobody can tell how it stands
  bool abort = false;      // the job is to be ended now
  bool resume = false;     // it is to be resumed on its source now
  bool alarm = false;      // a person has to look
  std::string_view why{};  // of what is undecided, failed or odd
};

MigrationVerdict judge_migration(const MigrationView& view);

}  // namespace headroom::libvirt
