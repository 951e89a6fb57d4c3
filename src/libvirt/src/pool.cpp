#include "headroom/libvirt/pool.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <deque>
#include <iterator>
#include <map>

#include "dirty_sampler.h"
#include "headroom/model/find.h"
#include "migration_job.h"
#include "power_desk.h"
#include "resize_job.h"
#include "resize_steps.h"
#include "vm_of.h"
#include "worker.h"

namespace headroom::libvirt {
namespace {

bool of_a_host(const Action& action) { return action.kind == ActionKind::kStartHost || action.kind == ActionKind::kStopHost; }

}  // namespace

struct LibvirtPool::Inside {
  struct Entry {
    Action action;
    std::string vm;
    Instant started;
    std::shared_ptr<ActionRun> run;
    std::unique_ptr<Worker> worker;  // null once it is over

    bool under_way() const { return worker && !run->over(); }
  };

  PoolOptions options;
  std::shared_ptr<const Clock> clock;
  Claim ours;
  std::shared_ptr<Alarm> alarm;
  std::shared_ptr<DowntimeLimit> downtime;
  Observer observer;
  DirtySampler dirty;
  Round last;
  std::vector<VmSample> samples;
  std::map<ActionId, Entry> actions;
  std::deque<ActionId> over;  // the oldest first
  std::map<ActionId, Action> unheard;  // taken up, and what they are about has not been seen yet
  std::size_t hosts = 0;               // all that are configured
  bool asked = false;                  // the hosts, once at least
  MemoryHostBook own_book;    // where none is given
  std::unique_ptr<PowerDesk> power;

  PowerDesk::Moves moves() const;
  Result<void> admits(const Action& action);
  Result<void> may_begin(const Action& action);
  Result<void> may_change(const Action& action, const Vm& vm, const Domain& domain) const;
  Result<void> may_move(const Action& action, const Vm& vm) const;
  Result<void> launch(ActionId id, const Action& action, bool watch_only);
  void settle();
  bool busy(const std::string& vm) const;
  void sample_dirtied();
  void take_up_unheard();
  const SeenVm& seen(const Vm& vm) const;
  bool is_off(const Vm& vm) const;
  Result<void> watch(ActionId id, const Action& action);
  bool all_heard() const { return last.answered + power->off() >= hosts; }
  const std::string* uri_of(HostId host) const;
  Peer peer_of(const std::string& uri) const;
};

LibvirtPool::LibvirtPool(std::vector<std::string> uris, PoolOptions options, std::shared_ptr<const Clock> clock, IdBook& ids, Claim ours,
                         HostBook* hosts)
    : inside_(new Inside{options, clock, std::move(ours), std::make_shared<Alarm>(), std::make_shared<DowntimeLimit>(options.migration.max_downtime),
                         Observer(uris, options.observer, clock, ids),
                         {options.dirty, {options.observer.keep_alive_every, options.observer.keep_alive_probes}, clock}, {}, {}, {}, {}, {}, uris.size(), {}, {}, {}}) {
  const KeepAlive keep_alive{options.observer.keep_alive_every, options.observer.keep_alive_probes};
  HostBook& book = hosts != nullptr ? *hosts : inside_->own_book;
  inside_->power = std::make_unique<PowerDesk>(std::move(uris), options.power, keep_alive, inside_->alarm, clock, book);
  inside_->power->introduce(inside_->observer);
}

// What is at a call comes back by itself; what waits leaves at once.
LibvirtPool::~LibvirtPool() {
  for (auto& [id, entry] : inside_->actions) entry.run->abandoned.request();
}

// Ended workers go, and what they changed is read again.
void LibvirtPool::Inside::settle() {
  for (auto& [id, entry] : actions) {
    if (!entry.worker || !entry.run->over()) continue;
    entry.worker.reset();
    observer.changed(entry.vm);
    over.push_back(id);
  }
  for (; over.size() > options.remembered; over.pop_front()) actions.erase(over.front());
  power->settle(observer);
}

// Where VMs are changed and moved by actions of ours that are not over.
PowerDesk::Moves LibvirtPool::Inside::moves() const {
  PowerDesk::Moves m;
  for (const auto& [id, entry] : actions) {
    if (!entry.under_way()) continue;
    m.from[entry.vm] = entry.action.from;
    if (entry.action.kind == ActionKind::kMigrate) m.to[entry.vm] = entry.action.to;
  }
  return m;
}

bool LibvirtPool::Inside::busy(const std::string& vm) const {
  return std::any_of(actions.begin(), actions.end(), [&](const auto& a) { return a.second.vm == vm && a.second.under_way(); });
}

// Those that a plan may move, on hosts that answered in this round.
void LibvirtPool::Inside::sample_dirtied() {
  std::vector<DirtySampler::Candidate> candidates;
  const auto& hosts = last.seen.inventory.hosts;
  auto& vms = last.seen.inventory.vms;
  for (std::size_t i = 0; i < vms.size(); ++i) {
    const Vm& vm = vms[i];
    if (!is_running(last.seen.vms[i].stats) || vm.mobility != Mobility::kLive || !vm.owner.empty() || vm.level == AutomationLevel::kObserve ||
        vm.allocation.memory() < options.dirty.least || busy(vm.uuid))
      continue;
    const auto host = static_cast<std::size_t>(find_by_id(hosts, vm.host) - hosts.data());
    if (last.seen.hosts[host].fresh) candidates.push_back({{vm.uuid, vm.host}, last.seen.hosts[host].uri});
  }
  dirty.round(candidates);
  for (Vm& vm : vms) vm.dirtied = dirty.of(vm.uuid);
}

Result<Inventory> LibvirtPool::inventory() {
  Inside& in = *inside_;
  in.settle();
  in.asked = true;
  in.last = in.observer.observe();
  in.power->mark(in.last.seen);
  in.samples.insert(in.samples.end(), in.last.seen.samples.begin(), in.last.seen.samples.end());
  in.take_up_unheard();
  if (in.last.seen.inventory.hosts.empty()) {
    std::string why = in.last.seen.troubles.empty() ? "no host is configured" : in.last.seen.troubles.front();
    return fail(ErrorCode::kUnreachable, std::move(why));
  }
  in.sample_dirtied();
  Inventory all = in.last.seen.inventory;
  std::erase_if(all.vms, [&](const Vm& vm) { return in.is_off(vm); });
  all.troubles = in.last.seen.troubles;
  all.alarm = in.alarm->raised();
  return all;
}

// Of a VM of the last round.
const SeenVm& LibvirtPool::Inside::seen(const Vm& vm) const {
  const auto& vms = last.seen.inventory.vms;
  return last.seen.vms[static_cast<std::size_t>(find_by_id(vms, vm.id) - vms.data())];
}

bool LibvirtPool::Inside::is_off(const Vm& vm) const {
  const SeenVm& it = seen(vm);
  return !is_active({it.domain, it.stats});
}

// Once every host has answered, what is still not there is gone.
void LibvirtPool::Inside::take_up_unheard() {
  for (auto entry = unheard.begin(); entry != unheard.end();) {
    const bool known = watch(entry->first, entry->second).has_value();
    entry = known || all_heard() ? unheard.erase(entry) : std::next(entry);
  }
}

// Finds out what becomes of an action of an earlier run.
Result<void> LibvirtPool::Inside::watch(ActionId id, const Action& action) {
  if (auto good = admits(action); !good) return good;
  return of_a_host(action) ? power->take_up(id, action, last.seen) : launch(id, action, true);
}

Result<std::vector<VmSample>> LibvirtPool::samples() { return std::exchange(inside_->samples, {}); }

const std::string* LibvirtPool::Inside::uri_of(HostId host) const {
  const auto& hosts = last.seen.inventory.hosts;
  for (std::size_t i = 0; i < hosts.size(); ++i)
    if (hosts[i].id == host) return &last.seen.hosts[i].uri;
  return nullptr;
}

Peer LibvirtPool::Inside::peer_of(const std::string& uri) const {
  const auto found = options.migration.peers.find(uri);
  return found == options.migration.peers.end() ? Peer{} : found->second;
}

// What is known makes sense of the action at all.
Result<void> LibvirtPool::Inside::admits(const Action& action) {
  if (auto sense = makes_sense(action); !sense) return sense;
  if (!of_a_host(action) && find_by_id(last.seen.inventory.vms, action.vm) == nullptr)
    return fail(ErrorCode::kNotFound, fmt::format("there is no VM {}", action.vm.value()));
  for (HostId host : {action.from, action.kind == ActionKind::kMigrate ? action.to : action.from})
    if (uri_of(host) == nullptr) return fail(ErrorCode::kNotFound, fmt::format("there is no host {}", host.value()));
  return {};
}

Result<void> LibvirtPool::Inside::may_begin(const Action& action) {
  if (auto why = alarm->raised()) return fail(ErrorCode::kRefused, *why);
  const Vm* vm = find_by_id(last.seen.inventory.vms, action.vm);
  if (!vm->owner.empty()) return fail(ErrorCode::kRefused, fmt::format("VM {} is managed by {}", vm->name, vm->owner));
  if (vm->host != action.from) return fail(ErrorCode::kRefused, fmt::format("VM {} is not on that host any more", vm->name));
  for (HostId host : {action.from, action.to})
    if (const std::string* uri = uri_of(host); uri != nullptr && power->busy(*uri))
      return fail(ErrorCode::kRefused, fmt::format("{} is being started or stopped", find_by_id(last.seen.inventory.hosts, host)->name));
  for (const auto& [other, entry] : actions)
    if (entry.vm == vm->uuid && entry.under_way())
      return fail(ErrorCode::kRefused, fmt::format("VM {} is busy with action {}", vm->name, other.value()));
  if (action.kind == ActionKind::kMigrate)
    if (auto good = may_move(action, *vm); !good) return good;
  return may_change(action, *vm, *seen(*vm).domain);
}

Result<void> LibvirtPool::Inside::may_change(const Action& action, const Vm& vm, const Domain& domain) const {
  const bool guest_speaks = options.observer.guests && options.observer.guests->memory(vm.uuid);
  if (auto good = may_resize(domain, action.before, action.after, guest_speaks); !good) return good;
  if (action.after.memory() < action.before.memory() && !vm.guest_statistics && !guest_speaks)
    return fail(ErrorCode::kRefused, fmt::format("the guest of VM {} has not reported its memory lately", vm.name));
  return steps_to(domain, action.before, action.after).map([](const auto&) {});
}

Result<void> LibvirtPool::Inside::may_move(const Action& action, const Vm& vm) const {
  if (vm.mobility != Mobility::kLive)
    return fail(ErrorCode::kRefused, fmt::format("VM {} does not move while it runs and without its disks: {}", vm.name, vm.mobility_reason));
  const Host& there = *find_by_id(last.seen.inventory.hosts, action.to);
  const auto missing = lacks(vm.needs, there.offers);
  if (missing.empty()) return {};
  return fail(ErrorCode::kRefused, fmt::format("{} has not what VM {} needs: {}", there.name, vm.name, fmt::join(missing, ", ")));
}

Result<void> LibvirtPool::Inside::launch(ActionId id, const Action& action, bool watch_only) {
  const Vm& vm = *find_by_id(last.seen.inventory.vms, action.vm);
  auto run = std::make_shared<ActionRun>(clock->now());
  const ActionSetting setting{.id = id, .action = action, .vm = vm.uuid, .watch_only = watch_only, .run = run, .alarm = alarm, .clock = clock,
                              .guests = options.observer.guests};
  const KeepAlive keep_alive{options.observer.keep_alive_every, options.observer.keep_alive_probes};
  const ResizeOptions resize{keep_alive, options.resize_settle, options.look_every};
  Entry entry{action, vm.uuid, clock->now(), std::move(run), std::make_unique<Worker>()};
  std::function<void()> work;
  if (action.kind == ActionKind::kMigrate) {
    const MigrationPlace place{*uri_of(action.from), *uri_of(action.to), peer_of(*uri_of(action.to))};
    work = [migration = MigrationRun{place, ours, options.migration, downtime, resize, setting}] { run_migration(migration); };
  } else {
    // A resize that was interrupted is looked at where its VM is now.
    work = [uri = *uri_of(watch_only ? vm.host : action.from), claim = ours, resize, setting] { run_resize(uri, claim, resize, setting); };
  }
  entry.worker->begin([work = std::move(work)] {
    work();
    return std::function<void()>();
  });
  actions.emplace(id, std::move(entry));
  return {};
}

Result<void> LibvirtPool::start(ActionId id, const Action& action) {
  Inside& in = *inside_;
  if (in.actions.contains(id)) return {};
  in.settle();
  if (in.power->knows(id)) return {};
  if (auto good = in.admits(action); !good) return good;
  if (of_a_host(action)) return in.power->start(id, action, in.last.seen, in.moves());
  if (auto good = in.may_begin(action); !good) return good;
  if (action.kind == ActionKind::kMigrate) in.dirty.leave(find_by_id(in.last.seen.inventory.vms, action.vm)->uuid);
  return in.launch(id, action, false);
}

Result<void> LibvirtPool::take_up(ActionId id, const Action& action) {
  Inside& in = *inside_;
  if (in.actions.contains(id)) return {};
  if (!in.asked) (void)inventory();  // once: hosts that do not answer then are waited for
  if (in.power->knows(id)) return {};
  const auto good = in.watch(id, action);
  if (good || good.error().code != ErrorCode::kNotFound || in.all_heard()) return good;
  in.unheard.emplace(id, action);
  return {};
}

Result<Progress> LibvirtPool::progress(ActionId id) {
  Inside& in = *inside_;
  in.settle();
  if (in.unheard.contains(id))
    return fail(ErrorCode::kUnreachable, fmt::format("action {} was begun by an earlier run, and its hosts have not all been heard of since", id.value()));
  if (in.power->knows(id)) return in.power->progress(id);
  const auto found = in.actions.find(id);
  if (found == in.actions.end()) return fail(ErrorCode::kNotFound, fmt::format("action {} is not known here", id.value()));
  const Inside::Entry& entry = found->second;
  const Finding finding = entry.run->finding();
  if (finding.progress.state != ActionState::kRunning) return finding.progress;
  if (finding.undecided) return fail(ErrorCode::kUnreachable, *finding.undecided);
  // A migration is heard of at each look.
  if (in.clock->now() - finding.at > (entry.action.kind == ActionKind::kMigrate ? in.options.silence : in.options.resize_deadline))
    return fail(ErrorCode::kUnreachable, fmt::format("action {} has not come back since {}; its VM is left alone until it does", id.value(),
                                                     to_rfc3339(finding.at)));
  return finding.progress;
}

Result<void> LibvirtPool::cancel(ActionId id) {
  if (inside_->power->knows(id)) {
    inside_->power->cancel(id);
    return {};
  }
  const auto found = inside_->actions.find(id);
  if (found == inside_->actions.end()) return fail(ErrorCode::kNotFound, fmt::format("action {} is not known here", id.value()));
  found->second.run->cancel.request();
  return {};
}

std::optional<std::string> LibvirtPool::alarm() const { return inside_->alarm->raised(); }
const Round& LibvirtPool::last_round() const { return inside_->last; }

}  // namespace headroom::libvirt
