#include "migration_job.h"

#include <fmt/format.h>

#include <algorithm>

#include "headroom/libvirt/domain_metadata.h"
#include "migration_call.h"

namespace headroom::libvirt {
namespace {

// One host's end of the move, over a connection that is opened again when it broke.
class End {
 public:
  End(std::string uri, KeepAlive keep_alive, std::string vm) : uri_(std::move(uri)), keep_alive_(keep_alive), vm_(std::move(vm)) {}

  Result<void> open() {
    if (connection_ && virConnectIsAlive(connection_.get()) == 1) return {};
    domain_.reset();
    connection_.reset();
    auto opened = open_connection(uri_, keep_alive_);
    if (!opened) return tl::unexpected(opened.error());
    connection_ = std::move(*opened);
    return {};
  }

  Side look() {
    domain_.reset();
    if (!open()) return Side::kNoAnswer;
    domain_.reset(virDomainLookupByUUIDString(connection_.get(), vm_.c_str()));
    if (!domain_) return last_error("").code == ErrorCode::kNotFound ? Side::kAbsent : Side::kNoAnswer;
    int state = 0;
    if (virDomainGetState(domain_.get(), &state, nullptr, 0) != 0)
      return last_error("").code == ErrorCode::kNotFound ? Side::kAbsent : Side::kNoAnswer;
    switch (state) {
      case VIR_DOMAIN_RUNNING:
      case VIR_DOMAIN_BLOCKED: return Side::kRunning;
      case VIR_DOMAIN_SHUTOFF:
      case VIR_DOMAIN_CRASHED: return Side::kOff;
      default: return Side::kStopped;
    }
  }

  virConnect* connection() const { return connection_.get(); }
  virDomain* domain() const { return domain_.get(); }  // of the last look; null: none

 private:
  std::string uri_;
  KeepAlive keep_alive_;
  std::string vm_;
  Handle<virConnect> connection_;
  Handle<virDomain> domain_;
};

struct JobStats {
  int type = VIR_DOMAIN_JOB_NONE;
  unsigned long long elapsed_ms = 0, total = 0, remaining = 0;
  std::optional<unsigned long long> downtime_ms{};
};

JobStats job_of(virDomain* domain, unsigned flags) {
  JobStats j;
  virTypedParameterPtr list = nullptr;
  int count = 0;
  if (domain == nullptr || virDomainGetJobStats(domain, &j.type, &list, &count, flags) != 0) return {};
  unsigned long long downtime = 0;
  virTypedParamsGetULLong(list, count, VIR_DOMAIN_JOB_TIME_ELAPSED, &j.elapsed_ms);
  virTypedParamsGetULLong(list, count, VIR_DOMAIN_JOB_DATA_TOTAL, &j.total);
  virTypedParamsGetULLong(list, count, VIR_DOMAIN_JOB_DATA_REMAINING, &j.remaining);
  if (virTypedParamsGetULLong(list, count, VIR_DOMAIN_JOB_DOWNTIME, &downtime) == 1) j.downtime_ms = downtime;
  virTypedParamsFree(list, count);
  return j;
}

// Opening may hang for minutes where packets vanish, so that a thread of its own does it.
Result<void> probe(const MigrationRun& run) {
  const auto box = std::make_shared<Mailbox<Result<Side>>>(1);
  Worker worker;
  box->expect(0);
  worker.begin([box, uri = run.place.destination, keep_alive = run.resize.keep_alive, vm = run.setting.vm] {
    End end(uri, keep_alive, vm);
    const auto opened = end.open();
    box->put(0, opened ? Result<Side>(end.look()) : tl::unexpected(opened.error()));
    return std::function<void()>();
  });
  const auto answers = box->take(run.options.probe_within);
  if (!answers[0])
    return fail(ErrorCode::kFailed, fmt::format("{} did not answer within {}; nothing was begun", run.place.destination,
                                                to_text(run.options.probe_within)));
  if (!*answers[0]) return fail(ErrorCode::kFailed, answers[0]->error().message + "; nothing was begun");
  const Side there = **answers[0];
  if (there == Side::kRunning || there == Side::kStopped)
    return fail(ErrorCode::kFailed, "the destination has a process of this VM already; nothing was begun");
  return {};
}

class Follower {
 public:
  explicit Follower(const MigrationRun& run)
      : run_(run), source_(run.place.source, run.resize.keep_alive, run.setting.vm),
        destination_(run.place.destination, run.resize.keep_alive, run.setting.vm), begun_(now()) {}

  Result<void> prepare();
  // Absent: it is not at its destination. Else what was measured, not told yet.
  std::optional<Progress> follow();

 private:
  Instant now() const { return run_.setting.clock->now(); }
  MigrationView look();
  void steer(const MigrationVerdict& verdict);
  void tell(const MigrationView& view, const MigrationVerdict& verdict);
  Progress arrived(const MigrationVerdict& verdict);
  void measure(Progress& progress);
  void check_claim(Progress& progress);
  Result<void> held(Result<void> result);

  const MigrationRun& run_;
  End source_, destination_;
  MigrationCall call_;
  ClaimKeeper keeper_{run_.ours};
  Instant begun_;
  JobStats job_;
  double share_ = 0;
  bool limited_ = false, post_copy_ = false;
  std::optional<Instant> quiet_since_;
  std::optional<std::pair<Side, Side>> quiet_;
};

Result<void> Follower::held(Result<void> result) {
  if (keeper_.stopped()) run_.setting.alarm->raise(*keeper_.stopped());
  return result;
}

// All that has to be so before anything is begun.
Result<void> Follower::prepare() {
  if (run_.setting.watch_only) {
    call_.assume_made();
    return {};
  }
  if (auto answers = probe(run_); !answers) return answers;
  if (auto open = source_.open(); !open) return open;
  if (source_.look() != Side::kRunning) return fail(ErrorCode::kFailed, "it does not run on its source; nothing was begun");
  const auto metadata = DomainMetadata::over(source_.connection());
  if (auto ours = held(keeper_.acquire(*metadata, run_.setting.vm)); !ours) return ours;
  if (job_of(source_.domain(), 0).type != VIR_DOMAIN_JOB_NONE)
    return fail(ErrorCode::kFailed, "another job of it is under way; nothing was begun");
  if (auto why = run_.setting.alarm->raised()) return fail(ErrorCode::kRefused, *why);
  if (run_.setting.run->cancel.requested()) return fail(ErrorCode::kRefused, "it was cancelled before it began");
  call_.begin(run_);
  return {};
}

// The call first, the destination second: each may only have come to be by what is looked at later.
MigrationView Follower::look() {
  MigrationView v;
  v.call = call_.state();
  v.destination = destination_.look();
  v.source = source_.look();
  job_ = job_of(source_.domain(), 0);
  v.job = job_.type != VIR_DOMAIN_JOB_NONE && job_.type != VIR_DOMAIN_JOB_COMPLETED && job_.type != VIR_DOMAIN_JOB_FAILED &&
          job_.type != VIR_DOMAIN_JOB_CANCELLED;
  v.cancelled = run_.setting.run->cancel.requested();
  v.too_late = now() - begun_ > run_.options.deadline;
  const std::pair both{v.source, v.destination};
  if (v.call == Call::kUnderWay || v.job || quiet_ != both) {
    quiet_ = both;
    quiet_since_ = now();
  }
  v.settled = now() - *quiet_since_ >= run_.options.settle;
  return v;
}

// Each of these may come too late, and then the next look shows it.
void Follower::steer(const MigrationVerdict& verdict) {
  virDomain* domain = source_.domain();
  if (domain == nullptr || verdict.state != ActionState::kRunning) return;
  if (verdict.abort) virDomainAbortJob(domain);
  const bool moving = job_.type == VIR_DOMAIN_JOB_UNBOUNDED || job_.type == VIR_DOMAIN_JOB_BOUNDED;
  if (!moving || run_.setting.watch_only) return;
  // Only a migration that has begun takes a limit: its beginning resets what was set before.
  const auto limit = static_cast<unsigned long long>(run_.options.max_downtime.count());
  if (!limited_) limited_ = virDomainMigrateSetMaxDowntime(domain, limit, 0) == 0;
  const auto& after = run_.options.post_copy_after;
  if (after && !post_copy_ && Duration(static_cast<Duration::rep>(job_.elapsed_ms)) > *after)
    post_copy_ = virDomainMigrateStartPostCopy(domain, 0) == 0;
}

// A transient VM is forgotten by its source, so that its destination is asked.
void Follower::measure(Progress& progress) {
  JobStats done = job_of(destination_.domain(), VIR_DOMAIN_JOB_STATS_COMPLETED | VIR_DOMAIN_JOB_STATS_KEEP_COMPLETED);
  if (!done.downtime_ms) done = job_of(source_.domain(), VIR_DOMAIN_JOB_STATS_COMPLETED | VIR_DOMAIN_JOB_STATS_KEEP_COMPLETED);
  if (done.downtime_ms) progress.downtime = Duration(static_cast<Duration::rep>(*done.downtime_ms));
  if (done.elapsed_ms > 0) progress.took = Duration(static_cast<Duration::rep>(done.elapsed_ms));
}

void Follower::check_claim(Progress& progress) {
  if (run_.setting.watch_only) return;
  const auto metadata = DomainMetadata::over(destination_.connection());
  if (auto ours = held(keeper_.check(*metadata, run_.setting.vm)); !ours) progress.message = ours.error().message;
}

void Follower::tell(const MigrationView& view, const MigrationVerdict& verdict) {
  Finding f;
  f.at = now();
  f.progress.state = verdict.state;
  f.progress.message = std::string(verdict.why);
  if (verdict.alarm) run_.setting.alarm->raise(fmt::format("VM {}: {}; nothing is done any more", run_.setting.vm, verdict.why));
  if (verdict.undecided) f.undecided = std::string(verdict.why);
  if (view.job && job_.total > 0)
    share_ = std::clamp(1 - static_cast<double>(job_.remaining) / static_cast<double>(job_.total), 0.0, 1.0);
  f.progress.share_done = share_;
  if (verdict.state != ActionState::kRunning && !call_.message().empty()) {
    f.progress.message += (f.progress.message.empty() ? "" : ": ") + call_.message();
  }
  run_.setting.run->tell(std::move(f));
}

Progress Follower::arrived(const MigrationVerdict& verdict) {
  Progress p;
  p.state = ActionState::kDone;
  p.message = std::string(verdict.why);
  p.share_done = 1;
  p.took = now() - begun_;
  measure(p);
  check_claim(p);
  return p;
}

std::optional<Progress> Follower::follow() {
  for (;;) {
    const MigrationView view = look();
    const MigrationVerdict verdict = judge_migration(view);
    steer(verdict);
    if (verdict.state == ActionState::kDone) return arrived(verdict);
    tell(view, verdict);
    if (verdict.state != ActionState::kRunning || run_.setting.run->abandoned.wait_for(run_.resize.look_every)) return std::nullopt;
  }
}

}  // namespace

void run_migration(const MigrationRun& run) {
  Follower follower(run);
  if (auto ready = follower.prepare(); !ready) {
    Finding f;
    f.at = run.setting.clock->now();
    const bool cancelled = run.setting.run->cancel.requested() && ready.error().code == ErrorCode::kRefused;
    f.progress.state = cancelled ? ActionState::kCancelled : ActionState::kFailed;
    f.progress.message = ready.error().message;
    run.setting.run->tell(std::move(f));
    return;
  }
  auto there = follower.follow();
  if (!there) return;
  const Action& action = run.setting.action;
  if (action.before == action.after) {
    run.setting.run->tell({std::move(*there), {}, run.setting.clock->now()});
    return;
  }
  ActionSetting setting = run.setting;
  setting.moved = std::move(*there);
  run_resize(run.place.destination, run.ours, run.resize, setting);
}

}  // namespace headroom::libvirt
