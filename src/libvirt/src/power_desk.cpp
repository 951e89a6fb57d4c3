#include "power_desk.h"

#include <fmt/format.h>

#include <algorithm>

#include "power_job.h"
#include "vm_of.h"

namespace headroom::libvirt {
namespace {

constexpr std::size_t kRemembered = 100;  // actions that are over

struct Place {
  const Host* host = nullptr;
  const SeenHost* seen = nullptr;
};

Place find(const Observation& o, HostId id) {
  for (std::size_t i = 0; i < o.hosts.size(); ++i)
    if (o.inventory.hosts[i].id == id) return {&o.inventory.hosts[i], &o.hosts[i]};
  return {};
}

std::shared_ptr<const HostReading> reading_of(const AbsentHost& host) {
  HostReading reading;
  reading.facts = host.facts;
  reading.at = host.heard_at;
  return std::make_shared<const HostReading>(std::move(reading));
}

}  // namespace

PowerDesk::PowerDesk(std::vector<std::string> uris, PowerOptions options, KeepAlive keep_alive, std::shared_ptr<Alarm> alarm,
                     std::shared_ptr<const Clock> clock, HostBook& book)
    : uris_(std::move(uris)), options_(std::move(options)), keep_alive_(keep_alive), alarm_(std::move(alarm)), clock_(std::move(clock)), book_(book) {
  auto known = book_.absent();
  if (!known) troubles_.push_back(known.error().message);
  else
    for (AbsentHost& host : *known) absent_.emplace(host.uri, std::move(host));
}

// What is at a call comes back by itself; what waits leaves at once.
PowerDesk::~PowerDesk() {
  for (auto& [id, entry] : actions_) entry.run->abandoned.request();
}

void PowerDesk::introduce(Observer& observer) {
  for (const auto& [uri, host] : absent_) observer.rest(uri, reading_of(host), host.power != PowerState::kOn);
}

std::shared_ptr<HostPower> PowerDesk::switch_of(const std::string& uri) const {
  const auto found = options_.switches.find(uri);
  return found == options_.switches.end() ? nullptr : found->second;
}

PowerState PowerDesk::power_of(const std::string& uri) const {
  const auto absent = absent_.find(uri);
  return absent == absent_.end() ? PowerState::kOn : absent->second.power;
}

bool PowerDesk::busy(const std::string& uri) const {
  return std::any_of(actions_.begin(), actions_.end(), [&](const auto& a) { return a.second.uri == uri && a.second.worker != nullptr; });
}

std::size_t PowerDesk::off() const {
  return static_cast<std::size_t>(std::count_if(uris_.begin(), uris_.end(), [&](const std::string& uri) {
    return power_of(uri) == PowerState::kOff || power_of(uri) == PowerState::kFailed;
  }));
}

Result<void> PowerDesk::note(AbsentHost host) {
  if (auto kept = book_.note_absent(host); !kept) return kept;
  absent_[host.uri] = std::move(host);
  return {};
}

// One that stays in the book is asked at the next start, and is on then.
void PowerDesk::forget(const std::string& uri) {
  absent_.erase(uri);
  if (auto kept = book_.note_present(uri); !kept) troubles_.push_back(kept.error().message);
}

void PowerDesk::settle(Observer& observer) {
  for (auto& [id, entry] : actions_) {
    if (!entry.worker || !entry.run->over()) continue;
    entry.worker.reset();
    take_effect(entry, observer);
    over_.push_back(id);
  }
  for (; over_.size() > kRemembered; over_.pop_front()) actions_.erase(over_.front());
}

void PowerDesk::take_effect(const Entry& entry, Observer& observer) {
  const Progress end = entry.run->finding().progress;
  const bool done = end.state == ActionState::kDone;
  const auto found = absent_.find(entry.uri);
  if (found == absent_.end()) return;
  AbsentHost host = found->second;
  host.since = clock_->now();
  if (entry.kind == ActionKind::kStopHost && !done) return forget(entry.uri);  // it is what it shows itself to be
  if (entry.kind == ActionKind::kStartHost && done) {
    found->second.power = PowerState::kStarting;  // until the next round has heard it
    return observer.wake(entry.uri);
  }
  if (entry.kind == ActionKind::kStartHost && !*entry.thrown) return;  // it is off as before
  host.power = done ? PowerState::kOff : PowerState::kFailed;
  host.why = end.message;
  observer.rest(entry.uri, reading_of(host), true);
  const std::string name = host.facts.name;
  absent_[entry.uri] = host;  // whether or not it can be written down
  if (auto kept = book_.note_absent(host); !kept) troubles_.push_back(fmt::format("{} is {}: {}", name, headroom::name(host.power), kept.error().message));
}

void PowerDesk::mark(Observation& o) {
  for (std::size_t i = 0; i < o.hosts.size(); ++i) {
    Host& host = o.inventory.hosts[i];
    const std::string& uri = o.hosts[i].uri;
    const auto power = switch_of(uri);
    host.can_start = power != nullptr && power->can_start();
    host.can_stop = host.can_start && power->can_stop();  // who could not be started again stays on
    const auto absent = absent_.find(uri);
    if (absent == absent_.end()) continue;
    if (o.hosts[i].fresh && o.hosts[i].reading->at > absent->second.since && !busy(uri)) {
      if (absent->second.power == PowerState::kOff || absent->second.power == PowerState::kFailed)
        troubles_.push_back(fmt::format("{} was {} and answers: somebody has switched it on, and it is used again", host.name,
                                        name(absent->second.power)));
      forget(uri);
      continue;
    }
    host.power = absent->second.power;
    if (host.power == PowerState::kFailed)
      troubles_.push_back(fmt::format("{} failed to start at {} and is not counted on until it answers: {}", host.name,
                                      to_rfc3339(absent->second.since), absent->second.why));
    const bool starts = std::any_of(actions_.begin(), actions_.end(), [&](const auto& a) {
      return a.second.uri == uri && a.second.worker && a.second.kind == ActionKind::kStartHost;
    });
    if (starts) host.power = PowerState::kStarting;
  }
  o.troubles.insert(o.troubles.end(), std::make_move_iterator(troubles_.begin()), std::make_move_iterator(troubles_.end()));
  troubles_.clear();
}

Result<void> PowerDesk::may_start(const Host& host, const std::string& uri) const {
  const auto power = switch_of(uri);
  if (!power || !power->can_start()) return fail(ErrorCode::kRefused, fmt::format("{} has no switch that starts it", host.name));
  const PowerState now = power_of(uri);
  if (now == PowerState::kOff) return {};
  return fail(ErrorCode::kRefused, fmt::format("{} is {}", host.name, name(now)));
}

// What is known without asking; the worker asks the hosts themselves.
Result<void> PowerDesk::may_stop(const Host& host, const std::string& uri, const Observation& seen, const Moves& moving) const {
  const auto no = [](std::string why) { return fail(ErrorCode::kRefused, std::move(why)); };
  const auto power = switch_of(uri);
  if (!power || !power->can_stop()) return no(fmt::format("{} has no switch that stops it", host.name));
  if (!power->can_start()) return no(fmt::format("{} could not be started again", host.name));
  if (const PowerState now = power_of(uri); now != PowerState::kOn) return no(fmt::format("{} is {}", host.name, name(now)));
  for (std::size_t i = 0; i < seen.vms.size(); ++i)
    if (const Vm& vm = seen.inventory.vms[i]; vm.host == host.id && is_active({seen.vms[i].domain, seen.vms[i].stats})) return no(fmt::format("VM {} is on {}", vm.name, host.name));
  if (host.incoming != Resources()) return no(fmt::format("a VM is on its way to {}", host.name));
  for (const auto* moves : {&moving.to, &moving.from})
    for (const auto& [vm, where] : *moves)
      if (where == host.id) return no(fmt::format("an action on VM {} is under way at {}", vm, host.name));
  return {};
}

Result<void> PowerDesk::start(ActionId id, const Action& action, const Observation& seen, const Moves& moving) {
  const auto [host, place] = find(seen, action.from);
  if (host == nullptr) return fail(ErrorCode::kNotFound, fmt::format("there is no host {}", action.from.value()));
  if (auto why = alarm_->raised()) return fail(ErrorCode::kRefused, *why);
  if (busy(place->uri)) return fail(ErrorCode::kRefused, fmt::format("{} is being started or stopped", host->name));
  const bool stops = action.kind == ActionKind::kStopHost;
  const auto may = stops ? may_stop(*host, place->uri, seen, moving) : may_start(*host, place->uri);
  if (!may) return may;
  if (stops) {
    // Written down before it is done: afterwards nobody could ask what it was.
    AbsentHost absent{place->uri, PowerState::kOn, clock_->now(), place->reading->at, {}, place->reading->facts};
    if (auto kept = note(std::move(absent)); !kept) return kept;
  }
  launch(id, action.kind, place->uri, moving, false);
  return {};
}

Result<void> PowerDesk::take_up(ActionId id, const Action& action, const Observation& seen) {
  const auto [host, place] = find(seen, action.from);
  if (host == nullptr) return fail(ErrorCode::kNotFound, fmt::format("there is no host {}", action.from.value()));
  if (!absent_.contains(place->uri))
    return fail(ErrorCode::kNotFound, fmt::format("{} was not written down as one that is switched: nothing was begun, or it has ended", host->name));
  if (!switch_of(place->uri)) return fail(ErrorCode::kRefused, fmt::format("{} has no switch any more that could tell", host->name));
  launch(id, action.kind, place->uri, {}, true);
  return {};
}

void PowerDesk::launch(ActionId id, ActionKind kind, const std::string& uri, const Moves& moving, bool watch_only) {
  PowerRun run;
  run.uri = uri;
  run.power = switch_of(uri);
  for (const std::string& other : uris_) {
    const auto absent = absent_.find(other);
    if (other != uri && (absent == absent_.end() || absent->second.power == PowerState::kOn)) run.others.push_back(other);
  }
  for (const auto& [vm, to] : moving.to) run.going_elsewhere.insert(vm);  // to this one: refused before
  run.options = options_;
  run.keep_alive = keep_alive_;
  run.watch_only = watch_only;
  run.run = std::make_shared<ActionRun>(clock_->now());
  run.alarm = alarm_;
  run.clock = clock_;
  run.thrown = std::make_shared<std::atomic<bool>>(watch_only);
  Entry entry{kind, uri, run.run, run.thrown, std::make_unique<Worker>()};
  entry.worker->begin([run = std::move(run), kind] {
    if (kind == ActionKind::kStopHost) run_host_stop(run);
    else run_host_start(run);
    return std::function<void()>();
  });
  actions_.emplace(id, std::move(entry));
}

Result<Progress> PowerDesk::progress(ActionId id) const {
  const auto found = actions_.find(id);
  if (found == actions_.end()) return fail(ErrorCode::kNotFound, fmt::format("action {} is not known here", id.value()));
  return found->second.run->finding().progress;
}

void PowerDesk::cancel(ActionId id) {
  if (const auto found = actions_.find(id); found != actions_.end()) found->second.run->cancel.request();
}

}  // namespace headroom::libvirt
