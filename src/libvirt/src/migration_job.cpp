#include "migration_job.h"

#include <fmt/format.h>

#include <algorithm>

#include "dirty_sampler.h"
#include "headroom/libvirt/domain_metadata.h"
#include "migration_call.h"
#include "migration_end.h"

namespace headroom::libvirt {
namespace {

// Opening may hang for minutes where packets vanish, so that a thread of its own does it.
Result<void> probe(const MigrationRun& run) {
  const auto box = std::make_shared<Mailbox<Result<Side>>>(1);
  Worker worker;
  box->expect(0);
  worker.begin([box, uri = run.place.destination, keep_alive = run.resize.keep_alive, vm = run.setting.vm] {
    MigrationEnd end(uri, keep_alive, vm);
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
  if (there == Side::kNoAnswer) return fail(ErrorCode::kFailed, "the destination does not tell whether it has this VM; nothing was begun");
  if (there != Side::kAbsent && there != Side::kOff)
    return fail(ErrorCode::kFailed, "the destination has a process of this VM already; nothing was begun");
  return {};
}

constexpr int kMostResumes = 3;
constexpr Duration kLongestSample = std::chrono::seconds(12);  // more than the windows of DirtySampling take
constexpr unsigned long long kPassesUnderLess = 10;  // over its memory

Transfer transfer_of(const JobStats& job) {
  const auto bytes = [](unsigned long long n) { return Bytes(static_cast<std::int64_t>(n)); };
  return {bytes(job.processed), bytes(job.remaining), static_cast<int>(job.passes)};
}

void remark(Progress& progress, const std::string& text) {
  progress.message += progress.message.empty() ? text : "; " + text;
}

class Follower {
 public:
  explicit Follower(const MigrationRun& run)
      : run_(run), source_(run.place.source, run.resize.keep_alive, run.setting.vm),
        destination_(run.place.destination, run.resize.keep_alive, run.setting.vm), begun_(now()) {}

  Result<void> prepare();
  // Absent: it is not at its destination. Else what was measured, not told yet.
  std::optional<Progress> follow();
  // Since this began it has been seen where it came from: nobody can have begun with the allocation it is to have there.
  bool was_seen_before_it_arrived() const { return was_on_source_; }

 private:
  Instant now() const { return run_.setting.clock->now(); }
  MigrationView look();
  void note(MigrationView& view);
  void limit(Duration standstill);
  void keep_limit();
  void resume();
  void steer(const MigrationVerdict& verdict);
  void tell(const MigrationView& view, const MigrationVerdict& verdict);
  Progress arrived(const MigrationVerdict& verdict);
  void measure(Progress& progress);
  void judge_downtime(Progress& progress);
  void check_claim(Progress& progress);
  Result<void> held(Result<void> result);
  void let_sample_end();

  const MigrationRun& run_;
  MigrationEnd source_, destination_;
  MigrationCall call_;
  ClaimKeeper keeper_{run_.ours};
  Instant begun_;
  JobStats job_;
  double share_ = 0;
  bool limit_held_ = false, post_copy_ = false, never_there_ = false, resumed_ = false, was_on_source_ = false;
  std::optional<Duration> limit_;  // that QEMU has been told
  int resumes_ = 0;
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
  let_sample_end();
  if (auto why = run_.setting.alarm->raised()) return fail(ErrorCode::kRefused, *why);
  if (run_.setting.run->cancel.requested()) return fail(ErrorCode::kRefused, "it was cancelled before it began");
  limit(run_.downtime->asked());
  call_.begin(run_);
  return {};
}

// QEMU does not end one early.
void Follower::let_sample_end() {
  const Instant last = now() + kLongestSample;
  while (is_being_sampled(source_.domain()) && now() < last && !run_.setting.run->cancel.wait_for(run_.resize.look_every)) {
  }
}

// The call first, the destination second: each may only have come to be by what is looked at later.
MigrationView Follower::look() {
  MigrationView v;
  v.call = call_.state();
  v.destination = destination_.look();
  v.source = source_.look();
  job_ = job_of(source_.domain(), 0);
  v.job = job_.under_way();
  v.cancelled = run_.setting.run->cancel.requested();
  v.too_late = now() - begun_ > run_.options.deadline;
  note(v);
  return v;
}

// What only a row of looks tells.
void Follower::note(MigrationView& v) {
  const std::pair both{v.source, v.destination};
  if (v.call == Call::kUnderWay || v.job || quiet_ != both) {
    quiet_ = both;
    quiet_since_ = now();
  }
  v.quiet = now() - *quiet_since_ >= std::min(run_.options.under_way, run_.options.settle);
  v.settled = now() - *quiet_since_ >= run_.options.settle;
  // It never goes back to where it came from: what runs there after the destination was looked at has not run at the destination yet.
  if (v.source == Side::kRunning && v.destination != Side::kRunning && v.destination != Side::kNoAnswer) never_there_ = true;
  else if (v.destination == Side::kRunning || v.destination == Side::kNoAnswer) never_there_ = false;
  v.never_there = never_there_;
  was_on_source_ = was_on_source_ || (v.source == Side::kRunning && v.destination != Side::kRunning);
  v.resume_failed = resumes_ >= kMostResumes;
}

// The way back of a move that ended half way, where libvirt has not gone it. A try that does not do is followed by another look from end
// to end.
void Follower::resume() {
  ++resumes_;
  quiet_since_ = now();
  const auto metadata = DomainMetadata::over(source_.connection());
  if (!held(keeper_.acquire(*metadata, run_.setting.vm))) return;
  resumed_ = virDomainResume(source_.domain()) == 0;
}

void Follower::limit(Duration standstill) {
  if (virDomainMigrateSetMaxDowntime(source_.domain(), static_cast<unsigned long long>(standstill.count()), 0) == 0) limit_ = standstill;
}

// A move may be over between two looks, so that the limit is set before it begins. A libvirt that forgets it then is told once more; and
// who does not get done within less than the maximum has all of it.
void Follower::keep_limit() {
  unsigned long long told = 0;
  if (!limit_held_ && virDomainMigrateGetMaxDowntime(source_.domain(), &told, 0) == 0) {
    limit_held_ = true;
    if (limit_ != Duration(static_cast<Duration::rep>(told))) limit_.reset();
  }
  const Duration wanted = job_.passes > kPassesUnderLess ? run_.downtime->most() : limit_.value_or(run_.downtime->asked());
  if (limit_ != wanted) limit(wanted);
}

// Each of these may come too late, and then the next look shows it.
void Follower::steer(const MigrationVerdict& verdict) {
  virDomain* domain = source_.domain();
  if (domain == nullptr || verdict.state != ActionState::kRunning) return;
  if (verdict.resume) return resume();
  if (verdict.abort) virDomainAbortJob(domain);
  const bool moving = job_.type == VIR_DOMAIN_JOB_UNBOUNDED || job_.type == VIR_DOMAIN_JOB_BOUNDED;
  if (!moving || run_.setting.watch_only) return;
  keep_limit();
  const auto& after = run_.options.post_copy_after;
  if (after && !post_copy_ && Duration(static_cast<Duration::rep>(job_.elapsed_ms)) > *after)
    post_copy_ = virDomainMigrateStartPostCopy(domain, 0) == 0;
}

// A transient VM is forgotten by its source, so that its destination is asked.
void Follower::measure(Progress& progress) {
  JobStats done = completed_job_of(destination_.domain());
  if (!done.downtime_ms) done = completed_job_of(source_.domain());
  if (done.downtime_ms) progress.downtime = Duration(static_cast<Duration::rep>(*done.downtime_ms));
  if (done.elapsed_ms > 0) progress.took = Duration(static_cast<Duration::rep>(done.elapsed_ms));
}

void Follower::judge_downtime(Progress& progress) {
  if (!progress.downtime) return;
  if (limit_ && !post_copy_) run_.downtime->learn(*limit_, *progress.downtime);
  if (*progress.downtime <= run_.downtime->most()) return;
  remark(progress, fmt::format("it stood still for {} ms, longer than the {} ms it may", progress.downtime->count(),
                               run_.downtime->most().count()));
}

void Follower::check_claim(Progress& progress) {
  if (run_.setting.watch_only) return;
  const auto metadata = DomainMetadata::over(destination_.connection());
  if (auto ours = held(keeper_.check(*metadata, run_.setting.vm)); !ours) remark(progress, ours.error().message);
}

void Follower::tell(const MigrationView& view, const MigrationVerdict& verdict) {
  Finding f;
  f.at = now();
  f.progress.state = verdict.state;
  f.progress.message = std::string(verdict.why);
  if (verdict.alarm) run_.setting.alarm->raise(fmt::format("VM {}: {}; nothing is done any more", run_.setting.vm, verdict.why));
  if (verdict.undecided) f.undecided = std::string(verdict.why);
  if (resumed_) remark(f.progress, "the move had left it paused there, and it was resumed");
  if (view.job && job_.total > 0)
    share_ = std::clamp(1 - static_cast<double>(job_.remaining) / static_cast<double>(job_.total), 0.0, 1.0);
  f.progress.share_done = share_;
  if (view.job && job_.total > 0) f.progress.transfer = transfer_of(job_);
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
  if (!run_.setting.watch_only) p.took = now() - begun_;  // of one that was taken up only its hosts know when it began
  measure(p);
  judge_downtime(p);
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
    f.progress.refused = !cancelled && ready.error().code == ErrorCode::kRefused;
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
  setting.not_begun = setting.watch_only && follower.was_seen_before_it_arrived();
  run_resize(run.place.destination, run.ours, run.resize, setting);
}

}  // namespace headroom::libvirt
