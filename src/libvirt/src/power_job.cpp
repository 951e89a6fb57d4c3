#include "power_job.h"

#include <fmt/format.h>

#include "occupancy.h"

namespace headroom::libvirt {
namespace {

void tell(const PowerRun& r, ActionState state, std::string message, Instant begun, bool refused = false) {
  Finding f;
  f.at = r.clock->now();
  f.progress.state = state;
  f.progress.message = std::move(message);
  f.progress.share_done = state == ActionState::kDone ? 1 : 0;
  f.progress.refused = refused && state == ActionState::kFailed;
  if (state != ActionState::kRunning) f.progress.took = f.at - begun;
  r.run->tell(std::move(f));
}

std::string said_by(HostPower& power) {
  const auto state = power.state();
  return state ? fmt::format("its switch says {}", name(*state)) : state.error().message;
}

// Who is asked before a stop: the others first, the host itself last (occupancy.h).
class Watch {
 public:
  explicit Watch(const PowerRun& run) : run_(run), host_(run.uri, run.keep_alive) {
    for (const std::string& uri : run.others) others_.push_back(std::make_unique<HostProbe>(uri, run.keep_alive));
  }

  std::optional<std::string> why_not() {
    for (const auto& other : others_) {
      const auto said = other->ask(run_.options.answer_within);
      if (!said) return fmt::format("a VM may be on its way from {}, which does not answer: {}", other->uri(), said.error().message);
      if (auto why = why_may_send(*said, run_.going_elsewhere)) return fmt::format("{}: {}", other->uri(), *why);
    }
    const auto said = host_.ask(run_.options.answer_within);
    if (!said) return fmt::format("what runs there is not known: {}", said.error().message);
    return why_occupied(*said);
  }
  HostProbe& host() { return host_; }

 private:
  const PowerRun& run_;
  HostProbe host_;
  std::vector<std::unique_ptr<HostProbe>> others_;
};

// Everything that has to be so before the switch is thrown.
Result<void> may_stop(const PowerRun& r, Watch& watch) {
  if (auto why = watch.why_not()) return fail(ErrorCode::kRefused, *why);
  if (r.run->cancel.wait_for(r.options.quiet)) return fail(ErrorCode::kRefused, "it was cancelled");
  if (auto why = watch.why_not()) return fail(ErrorCode::kRefused, *why);
  if (auto why = r.alarm->raised()) return fail(ErrorCode::kRefused, *why);
  return {};
}

class Descent {
 public:
  Descent(const PowerRun& run, HostProbe& host, Instant begun) : r_(run), host_(host), begun_(begun) {}

  // Until it is off, or was to be.
  void follow(std::string doubt) {
    for (;;) {
      if (const auto state = r_.power->state(); state && *state == SwitchState::kOff) return tell(r_, ActionState::kDone, {}, begun_);
      else if (state && *state == SwitchState::kUnknown && silent()) return tell(r_, ActionState::kDone, kUnseen, begun_);
      if (r_.clock->now() - begun_ > r_.options.stop_within) break;
      tell(r_, ActionState::kRunning, doubt, begun_);
      if (r_.run->abandoned.wait_for(r_.options.look_every)) return;
    }
    const auto said = host_.ask(r_.options.answer_within);
    const auto stays = said ? why_occupied(*said) : std::nullopt;
    tell(r_, ActionState::kFailed,
         fmt::format("it was told to stop and is not off after {}: {}, and it {}{}{}", to_text(r_.options.stop_within), said_by(*r_.power),
                     said ? "still answers" : "does not answer", stays ? "; " + *stays : "", doubt.empty() ? "" : "; " + doubt), begun_);
  }

 private:
  static constexpr const char* kUnseen = "its switch cannot tell; it answers no more";

  bool silent() {
    if (host_.ask(r_.options.answer_within)) {
      heard_.reset();
      return false;
    }
    if (!heard_) heard_ = r_.clock->now();
    return r_.clock->now() - *heard_ >= r_.options.silence;
  }

  const PowerRun& r_;
  HostProbe& host_;
  const Instant begun_;
  std::optional<Instant> heard_;  // the first of the answers that did not come
};

}  // namespace

void run_host_stop(const PowerRun& r) {
  const Instant begun = r.clock->now();
  Watch watch(r);
  std::string doubt;
  if (!r.watch_only) {
    if (auto may = may_stop(r, watch); !may) {
      const bool given_up = r.run->cancel.requested();
      return tell(r, given_up ? ActionState::kCancelled : ActionState::kFailed, may.error().message + "; nothing was begun", begun, true);
    }
    *r.thrown = true;
    if (auto told = r.power->stop(); !told) {
      // One that did not answer may have obeyed.
      if (told.error().code != ErrorCode::kUnreachable) {
        *r.thrown = false;
        return tell(r, ActionState::kFailed, told.error().message, begun);
      }
      doubt = told.error().message;
    }
  }
  Descent(r, watch.host(), begun).follow(std::move(doubt));
}

void run_host_start(const PowerRun& r) {
  const Instant begun = r.clock->now();
  std::string doubt;
  if (!r.watch_only) {
    if (r.run->cancel.requested()) return tell(r, ActionState::kCancelled, "it was cancelled before it began", begun);
    *r.thrown = true;
    if (auto told = r.power->start(); !told) {
      if (told.error().code != ErrorCode::kUnreachable) {
        *r.thrown = false;
        return tell(r, ActionState::kFailed, told.error().message, begun);
      }
      doubt = "; " + told.error().message;
    }
  }
  HostProbe host(r.uri, r.keep_alive);
  for (;;) {
    const auto answer = host.ask(r.options.answer_within);
    if (answer) return tell(r, ActionState::kDone, {}, begun);
    const auto state = r.power->state();
    const bool hopeless = state && *state == SwitchState::kFailed;
    if (hopeless || r.clock->now() - begun > r.options.start_within)
      return tell(r, ActionState::kFailed,
                  fmt::format("it was told to start, and its libvirtd did not answer within {} ({}; {}){}",
                              to_text(std::chrono::round<std::chrono::seconds>(r.clock->now() - begun)), said_by(*r.power),
                              answer.error().message, doubt), begun);
    tell(r, ActionState::kRunning, {}, begun);
    if (r.run->abandoned.wait_for(r.options.look_every)) return;
  }
}

}  // namespace headroom::libvirt
