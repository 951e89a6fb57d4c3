// A thousand lives of an actuator: random plans, a hypervisor that loses and delays, and a process that dies between
// any two calls. After each round the truth (the fake's own record) and the journal are held against the promises.
// A failure prints its seed; the seed alone replays it.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "rig.h"

namespace headroom::testing {
namespace {

// After so many more calls of journal and hypervisor the process is dead: nothing it does reaches anything.
struct Life {
  int calls_left = 1'000'000;
  bool dies_after_the_effect = false;  // the last call takes effect and its answer is never read
  bool dead() const { return calls_left <= 0; }

  // Whether this call still takes effect, and whether its answer arrives.
  struct Fate { bool effect, answer; };
  Fate next() {
    if (dead()) return {false, false};
    if (--calls_left > 0) return {true, true};
    return {dies_after_the_effect, false};
  }
};

class MortalJournal final : public Journal {
 public:
  MortalJournal(Journal& inner, Life& life) : inner_(inner), life_(life) {}
  Result<ActionId> append(const Action& action, Instant at) override {
    return live<ActionId>([&] { return inner_.append(action, at); });
  }
  Result<void> record(ActionId id, ActionPhase phase, Instant at, const std::string& message) override {
    return live<void>([&] { return inner_.record(id, phase, at, message); });
  }
  Result<std::vector<JournalRecord>> unfinished() const override { return inner_.unfinished(); }
  Result<std::vector<JournalRecord>> changed_since(Instant since) const override { return inner_.changed_since(since); }
  Result<void> save(const SafetyState& state) override {
    return live<void>([&] { return inner_.save(state); });
  }
  Result<SafetyState> safety_state() const override { return inner_.safety_state(); }

 private:
  template <class T, class F>
  Result<T> live(F&& call) {
    const auto fate = life_.next();
    if (!fate.effect) return fail(ErrorCode::kFailed, "dead");
    auto answer = call();
    if (!fate.answer) return fail(ErrorCode::kFailed, "dead");
    return answer;
  }
  Journal& inner_;
  Life& life_;
};

// Also the witness of two promises: the journal knows an action before its start, and no id is started twice.
class MortalHypervisor final : public Hypervisor {
 public:
  MortalHypervisor(Hypervisor& inner, const Journal& journal, Life& life) : inner_(inner), journal_(journal), life_(life) {}
  Result<Inventory> inventory() override {
    return live<Inventory>([&] { return inner_.inventory(); });
  }
  Result<std::vector<VmSample>> samples() override { return inner_.samples(); }
  Result<void> start(ActionId id, const Action& action) override {
    if (life_.dead()) return fail(ErrorCode::kUnreachable, "dead");
    if (!planned_in_journal(id)) breach = "an action was started that the journal does not show as planned";
    if (!started.insert(id).second) breach = "an action was started twice";
    return live<void>([&] { return inner_.start(id, action); });
  }
  Result<Progress> progress(ActionId id) override {
    return live<Progress>([&] { return inner_.progress(id); });
  }
  Result<void> cancel(ActionId id) override {
    return live<void>([&] { return inner_.cancel(id); });
  }

  std::set<ActionId> started;
  std::string breach;

 private:
  bool planned_in_journal(ActionId id) const {
    const std::vector<JournalRecord> unfinished = journal_.unfinished().value();
    for (const JournalRecord& r : unfinished)
      if (r.id == id) return r.phase == ActionPhase::kPlanned;
    return false;
  }
  template <class T, class F>
  Result<T> live(F&& call) {
    const auto fate = life_.next();
    if (!fate.effect) return fail(ErrorCode::kUnreachable, "dead");
    auto answer = call();
    if (!fate.answer) return fail(ErrorCode::kUnreachable, "dead");
    return answer;
  }
  Hypervisor& inner_;
  const Journal& journal_;
  Life& life_;
};

class World {
 public:
  explicit World(std::uint64_t seed)
      : random_(seed), faulty_(fake_, clock_, Faults::all(0.08), seed + 1), hypervisor_(faulty_, journal_, life_) {
    limits_.level = AutomationLevel::kAuto;
    limits_.migrations_per_host = 1 + static_cast<int>(below(2));
    limits_.migrations = 3;
    limits_.resizes_per_host = 2;
    limits_.resizes = 4;
    limits_.failures_to_open = chance(0.5) ? 4 : kNoLimit;
    limits_.breaker_open_for = minutes(2);
    limits_.migrate_cooldown = limits_.shrink_cooldown = minutes(2);
    limits_.max_host_age = kNoAgeLimit;
    be_born();
  }

  // One round of the loop, perhaps cut short by death. Returns a broken promise, or "".
  std::string round() {
    clock_.set(clock_.now() + seconds(30));
    if (chance(0.15)) {
      life_.calls_left = 1 + static_cast<int>(below(12));
      life_.dies_after_the_effect = chance(0.5);
    }
    live_one_round();
    if (life_.dead() || chance(0.03)) be_born();
    return broken_promise();
  }

  // No more faults, deaths or plans: everything must come to its end.
  std::string rest() {
    faulty_.set_faults({});
    life_ = {};
    be_born();
    for (int i = 0; i < 20; ++i) {
      clock_.set(clock_.now() + seconds(30));
      follow();
      if (auto broken = broken_promise(); !broken.empty()) return broken;
    }
    if (!actuator_->in_flight().empty()) return "something is still in flight";
    if (!journal_.unfinished().value().empty()) return "the journal shows something unfinished";
    return journal_against_truth();
  }

  int done() {
    int count = 0;
    const std::vector<JournalRecord> all = journal_.changed_since(kStart).value();
    for (const JournalRecord& r : all) count += r.phase == ActionPhase::kDone;
    return count;
  }

 private:
  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  bool chance(double p) { return static_cast<double>(random_() >> 11) / 9007199254740992.0 < p; }

  void be_born() {
    do {  // it may die while it recovers
      life_ = {};
      if (chance(0.1)) life_.calls_left = 1 + static_cast<int>(below(6));
      mortal_journal_ = std::make_unique<MortalJournal>(journal_, life_);
      actuator_ = std::make_unique<Actuator>(hypervisor_, *mortal_journal_, limits_);
      (void)actuator_->recover(clock_.now()).value();
    } while (life_.dead());
    life_ = {};
  }

  void live_one_round() {
    const auto inventory = follow();
    if (!inventory || life_.dead()) return;
    for (Vm& vm : fake_.world().vms) {
      vm.sampled_at = clock_.now();
      vm.stalled[index(Resource::kMemory)] = chance(0.05) ? 0.3F : 0;
    }
    const Snapshot snapshot = snapshot_of(*inventory, *actuator_, clock_.now());
    Plan plan;
    for (std::uint64_t i = below(5); i > 0; --i) plan.actions.push_back(random_action(snapshot));
    (void)actuator_->submit(plan, snapshot);
    if (chance(0.1) && !journal_.unfinished().value().empty())
      (void)actuator_->cancel(journal_.unfinished().value().front().id);
  }

  std::optional<Inventory> follow() {
    (void)actuator_->poll(clock_.now());
    auto inventory = hypervisor_.inventory();
    if (!inventory) return std::nullopt;
    (void)actuator_->confirm(*inventory, clock_.now());
    return *inventory;
  }

  Action random_action(const Snapshot& s) {
    if (chance(0.1)) {
      const Host& host = s.hosts[below(s.hosts.size())];
      Action a;
      a.kind = host.power == PowerState::kOff ? ActionKind::kStartHost : ActionKind::kStopHost;
      a.from = host.id;
      return a;
    }
    const Vm& vm = s.vms[below(s.vms.size())];
    Action a;
    a.kind = chance(0.4) ? ActionKind::kMigrate : ActionKind::kResize;
    a.vm = vm.id;
    a.from = chance(0.02) ? HostId(9) : vm.host;
    a.before = a.after = vm.allocation;
    if (a.kind == ActionKind::kMigrate) a.to = s.hosts[below(s.hosts.size())].id;
    // Never twice the same amount, so that the inventory tells one resize from the next.
    if (a.kind == ActionKind::kResize || chance(0.3))
      a.after[Resource::kMemory] = (2_GiB + Bytes(static_cast<std::int64_t>(below(2000)) << 20)).count();
    return a;
  }

  std::string broken_promise() {
    if (!hypervisor_.breach.empty()) return hypervisor_.breach;
    if (fake_.overlaps() != 0) return "a VM had two actions at once";
    if (auto broken = over_a_limit(fake_.running()); !broken.empty()) return "in truth: " + broken;
    std::vector<Action> flying;
    for (const InFlight& f : actuator_->in_flight()) flying.push_back(f.action);
    if (auto broken = over_a_limit(flying); !broken.empty()) return "in flight: " + broken;
    if (flying.size() != journal_.unfinished().value().size()) return "journal and actuator differ on what is in flight";
    for (Vm& vm : fake_.world().vms)
      if (fake_.host(vm.host).power != PowerState::kOn) return "a VM is on a host that is not on";
    return {};
  }

  std::string over_a_limit(const std::vector<Action>& actions) {
    std::set<VmId> vms;
    std::map<HostId, int> migrations, resizes;
    int all_migrations = 0, all_resizes = 0;
    for (const Action& a : actions) {
      if (a.vm.valid() && !vms.insert(a.vm).second) return "two actions of one VM";
      if (a.kind == ActionKind::kResize && (++all_resizes > limits_.resizes || ++resizes[a.from] > limits_.resizes_per_host))
        return "too many resizes";
      if (a.kind != ActionKind::kMigrate) continue;
      if (++all_migrations > limits_.migrations) return "too many migrations";
      for (HostId host : {a.from, a.to})
        if (++migrations[host] > limits_.migrations_per_host) return "too many migrations on a host";
    }
    return {};
  }

  std::string journal_against_truth() {
    const std::vector<JournalRecord> all = journal_.changed_since(kStart).value();
    for (const JournalRecord& r : all) {
      const bool done = fake_.was_started(r.id) && fake_.state_of(r.id) == ActionState::kDone;
      if (done != (r.phase == ActionPhase::kDone))
        return "the journal says " + std::string(name(r.phase)) + " of action " + std::to_string(r.id.value());
    }
    return {};
  }

  std::mt19937_64 random_;
  Life life_;
  SafetyLimits limits_;
  ManualClock clock_{kStart};
  FakeHypervisor fake_{small_fleet(4, 10, kStart), clock_,
                       {.resize = seconds(20), .migrate = seconds(70), .power = seconds(50)}};
  FaultyHypervisor faulty_;
  MemoryJournal journal_;
  MortalHypervisor hypervisor_;
  std::unique_ptr<MortalJournal> mortal_journal_;
  std::unique_ptr<Actuator> actuator_;
};

TEST(Survival, KeepsEveryPromiseThroughFaultsAndCrashesFromAThousandSeeds) {
  int done = 0;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    World world(seed);
    for (int i = 0; i < 40; ++i)
      if (const auto broken = world.round(); !broken.empty()) FAIL() << broken << "; seed " << seed << ", round " << i;
    if (const auto broken = world.rest(); !broken.empty()) FAIL() << broken << "; seed " << seed << ", at the end";
    done += world.done();
  }
  EXPECT_GT(done, 10'000) << "too little happened for this to prove anything";
}

}  // namespace
}  // namespace headroom::testing
