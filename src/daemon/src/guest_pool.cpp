#include "headroom/daemon/guest_pool.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "headroom/model/find.h"

namespace headroom {
namespace {

using ingest::AgentState;
using ingest::Directive;
using ingest::DirectiveState;
using ingest::Moment;

constexpr float kHeldBack = 0.5F;                      // a demand's pressure at least: the guest's own word that it wants more
constexpr double kMostTimes = 2;                       // that a guest can want of what it has, whatever it says
constexpr Duration kKept = std::chrono::hours(1);       // what is over, for those who ask again
constexpr double kSmooth = 0.2;                        // of a look, in the comparison
constexpr double kApart_mcores = 100, kApartShare = 0.25;

constexpr Duration kToldWithin = std::chrono::minutes(10);  // what has become of it: a guest that comes back late is to hear of it all the same

std::int64_t vcpus(const Resources& r) { return (std::max<std::int64_t>(0, r.cpu().count()) + 999) / 1000; }
std::uint64_t kib(const Resources& r) { return static_cast<std::uint64_t>(std::max<std::int64_t>(0, r.memory().count())) / 1024; }

Progress ended(ActionState state, std::string why) {
  Progress p;
  p.state = state;
  p.message = std::move(why);
  return p;
}

}  // namespace

// A guest sees vCPUs come and go; a quota it does not see, so that it gives up none for one.
GuestPool::Change GuestPool::change_of(const Action& a, const Vm* vm) {
  Change c;
  const std::int64_t from = vm != nullptr && vm->vcpus > 0 ? vm->vcpus : vcpus(a.before);
  const std::int64_t to = std::max<std::int64_t>(vcpus(a.after), vm != nullptr ? vm->least_vcpus : 0);
  if (a.after.cpu() != a.before.cpu() && to != from) c.vcpus_from = static_cast<std::uint32_t>(from), c.vcpus_to = static_cast<std::uint32_t>(to);
  if (a.after.memory() != a.before.memory()) c.memory_kib_from = kib(a.before), c.memory_kib_to = kib(a.after);
  return c;
}

Result<Inventory> GuestPool::inventory() {
  auto all = ports_.hypervisor.inventory();
  if (!all) return all;
  const Instant now = ports_.clock.now();
  for (Vm& vm : all->vms) {
    const auto agent = ports_.agents.find(vm.uuid);
    if (!agent) continue;
    if (agent->allocated != vm.allocation.memory()) ports_.agents.change(vm.uuid, [&](AgentState& a) { a.allocated = vm.allocation.memory(); });
    overlay(vm, *agent, now, all->troubles);
  }
  ports_.agents.forget(now);
  std::erase_if(courses_, [&](const auto& c) { return c.second.ended_at && now - *c.second.ended_at > kKept; });
  std::erase_if(checks_, [&](const auto& c) { return find_by_id(all->vms, c.first) == nullptr; });
  std::erase_if(wants_, [&](const auto& w) { return find_by_id(all->vms, w.first) == nullptr; });
  vms_ = all->vms;
  return all;
}

void GuestPool::overlay(Vm& vm, const AgentState& agent, Instant now, std::vector<std::string>& troubles) {
  if (is_fresh(agent, now)) {
    compare(vm, agent, now, troubles);
    const Sample& newest = *agent.newest;
    if (!vm.sampled_at || newest.at >= *vm.sampled_at - agent.interval) {
      vm.used = newest.used;
      vm.stalled = newest.stalled;
      vm.sampled_at = newest.at;
      vm.guest_statistics = newest.guest_statistics;
    }
  }
  if (agent.demand && now - agent.demand->heard_at <= kDemandCounts) {
    const std::size_t which = index(agent.demand->resource);
    vm.stalled[which] = std::max({vm.stalled[which], kHeldBack, agent.demand->pressure});
    vm.demanded[which] = wanted(vm, *agent.demand);
  }
}

// A guest sees its vCPUs and not the quota that they have: what it asks for is a share more of what it was given when it asked.
double GuestPool::wanted(const Vm& vm, const ingest::AgentDemand& demand) {
  Want& want = wants_[vm.id];
  if (want.heard_at == demand.heard_at && want.resource == demand.resource) return want.amount;
  const double times = demand.has > 0 ? std::clamp(demand.wanted / demand.has, 1.0, kMostTimes) : 1;
  want = {demand.resource, demand.heard_at, times * static_cast<double>(vm.allocation[demand.resource])};
  return want.amount;
}

// The hypervisor's own counters are in `vm` still.
void GuestPool::compare(const Vm& vm, const AgentState& agent, Instant now, std::vector<std::string>& troubles) {
  if (!vm.sampled_at) return;
  const double by_agent = agent.newest->used[index(Resource::kCpu)], by_hypervisor = vm.used[index(Resource::kCpu)];
  const auto [found, first] = checks_.try_emplace(vm.id, Check{by_agent, by_hypervisor, {}});
  Check& c = found->second;
  if (!first) {
    c.agent += kSmooth * (by_agent - c.agent);
    c.hypervisor += kSmooth * (by_hypervisor - c.hypervisor);
  }
  if (std::fabs(c.agent - c.hypervisor) <= std::max(kApart_mcores, kApartShare * std::max(c.agent, c.hypervisor))) {
    c.apart_since.reset();
    if (agent.apart) ports_.agents.change(vm.uuid, [](AgentState& a) { a.apart.reset(); });
    return;
  }
  if (!c.apart_since) c.apart_since = now;
  if (now - *c.apart_since < kDiffersFor) return;
  ports_.agents.change(vm.uuid, [&](AgentState& a) { a.apart = ingest::AgentDisagreement{*c.apart_since, Resource::kCpu, c.agent, c.hypervisor}; });
  troubles.push_back(fmt::format("VM {}: its agent says that it uses {} of CPU and the hypervisor {}, since {}", vm.name, to_text(Resource::kCpu, std::round(c.agent)),
                                 to_text(Resource::kCpu, std::round(c.hypervisor)), to_rfc3339(*c.apart_since)));
}

Result<std::vector<VmSample>> GuestPool::samples() {
  auto all = ports_.hypervisor.samples();
  if (!all) return all;
  const Instant now = ports_.clock.now();
  std::set<VmId> reported;
  std::map<std::string_view, VmId> ids;
  for (const Vm& vm : vms_) {
    ids.emplace(vm.uuid, vm.id);
    const auto agent = ports_.agents.find(vm.uuid);
    if (agent && is_fresh(*agent, now)) reported.insert(vm.id);
  }
  std::erase_if(*all, [&](const VmSample& s) { return reported.contains(s.vm); });
  by_agents_.clear();
  for (const ingest::AgentSample& s : ports_.agents.take_samples()) {
    const auto id = ids.find(s.vm_uuid);
    if (id == ids.end()) continue;
    all->push_back({id->second, s.sample});
    by_agents_.emplace(s.vm_uuid, s.sample.at);
  }
  return all;
}

Result<void> GuestHistory::append(std::span<const HistorySample> samples, std::span<const HistoryMark> marks) {
  std::vector<HistorySample> rest;
  for (const HistorySample& s : samples)
    if (!pool_.by_agent(s.vm_uuid, s.sample.at)) rest.push_back(s);
  return store_.append(rest, marks);
}

const Vm* GuestPool::seen(VmId id) const { return find_by_id(vms_, id); }

Result<std::string> GuestPool::ask(const Course& course, ActionId id, const Change& change, Moment moment, Duration within) {
  Directive d;
  d.vm_uuid = course.vm_uuid;
  d.action = id;
  d.moment = moment;
  d.vcpus_from = change.vcpus_from;
  d.vcpus_to = change.vcpus_to;
  d.memory_kib_from = change.memory_kib_from;
  d.memory_kib_to = change.memory_kib_to;
  return put(std::move(d), within);
}

Result<std::string> GuestPool::drain(const Course& course, ActionId id, Moment moment, Duration within) {
  Directive d;
  d.kind = ingest::DirectiveKind::kDrain;
  d.vm_uuid = course.vm_uuid;
  d.action = id;
  d.moment = moment;
  d.reason = course.action.reason.code == ReasonCode::kDrain ? "its host is being emptied; " : "";
  return put(std::move(d), within);
}

Result<std::string> GuestPool::put(Directive d, Duration within) {
  const Instant now = ports_.clock.now();
  d.until = now + within;
  d.reason += fmt::format("action {}", d.action.value());
  auto question = ports_.directives.ask(d, now);
  if (question && ports_.wake) ports_.wake();
  return question;
}

Result<void> GuestPool::start(ActionId id, const Action& action) {
  if (courses_.contains(id)) return {};
  for (const auto& [other, course] : courses_)
    if (course.action.vm == action.vm && !course.begun && !course.over)
      return fail(ErrorCode::kRefused, fmt::format("its guest is being asked for action {}", other.value()));
  const bool of_a_vm = action.kind == ActionKind::kMigrate || action.kind == ActionKind::kResize;
  const Vm* vm = of_a_vm ? seen(action.vm) : nullptr;
  const auto agent = vm != nullptr ? ports_.agents.find(vm->uuid) : std::nullopt;
  if (!agent || !agent->connected) return ports_.hypervisor.start(id, action);
  if (auto sense = makes_sense(action); !sense) return sense;
  Course course{.action = action, .vm_uuid = vm->uuid, .change = change_of(action, vm)};
  const auto asks = put_next_question(course, id);
  if (!asks) return tl::unexpected(asks.error());
  if (!*asks) {
    if (auto begun = ports_.hypervisor.start(id, action); !begun || !course.change.any()) return begun;
    course.begun = true;
  }
  courses_.emplace(id, std::move(course));
  return {};
}

// What it is to give up first, as it may refuse that, and only then that it moves. False: there is nothing more to ask.
Result<bool> GuestPool::put_next_question(Course& course, ActionId id) {
  const bool takes = course.change.takes() && !course.asked;
  if (!takes && (course.drains || course.action.kind != ActionKind::kMigrate || !hears_of_moves(course.vm_uuid))) return false;
  const Duration within = takes ? kAnswerWithin : drain_within_;
  auto question = takes ? ask(course, id, course.change, Moment::kBefore, within) : drain(course, id, Moment::kBefore, within);
  if (!question) return tl::unexpected(question.error());
  (takes ? course.asked : course.drains) = true;
  course.question = std::move(*question);
  course.answer_until = ports_.clock.now() + within;
  return true;
}

bool GuestPool::hears_of_moves(const std::string& vm_uuid) const {
  const auto agent = ports_.agents.find(vm_uuid);
  return drain_within_ > Duration(0) && agent && agent->connected && can(*agent, ingest::AgentFeature::kHooks);
}

void GuestPool::hear_answer(Course& course, ActionId id) {
  const auto question = ports_.directives.find(course.question);
  if (!question || !*question) {   // it is looked for again while there is time
    if (ports_.clock.now() >= course.answer_until) course.over = ended(ActionState::kCancelled, "what its guest was asked is not to be found any more");
    return;
  }
  const Directive& d = **question;
  const bool open = d.state == DirectiveState::kOpen;
  if (open && ports_.clock.now() < d.until) return;
  if (course.drains) {
    // An application may want to be ready, and has no say in whether its VM moves.
    if (open || d.state == DirectiveState::kExpired) course.remark = fmt::format("its guest was not ready within {}", to_text(drain_within_));
    else if (d.state != DirectiveState::kDone) course.remark = "its guest could not get ready: " + d.answer;
    return carry_on(course, id);
  }
  switch (d.state) {
    case DirectiveState::kDone:
    case DirectiveState::kUnsupported: return carry_on(course, id);
    case DirectiveState::kVetoed: course.over = ended(ActionState::kCancelled, "its guest vetoes: " + d.answer); break;
    case DirectiveState::kFailed: course.over = ended(ActionState::kCancelled, "its guest could not make room: " + d.answer); break;
    case DirectiveState::kOpen:
    case DirectiveState::kExpired: course.over = ended(ActionState::kCancelled, "its guest's agent did not answer in time"); break;
  }
}

void GuestPool::carry_on(Course& course, ActionId id) {
  const auto asks = put_next_question(course, id);
  if (asks && *asks) return;
  // Written first: after a crash it is asked of the hypervisor what became of it, and not begun again.
  auto begun = asks ? ports_.directives.carry_on(course.question) : Result<void>(tl::unexpected(asks.error()));
  if (begun) begun = ports_.hypervisor.start(id, course.action);
  course.begun = begun.has_value();
  if (begun) return;
  course.over = ended(begun.error().code == ErrorCode::kRefused ? ActionState::kCancelled : ActionState::kFailed, begun.error().message);
  tell(course, id, false);
}

// What has become of it, once; a guest that does not hear of it finds out by itself.
void GuestPool::tell(Course& course, ActionId id, bool done) {
  if (std::exchange(course.told, true)) return;
  if (course.vm_uuid.empty()) {
    const Vm* vm = seen(course.action.vm);
    if (vm == nullptr || !ports_.agents.find(vm->uuid)) return;
    course.vm_uuid = vm->uuid;
  }
  if (course.change.any() && (done || course.asked)) static_cast<void>(ask(course, id, done ? course.change : course.change.back(), Moment::kAfter, kToldWithin));
  if (course.drains) static_cast<void>(drain(course, id, Moment::kAfter, kToldWithin));
}

Result<Progress> GuestPool::progress(ActionId id) {
  const auto found = courses_.find(id);
  if (found == courses_.end()) return ports_.hypervisor.progress(id);
  Course& course = found->second;
  if (!course.begun && !course.over) hear_answer(course, id);
  if (course.over) {
    course.ended_at = ports_.clock.now();
    return *course.over;
  }
  if (!course.begun) return Progress{};
  auto progress = ports_.hypervisor.progress(id);
  if (!progress || progress->state == ActionState::kRunning) return progress;
  course.ended_at = ports_.clock.now();
  tell(course, id, progress->state == ActionState::kDone && !progress->allocation_as_before);
  if (!course.remark.empty()) progress->message += (progress->message.empty() ? "" : "; ") + course.remark;
  return progress;
}

std::optional<Instant> GuestPool::next_due() const {
  std::optional<Instant> next;
  for (const auto& [id, course] : courses_)
    if (!course.begun && !course.over) next = next ? std::min(*next, course.answer_until) : course.answer_until;
  return next;
}

Result<void> GuestPool::take_up(ActionId id, const Action& action) {
  const auto asked = ports_.directives.of_action(id);
  if (!asked) return tl::unexpected(asked.error());
  const auto question = std::find_if(asked->rbegin(), asked->rend(), [](const Directive& d) { return d.moment == Moment::kBefore; });
  Course course{.action = action, .change = change_of(action, nullptr)};
  if (question == asked->rend()) {
    const auto known = ports_.hypervisor.take_up(id, action);
    course.begun = true;
    if (known && asked->empty() && course.change.any()) courses_.insert_or_assign(id, std::move(course));   // its guest is to hear how it ended
    return known;
  }
  course.vm_uuid = question->vm_uuid;
  course.question = question->id;
  course.answer_until = question->until;
  course.drains = question->kind == ingest::DirectiveKind::kDrain;
  const auto taken = std::find_if(asked->begin(), asked->end(),
                                  [](const Directive& d) { return d.moment == Moment::kBefore && d.kind == ingest::DirectiveKind::kAllocation; });
  course.asked = taken != asked->end();
  if (course.asked) course.change = {taken->vcpus_from, taken->vcpus_to, taken->memory_kib_from, taken->memory_kib_to};
  if (question->carried_on) {
    course.begun = true;
    if (auto good = ports_.hypervisor.take_up(id, action); !good) return good;
  } else if (question->state != DirectiveState::kOpen || ports_.clock.now() >= question->until) {
    course.over = ended(ActionState::kCancelled, "the manager was restarted before it began");
    if (question->state == DirectiveState::kDone || course.drains) tell(course, id, false);
  }
  courses_.insert_or_assign(id, std::move(course));
  return {};
}

Result<void> GuestPool::cancel(ActionId id) {
  const auto found = courses_.find(id);
  if (found == courses_.end() || found->second.begun) return ports_.hypervisor.cancel(id);
  Course& course = found->second;
  if (course.over) return {};
  course.over = ended(ActionState::kCancelled, "it was ended before it began");
  tell(course, id, false);
  return {};
}

}  // namespace headroom
