#include "executor.h"

#include <algorithm>

#include "judge.h"

namespace headroom::agent {
namespace {

using namespace wire::v1;

constexpr std::size_t kMostWaiting = 16;
constexpr std::int64_t kAppearNs = 5'000'000'000, kLookAgainNs = 200'000'000;  // what was plugged in shows up in the guest a little later

bool fewer(std::uint64_t from, std::uint64_t to) { return to > 0 && to < from; }
bool more(std::uint64_t from, std::uint64_t to) { return to > from; }
bool shrinks(const Allocation& a) { return fewer(a.vcpus_from(), a.vcpus_to()) || fewer(a.memory_kib_from(), a.memory_kib_to()); }
bool grows(const Allocation& a) { return more(a.vcpus_from(), a.vcpus_to()) || more(a.memory_kib_from(), a.memory_kib_to()); }

bool is_known_kind(const Directive& directive) {
  if (directive.has_allocation()) return directive.allocation().moment() == Allocation::BEFORE || directive.allocation().moment() == Allocation::AFTER;
  return directive.has_sampling() || directive.has_drain();
}

const char* hook_before(const Directive& directive) {
  if (directive.has_drain()) return directive.drain().over() ? "resume" : "drain";
  if (!directive.has_allocation() || directive.allocation().moment() != Allocation::BEFORE) return nullptr;
  if (shrinks(directive.allocation())) return "before-shrink";
  return grows(directive.allocation()) ? "before-grow" : nullptr;
}

const char* hook_after(const Directive& directive) {
  if (!directive.has_allocation() || directive.allocation().moment() != Allocation::AFTER) return nullptr;
  if (grows(directive.allocation())) return "after-grow";
  return shrinks(directive.allocation()) ? "after-shrink" : nullptr;
}

}  // namespace

Executor::Executor(Ledger& ledger, const Levers& levers, Hooks& hooks, Permissions permissions)
    : ledger_(ledger), levers_(levers), hooks_(hooks), may_(permissions) {
  measured_.fill(kUnknown);
}

void Executor::take(Directive directive, std::int64_t now_ns) {
  now_ns_ = now_ns;
  const std::string id = directive.id();
  if (const DirectiveResult* known = ledger_.result(id)) {
    results_.push_back(*known);
    results_.back().set_again(true);
    return;
  }
  if (ledger_.knows(id)) return;  // under way; its result will be told
  if (std::any_of(waiting_.begin(), waiting_.end(), [&](const Directive& other) { return other.id() == id; })) return;
  if (directive.epoch() < ledger_.epoch()) return answer(id, STALE_EPOCH, "epoch " + std::to_string(ledger_.epoch()) + " was seen");
  if (!is_known_kind(directive)) return answer(id, UNSUPPORTED, "this agent does not know this kind of directive");
  if (waiting_.size() >= kMostWaiting) return answer(id, FAILED, std::to_string(waiting_.size()) + " directives wait already");
  waiting_.push_back(std::move(directive));
}

void Executor::advance(const Values& measured, std::int64_t now_ns) {
  measured_ = measured;
  now_ns_ = now_ns;
  for (;;) {
    if (!job_) begin_next(measured, now_ns);
    if (!job_ && waiting_.empty()) return;
    if (job_ && !step(measured, now_ns)) return;
  }
}

std::int64_t Executor::next_ns() const {
  if (hooks_.running()) return hooks_.deadline_ns();
  if (job_) return job_->next_ns;
  return waiting_.empty() ? INT64_MAX : now_ns_;
}

std::vector<DirectiveResult> Executor::results() { return std::exchange(results_, {}); }
std::optional<Sampling> Executor::sampling() { return std::exchange(sampling_, std::nullopt); }

void Executor::begin_next(const Values&, std::int64_t now_ns) {
  if (waiting_.empty()) return;
  Directive directive = std::move(waiting_.front());
  waiting_.pop_front();
  if (directive.epoch() < ledger_.epoch()) return answer(directive.id(), STALE_EPOCH, "epoch " + std::to_string(ledger_.epoch()) + " was seen");
  if (static_cast<std::uint64_t>(now_ns) > directive.not_after_boottime_ns()) return answer(directive.id(), EXPIRED, "it came after its deadline");
  if (auto begun = ledger_.begin(directive.id(), directive.epoch()); !begun) {
    DirectiveResult& result = results_.emplace_back();  // not in the ledger: it may be sent again
    result.set_id(directive.id());
    result.set_outcome(FAILED);
    result.set_reason(wire::printable(begun.error().message));
    return;
  }
  job_.emplace(Job{.directive = std::move(directive), .give_up_ns = now_ns + kAppearNs});
}

bool Executor::step(const Values& measured, std::int64_t now_ns) {
  switch (job_->stage) {
    case Stage::kJudge: return judge(measured);
    case Stage::kHookBefore: return hook(hook_before(job_->directive), job_->directive.has_allocation() && shrinks(job_->directive.allocation()), Stage::kAct, now_ns);
    case Stage::kAct: return act(now_ns);
    case Stage::kHookAfter: return hook(hook_after(job_->directive), false, Stage::kHookAfter, now_ns);
  }
  return false;
}

bool Executor::judge(const Values& measured) {
  job_->stage = Stage::kHookBefore;
  const Directive& directive = job_->directive;
  if (!directive.has_allocation() || directive.allocation().moment() != Allocation::BEFORE) return true;
  if (fewer(directive.allocation().vcpus_from(), directive.allocation().vcpus_to()) && !may_.vcpus) {
    finish(VETOED, "this guest's owner does not let its vCPUs be switched");
  } else if (auto reason = veto(directive.allocation(), measured)) {
    finish(VETOED, std::move(*reason));
  }
  return true;
}

// Runs the hooks of an event, if any; goes on to `next`, or ends the job when `next` is the stage it is in.
bool Executor::hook(const char* event, bool vetoes, Stage next, std::int64_t now_ns) {
  std::optional<HookEnd> end = HookEnd{};
  if (hooks_.running()) {
    end = hooks_.advance(now_ns);
  } else if (event != nullptr) {
    hooks_.start(event, environment(), now_ns);
    end = hooks_.advance(now_ns);
  }
  if (!end) return false;
  if (!end->ok && vetoes) return finish(VETOED, end->sentence), true;
  if (!end->ok && job_->directive.has_drain()) return finish(FAILED, end->sentence), true;
  if (!end->ok) job_->remark = end->sentence;
  if (job_->stage == next) finish(DONE, job_->remark);
  else job_->stage = next;
  return true;
}

bool Executor::act(std::int64_t now_ns) {
  const Directive& directive = job_->directive;
  if (directive.has_sampling()) {
    sampling_ = directive.sampling();
    return finish(DONE, ""), true;
  }
  if (directive.has_drain()) return finish(DONE, job_->remark), true;
  if (directive.allocation().moment() == Allocation::BEFORE) return make_room();
  return switch_on(now_ns);
}

// Hooks may have taken seconds in which the guest got busier, or freed what was missing: what is measured now counts.
bool Executor::make_room() {
  const Allocation& a = job_->directive.allocation();
  if (auto reason = veto(a, measured_)) return finish(VETOED, std::move(*reason)), true;
  if (fewer(a.memory_kib_from(), a.memory_kib_to()) && may_.trim) {
    if (auto trimmed = levers_.trim(a.memory_kib_from() - a.memory_kib_to()); !trimmed) job_->remark = trimmed.error().message;
  }
  if (fewer(a.vcpus_from(), a.vcpus_to())) {
    const auto online = levers_.set_vcpus(static_cast<int>(std::min(a.vcpus_to(), 8192u)));
    if (!online) return finish(FAILED, online.error().message), true;
    if (*online > static_cast<int>(a.vcpus_to())) return finish(FAILED, std::to_string(*online) + " vCPUs stay on; no more can be switched off"), true;
  }
  return finish(DONE, job_->remark), true;
}

bool Executor::switch_on(std::int64_t now_ns) {
  const Allocation& a = job_->directive.allocation();
  std::string missing;
  if (may_.memory && more(a.memory_kib_from(), a.memory_kib_to())) {
    if (const auto blocks = levers_.switch_on_memory(); !blocks) missing = blocks.error().message;
  }
  if (may_.vcpus && more(a.vcpus_from(), a.vcpus_to())) {
    const int wanted = static_cast<int>(std::min(a.vcpus_to(), 8192u));
    if (static_cast<int>(levers_.online_vcpus().size()) < wanted) {
      const auto online = levers_.set_vcpus(wanted);
      if (!online) missing = online.error().message;
      else if (*online < wanted) missing = std::to_string(*online) + " of " + std::to_string(wanted) + " vCPUs are on; the others are not there";
    }
  }
  if (missing.empty()) return job_->stage = Stage::kHookAfter, true;
  if (now_ns >= job_->give_up_ns) return finish(FAILED, std::move(missing)), true;
  job_->next_ns = now_ns + kLookAgainNs;
  return false;
}

void Executor::finish(Outcome outcome, std::string reason) {
  const std::string id = job_->directive.id();
  job_.reset();
  answer(id, outcome, std::move(reason));
}

void Executor::answer(const std::string& id, Outcome outcome, std::string reason) {
  DirectiveResult result;
  result.set_id(id);
  result.set_outcome(outcome);
  result.set_reason(wire::printable(reason));
  result.set_boottime_ns(static_cast<std::uint64_t>(now_ns_));
  result.set_vcpus_online(static_cast<std::uint32_t>(levers_.online_vcpus().size()));
  result.set_memory_total_kib(static_cast<std::uint64_t>(std::max<std::int64_t>(measured_[METRIC_MEMORY_TOTAL_KIB], 0)));
  result.set_memory_available_kib(static_cast<std::uint64_t>(std::max<std::int64_t>(measured_[METRIC_MEMORY_AVAILABLE_KIB], 0)));
  // What was never begun is judged anew if it is sent again. A result that could not be written down is told all the same: a restart
  // would say INTERRUPTED.
  if (ledger_.knows(id)) {
    if (auto kept = ledger_.end(result); !kept) result.set_reason(wire::printable(result.reason() + " (" + kept.error().message + ")"));
  }
  results_.push_back(std::move(result));
}

std::vector<std::string> Executor::environment() const {
  const Directive& directive = job_->directive;
  std::vector<std::string> all{"HEADROOM_REASON=" + wire::printable(directive.reason())};
  if (!directive.has_allocation()) return all;
  const Allocation& a = directive.allocation();
  const auto say = [&all](const char* name, std::uint64_t value) { all.push_back(std::string(name) + "=" + std::to_string(value)); };
  if (a.vcpus_to() > 0) say("HEADROOM_VCPUS_FROM", a.vcpus_from()), say("HEADROOM_VCPUS_TO", a.vcpus_to());
  if (a.memory_kib_to() > 0) say("HEADROOM_MEMORY_KIB_FROM", a.memory_kib_from()), say("HEADROOM_MEMORY_KIB_TO", a.memory_kib_to());
  return all;
}

}  // namespace headroom::agent
