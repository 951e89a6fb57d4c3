#include "migration_state.h"

namespace headroom::libvirt {
namespace {

using enum ActionState;

MigrationVerdict again(std::string_view why) { return {.why = why}; }
MigrationVerdict failed(std::string_view why) { return {.state = kFailed, .why = why}; }

bool stopped(Side side) { return side == Side::kStopped || side == Side::kHeld; }

MigrationVerdict back_on_source(const MigrationView& v) {
  // Of a call nobody heard the end of, the source may only not have begun yet.
  if (v.call == Call::kUnknown && !v.quiet) return again("it runs on its source, and the call may still be on its way");
  if (stopped(v.destination))
    return v.settled ? failed("it runs on its source, and a copy that does not run is left at its destination")
                     : again("it runs on its source, and waits at its destination");
  if (v.call == Call::kSucceeded)
    return v.settled ? failed("libvirt says it has moved, and it runs on its source") : again("libvirt says it has moved");
  if (v.cancelled) return {.state = kCancelled};
  return failed(v.too_late ? "it did not end in time; it runs on its source" : "it runs on its source");
}

// Libvirt has said that the move failed, and neither host has anything left of it that might still come up.
bool gone(const MigrationView& v) {
  const auto nothing = [](Side side) { return side == Side::kAbsent || side == Side::kOff; };
  return v.call == Call::kFailed && nothing(v.source) && nothing(v.destination);
}

// It runs on neither host, and has not for a while.
MigrationVerdict nowhere(const MigrationView& v) {
  if (stopped(v.source) && stopped(v.destination)) return {.state = kFailed, .alarm = true, .why = "it is stopped on both hosts"};
  if (v.source == Side::kHeld) {
    // What has succeeded has run there, whatever became of it.
    if (!v.never_there || v.call == Call::kSucceeded)
      return failed("the move left it paused on its source, and it may have run at its destination meanwhile: resume it only if it did not");
    if (!v.resume_failed) return {.resume = true, .why = "the move left it paused on its source, where it is resumed"};
    return failed("the move left it paused on its source, and it cannot be resumed");
  }
  if (v.source == Side::kStopped) return failed("it is stopped on its source");
  if (stopped(v.destination)) return failed("it is stopped at its destination");
  return failed("it runs on neither host");
}

}  // namespace

MigrationVerdict judge_migration(const MigrationView& v) {
  const bool wanted_over = v.cancelled || v.too_late;
  const bool twice = v.source == Side::kRunning && v.destination == Side::kRunning;
  if (twice && v.call == Call::kUnderWay) return {.alarm = true, .why = "it runs on both hosts"};
  // A call that has not come back may still begin: nothing is over before it is.
  if (v.call == Call::kUnderWay) {
    const bool silent = v.source == Side::kNoAnswer;
    return {.undecided = silent, .abort = wanted_over && v.job && !silent, .why = silent ? "its source does not answer" : ""};
  }
  if (v.source == Side::kNoAnswer) return {.undecided = true, .why = "its source does not answer"};
  if (v.destination == Side::kNoAnswer) return {.undecided = true, .why = "its destination does not answer"};
  if (twice) return {.state = kFailed, .alarm = true, .why = "it runs on both hosts"};
  if (v.job) return {.abort = wanted_over};
  if (v.destination == Side::kRunning) {
    if (stopped(v.source) && !v.settled) return again("it runs at its destination, and its source has not let go of it yet");
    return {.state = kDone, .why = stopped(v.source) ? "its source keeps a copy that does not run" : ""};
  }
  if (v.source == Side::kRunning) return back_on_source(v);
  if (!v.settled && !(v.quiet && gone(v))) return again("it runs on neither host at the moment");
  return nowhere(v);
}

}  // namespace headroom::libvirt
