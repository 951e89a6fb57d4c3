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
constexpr Duration kKept = std::chrono::hours(1);       // what is over, for those who ask again
constexpr double kSmooth = 0.2;                        // of a look, in the comparison
constexpr double kApart_mcores = 100, kApartShare = 0.25;

std::uint32_t vcpus(const Resources& r) { return static_cast<std::uint32_t>((std::max<std::int64_t>(0, r.cpu().count()) + 999) / 1000); }
std::uint64_t kib(const Resources& r) { return static_cast<std::uint64_t>(std::max<std::int64_t>(0, r.memory().count())) / 1024; }

bool takes(const Action& a) {
  return a.kind == ActionKind::kResize && (vcpus(a.after) < vcpus(a.before) || a.after.memory() < a.before.memory());
}
bool changes_guest(const Action& a) {
  return a.kind == ActionKind::kResize && (vcpus(a.after) != vcpus(a.before) || a.after.memory() != a.before.memory());
}

Progress ended(ActionState state, std::string why) {
  Progress p;
  p.state = state;
  p.message = std::move(why);
  return p;
}

}  // namespace

bool GuestPool::fresh(const AgentState& agent, Instant now) const {
  const Duration within = std::max(kFreshAtLeast, 3 * agent.interval);
  return agent.newest && agent.sampled_at && now - *agent.sampled_at <= within;
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
  vms_ = all->vms;
  return all;
}

void GuestPool::overlay(Vm& vm, const AgentState& agent, Instant now, std::vector<std::string>& troubles) {
  if (fresh(agent, now)) {
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
    float& stalled = vm.stalled[index(agent.demand->resource)];
    stalled = std::max({stalled, kHeldBack, agent.demand->pressure});
  }
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
    if (agent && fresh(*agent, now)) reported.insert(vm.id);
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

Directive GuestPool::change_of(const Course& course, ActionId id, Moment moment, const Resources& from, const Resources& to) const {
  Directive d;
  d.vm_uuid = course.vm_uuid;
  d.action = id;
  d.moment = moment;
  if (vcpus(from) != vcpus(to)) d.vcpus_from = vcpus(from), d.vcpus_to = vcpus(to);
  if (from.memory() != to.memory()) d.memory_kib_from = kib(from), d.memory_kib_to = kib(to);
  d.until = ports_.clock.now() + kAnswerWithin;
  d.reason = fmt::format("action {}", id.value());
  return d;
}

Result<void> GuestPool::start(ActionId id, const Action& action) {
  if (courses_.contains(id)) return {};
  for (const auto& [other, course] : courses_)
    if (course.action.vm == action.vm && !course.begun && !course.over)
      return fail(ErrorCode::kRefused, fmt::format("its guest is being asked for action {}", other.value()));
  const Vm* vm = action.kind == ActionKind::kResize ? seen(action.vm) : nullptr;
  const auto agent = vm != nullptr ? ports_.agents.find(vm->uuid) : std::nullopt;
  if (!agent || !agent->connected || !changes_guest(action)) return ports_.hypervisor.start(id, action);
  if (auto sense = makes_sense(action); !sense) return sense;
  Course course{action, vm->uuid, {}, {}, false, false, {}};
  if (takes(action)) {
    if (auto asked = ask(course, id); !asked) return asked;
  } else {
    if (auto begun = ports_.hypervisor.start(id, action); !begun) return begun;
    course.begun = true;
  }
  courses_.emplace(id, std::move(course));
  return {};
}

Result<void> GuestPool::ask(Course& course, ActionId id) {
  auto question = ports_.directives.ask(change_of(course, id, Moment::kBefore, course.action.before, course.action.after), ports_.clock.now());
  if (!question) return tl::unexpected(question.error());
  course.question = std::move(*question);
  if (ports_.wake) ports_.wake();
  return {};
}

void GuestPool::hear_answer(Course& course, ActionId id) {
  const auto question = ports_.directives.find(course.question);
  if (!question || !*question) return;   // asked again at the next look
  const Directive& d = **question;
  const Instant now = ports_.clock.now();
  if (d.state == DirectiveState::kOpen && now < d.until) return;
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
  // Written first: after a crash it is asked of the hypervisor what became of it, and not begun again.
  auto begun = ports_.directives.carry_on(course.question);
  if (begun) begun = ports_.hypervisor.start(id, course.action);
  course.begun = begun.has_value();
  if (begun) return;
  course.over = ended(begun.error().code == ErrorCode::kRefused ? ActionState::kCancelled : ActionState::kFailed, begun.error().message);
  tell(course, id, course.action.after, course.action.before);
}

// What has become of it, once; a guest that does not hear of it finds out by itself.
void GuestPool::tell(Course& course, ActionId id, const Resources& from, const Resources& to) {
  if (std::exchange(course.told, true)) return;
  static_cast<void>(ports_.directives.ask(change_of(course, id, Moment::kAfter, from, to), ports_.clock.now()));
  if (ports_.wake) ports_.wake();
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
  const bool done = progress->state == ActionState::kDone;
  if (done) tell(course, id, course.action.before, course.action.after);
  else if (!course.question.empty()) tell(course, id, course.action.after, course.action.before);
  return progress;
}

Result<void> GuestPool::take_up(ActionId id, const Action& action) {
  const auto asked = ports_.directives.of_action(id);
  if (!asked) return tl::unexpected(asked.error());
  const auto question = std::find_if(asked->begin(), asked->end(), [](const Directive& d) { return d.moment == Moment::kBefore; });
  if (question == asked->end()) return ports_.hypervisor.take_up(id, action);
  Course course{action, question->vm_uuid, question->id, {}, question->carried_on, false, {}};
  if (question->carried_on) {
    if (auto good = ports_.hypervisor.take_up(id, action); !good) return good;
  } else if (question->state != DirectiveState::kOpen || ports_.clock.now() >= question->until) {
    course.over = ended(ActionState::kCancelled, "the manager was restarted before it began");
    if (question->state == DirectiveState::kDone) tell(course, id, action.after, action.before);
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
  tell(course, id, course.action.after, course.action.before);
  return {};
}

}  // namespace headroom
