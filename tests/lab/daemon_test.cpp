// headroomd on the lab: a guest follows a recorded VM, and has what it wants before it wants it. The recording, its day and its sizes were
// chosen by looking at recordings alone (docs/lab.md): vm_411 uses a fifth of its processors, and from 02:10 on two thirds, each night; its
// neighbour vm_263 does next to nothing.
#include <cmath>
#include <fstream>
#include <future>
#include <regex>

#include "../support/manager.h"
#include "beat_client.h"
#include "lab.h"

namespace headroom::lab {
namespace {

using std::chrono::seconds;

const std::string kRecordings = HEADROOM_SOURCE_DIR "/examples/bitbrains/vms/";
const std::map<std::string, std::string> kFollows{{"vm1", kRecordings + "vm_411.csv.gz"}, {"vm2", kRecordings + "vm_263.csv.gz"}};
constexpr const char* kShows = "2013-08-12T01:45:00Z";
constexpr Duration kBreach = seconds(50);  // from then on: 02:10, 30 times as fast
constexpr long kWanted = 630;              // millicores from the breach on; the limit is 500

class LabManager : public LabTest {
 protected:
  // Each manager is another one than the test's before, which has claimed the guests: they begin anew, and the next test starts those it wants.
  void SetUp() override {
    bring_up("up hosts");
    if (IsSkipped() || HasFatalFailure()) return;
    if (const std::string why = lab.why_no_quotas(); !why.empty()) GTEST_SKIP() << why;
  }
  void TearDown() override {
    if (IsSkipped()) return;
    lab.say("up hosts");
    end_guests();
  }

  // Guests as new, on these hosts, with their past in a history as new.
  void set_out(const std::string& host1, const std::string& host2) {
    make_guests(host1, host2);
    const auto now = std::chrono::floor<seconds>(clock_.now());
    at_ = std::chrono::ceil<std::chrono::duration<int, std::ratio<10>>>(now + seconds(5));
    give_past();
  }
  void give_past() {
    for (const auto& [vm, recording] : follows_)
      lab.say(fmt::format("past {} {} --state {} --until {} --ends-at {}", vm, recording, state(), shows_, to_rfc3339(at_)));
  }
  void make_guests(const std::string& host1, const std::string& host2) {
    kept_.emplace();
    folder_ = kept_->path();
    end_guests();
    const auto other_boots = std::async(std::launch::async, [&] { lab.say("repair guest vm2 " + host2); });
    lab.say("repair guest vm1 " + host1);
  }
  void end_guests() {
    for (const std::string vm : {"vm1", "vm2"}) {
      if (!lab.where(vm).empty()) lab.say("fault guest " + vm);
      ASSERT_TRUE(within(seconds(10), [&] { return lab.places(vm) == 0; })) << vm << " does not go away";
    }
  }
  // Each guest has half a core; h1 has one, and h2 a quarter more, for no host is filled to the brim by a move.
  std::vector<std::string> fleet(const std::string& more_of_migration = "") const { return fleet({"1.0", "1.25"}, "", more_of_migration); }
  std::vector<std::string> fleet(const std::vector<std::string>& all_cores, const std::string& switches, const std::string& more_of_migration) const {
    std::string text = lab.say(fmt::format("fleet {} {} {}", switches, to_rfc3339(at_), shows_));
    for (const std::string& cores : all_cores)
      text = std::regex_replace(text, std::regex("capacity: \\{cpu: [0-9]+ cores"), fmt::format("capacity: {{cpu: {} cores", cores),
                                std::regex_constants::format_first_only);
    text = std::regex_replace(text, std::regex("ceilings: \\{cpu: [0-9]+ vCPU"), "ceilings: {cpu: 1 vCPU");
    text = std::regex_replace(text, std::regex("trust shared paths: true"), "trust shared paths: true" + more_of_migration);
    std::ofstream(folder_ / "fleet.yaml") << text;
    return {"--fleet", (folder_ / "fleet.yaml").string(), "--state", state()};
  }
  std::string state() const { return (folder_ / "state").string(); }
  void play() {
    const Stop never;
    never.wait_for(at_ - clock_.now());
    for (const auto& [vm, recording] : follows_) lab.say(fmt::format("load {} {} --from {}", vm, recording, shows_));
  }
  double seconds_to_breach() const { return static_cast<double>((at_ + kBreach - clock_.now()).count()) / 1000; }
  // What libvirt lets it use.
  long limit_millicores(const std::string& vm) const {
    const std::string told = lab.run(fmt::format("virsh {} schedinfo {}", lab.where(vm), vm)).text;
    std::smatch quota;
    if (!std::regex_search(told, quota, std::regex("vcpu_quota *: (-?[0-9]+)"))) return 0;
    const long each = std::stol(quota[1]);  // in 100 ms; -1: none, and it may use its vCPUs whole
    return (each < 0 ? 1000 : each / 100) * lab.status(vm).value("cpus", 1);
  }
  // Periods of 100 ms in which its quota ended before it had what it wanted.
  long times_held_back(const std::string& vm) const {
    const std::string told =
        lab.say(fmt::format("inside {} sh -c 'cat /sys/fs/cgroup/cpu/machine/*{}*/vcpu0/cpu.stat'", lab.where(vm), vm));
    const std::regex number("nr_throttled ([0-9]+)");
    long times = 0;
    for (std::sregex_iterator at(told.begin(), told.end(), number), end; at != end; ++at) times += std::stol((*at)[1]);
    return times;
  }
  // Moves that the manager knows of, of this run and those before.
  static std::size_t moves(const std::string& actions) {
    const std::regex move("move from h1 to h2");
    return static_cast<std::size_t>(std::distance(std::sregex_iterator(actions.begin(), actions.end(), move), std::sregex_iterator()));
  }

  SystemClock clock_;
  std::optional<Folder> kept_;
  std::filesystem::path folder_;
  std::map<std::string, std::string> follows_ = kFollows;
  std::string shows_ = kShows;
  Instant at_;
};

TEST_F(LabManager, ScalesAGuestWhereItIsBeforeItWantsMore) {
  set_out("h1", "h2");
  ASSERT_EQ(limit_millicores("vm1"), 500);
  const Manager manager(fleet());
  play();
  const BeatClient client(lab.say("address vm1"));
  ASSERT_TRUE(within(seconds(70), [&] { return limit_millicores("vm1") >= kWanted; })) << manager.ask("get vms").text;
  const double lead = seconds_to_breach();
  fmt::print("scaled to {} millicores, {:.1f} s before it wants {}\n", limit_millicores("vm1"), lead, kWanted);
  EXPECT_GT(lead, 0);
  EXPECT_EQ(lab.where("vm1"), "h1");
  // And when it wants it, it gets it.
  ASSERT_TRUE(within(seconds(70), [&] { return seconds_to_breach() < -3; }));
  EXPECT_EQ(lab.status("vm1").value("cpu_millicores", 0) > 500, true);
  const long before = times_held_back("vm1");
  const Stop never;
  never.wait_for(seconds(4));
  EXPECT_LT(times_held_back("vm1") - before, 5) << "of the 40 periods of its quota";
  EXPECT_EQ(client.seen().connections, 1);
}

TEST_F(LabManager, MovesAGuestThatHasNoRoomBeforeItWantsMore) {
  fmt::print("run  lead before the breach s  longest silence of the client ms  connections\n");
  for (int run = 0; run < times(10); ++run) {
    set_out("h1", "h1");
    const Manager manager(fleet());
    play();
    const BeatClient client(lab.say("address vm1"));
    ASSERT_TRUE(within(seconds(70), [&] { return lab.where("vm1") == "h2" && limit_millicores("vm1") >= kWanted; }))
        << manager.ask("get plan").text << manager.ask("get actions").text;
    const double lead = seconds_to_breach();
    EXPECT_GT(lead, 0);
    EXPECT_EQ(lab.places("vm1"), 1);
    ASSERT_TRUE(within(seconds(10), [&] { return client.hears(); }));
    const BeatClient::Seen seen = client.seen();
    fmt::print("{:3}  {:24.1f}  {:31.0f}  {:11}\n", run + 1, lead, seen.longest_gap_ms, seen.connections);
    EXPECT_TRUE(seen.connections == 1 || seen.longest_gap_ms < 2000);
    EXPECT_EQ(seen.missing, 0);
    fmt::print("{}", manager.ask("get actions").text);
  }
}

TEST_F(LabManager, IsKilledInTheMiddleOfAMoveAndRepeatsNothing) {
  for (int run = 0; run < times(3); ++run) {
    set_out("h1", "h1");
    Manager manager(fleet(", bandwidth: 12 MB/s"));
    play();
    const auto moving = [&] { return lab.run("virsh h1 domjobinfo vm1").text.find("Outgoing migration") != std::string::npos; };
    ASSERT_TRUE(within(seconds(70), moving)) << manager.ask("get actions").text;
    manager.end(SIGKILL);
    const Stopwatch since;
    manager.start();
    std::string known;
    ASSERT_TRUE(within(seconds(60), [&] {
      known = manager.ask("get actions").text;
      return moves(known) == 1 && known.find("  running") == std::string::npos && lab.where("vm1") == "h2";
    })) << known;
    fmt::print("taken up, and known how it ended, {:.1f} s after the kill\n{}", since.seconds(), known);
    EXPECT_LT(since.seconds(), 60);
    EXPECT_EQ(lab.places("vm1"), 1);
    // Some rounds later it still is the only one.
    const Stop never;
    never.wait_for(seconds(11));
    EXPECT_EQ(moves(manager.ask("get actions").text), 1U);
    EXPECT_EQ(lab.where("vm1"), "h2");
  }
}

// Two guests with room on one host for both while they are calm, and a night in which both want more at once. Which of the two hosts it
// does without is the manager's choice.
TEST_F(LabManager, StopsAHostThatIsNotNeededAndStartsItForTheLoad) {
  if (!is_long()) GTEST_SKIP() << "takes minutes; HEADROOM_LONG=1 runs it";
  follows_["vm2"] = follows_["vm1"];
  shows_ = "2013-08-12T01:00:00Z";
  make_guests("h1", "h2");
  // Hosts are weighed every two minutes; a mark comes 20 s after the play has begun, and the breach 120 s after the mark.
  constexpr Duration kMark = std::chrono::minutes(2), kToMark = seconds(20), kToBreach = seconds(140);
  const Instant now = clock_.now();
  at_ = now - now.time_since_epoch() % kMark + kMark - kToMark;
  if (at_ < now + seconds(15)) at_ += kMark;
  give_past();
  const Manager manager(fleet({"1.25", "1.25"}, "--power", ""));
  play();
  std::string off;
  const auto is_off = [&] {
    for (const char* host : {"h1", "h2"})
      if (lab.say(std::string("power state ") + host) == "off") off = host;
    return !off.empty();
  };
  const auto left = [&] { return static_cast<double>((at_ + kToBreach - clock_.now()).count()) / 1000; };
  ASSERT_TRUE(within(seconds(90), is_off)) << manager.ask("get plan").text << manager.ask("get actions").text;
  fmt::print("{} was emptied and is off {:.0f} s before the breach\n", off, left());
  EXPECT_EQ(lab.places("vm1") + lab.places("vm2"), 2);
  EXPECT_EQ(lab.where("vm1"), other(off));
  EXPECT_EQ(lab.where("vm2"), other(off));

  const auto ready = [&] { return lab.run(fmt::format("virsh {} capabilities > /dev/null", off)).exit_code == 0; };
  ASSERT_TRUE(within(seconds(180), ready)) << manager.ask("get plan").text << manager.ask("get actions").text;
  fmt::print("{} answers again {:.0f} s before the breach\n", off, left());
  ASSERT_TRUE(within(seconds(90), [&] { return limit_millicores("vm1") >= kWanted && limit_millicores("vm2") >= kWanted; }))
      << manager.ask("get plan").text << manager.ask("get actions").text;
  fmt::print("both have room {:.0f} s before the breach\n{}", left(), manager.ask("get actions --limit 50").text);
  EXPECT_NE(lab.where("vm1"), lab.where("vm2"));
  EXPECT_EQ(lab.places("vm1") + lab.places("vm2"), 2);
}

}  // namespace
}  // namespace headroom::lab
