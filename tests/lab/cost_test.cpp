// What watching costs: twenty real guests, and a host that hangs or is gone. Only with HEADROOM_LONG=1: twenty guests take minutes to boot.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>

#include "../support/folder.h"
#include "../support/manager.h"
#include "pool_lab.h"

namespace headroom::lab {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kGuests = 20;

std::string twenty_guests() {
  std::string guests;
  for (int n = 1; n <= kGuests; ++n) guests += fmt::format("{}vm{}@h{}", n == 1 ? "" : " ", n, n % 2 + 1);
  return guests;
}
const Setting kMany{"hrd", 81, twenty_guests(), "LAB_MEMORY=96 LAB_BOOT_SECONDS=400 LAB_ASK_SECONDS=30"};

// User's and system's, of all its threads.
double cpu_seconds_of(pid_t process) {
  std::ifstream stat(fmt::format("/proc/{}/stat", process));
  const std::string text((std::istreambuf_iterator<char>(stat)), {});
  std::istringstream rest(text.substr(text.rfind(')') + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) rest >> skipped;
  double user = 0, system = 0;
  rest >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

class LabCost : public PoolLab {
 protected:
  LabCost() : PoolLab(kMany) {}
  static void TearDownTestSuite() { static_cast<void>(Lab(kMany).run("down")); }
  void SetUp() override {
    if (!is_long()) GTEST_SKIP() << "twenty guests take minutes to boot: HEADROOM_LONG=1";
    PoolLab::SetUp();
  }

  struct Rounds {
    double middle_ms = 0, longest_ms = 0, cpu_ms = 0;  // of a round
  };
  // Looks at the hosts as headroomd does, so often and so many times. What libvirt's client does between two rounds is counted.
  Rounds rounds(int count, Duration every) {
    std::vector<double> ms;
    const Stop never;
    const double before = cpu_seconds_of(getpid());
    for (int i = 0; i < count; ++i) {
      const Stopwatch watch;
      look();
      ms.push_back(1000 * watch.seconds());
      EXPECT_GE(pool_->last_round().answered, 1U);
      never.wait_for(every);
    }
    const double cpu_ms = 1000 * (cpu_seconds_of(getpid()) - before) / count;
    std::sort(ms.begin(), ms.end());
    return {ms[ms.size() / 2], ms.back(), cpu_ms};
  }
  static void tell(const char* what, const Rounds& r) {
    fmt::print("{:44} {:7.1f} {:8.1f} {:8.2f}\n", what, r.middle_ms, r.longest_ms, r.cpu_ms);
    std::fflush(stdout);
  }
};

TEST_F(LabCost, WatchingTwentyGuestsEveryTenSecondsTakesLessThanAHundredthOfACore) {
  const Folder folder;
  std::string text = lab.say("fleet");
  for (const auto& [key, value] : {std::pair{"level: auto", "level: recommend"}, {"step: 10s", "step: 5m"}, {"every: 5s", "every: 1m"},
                                   {"poll: 1s", "poll: 10s"}, {"forecast horizons: .*", ""}, {"rules: .*", ""}})
    text = std::regex_replace(text, std::regex(key), value, std::regex_constants::format_first_only);
  text = std::regex_replace(text, std::regex("limits: \\{[^}]*\\}"), "");
  std::ofstream(folder / "fleet.yaml") << text;
  {
    const Manager manager({"--fleet", (folder / "fleet.yaml").string(), "--state", (folder / "state").string()});
    EXPECT_TRUE(within(seconds(60), [&] { return manager.status().at("vms") == kGuests; })) << manager.ask("get status").text;
    const Stop never;
    never.wait_for(seconds(30));  // what is done once is over
    const double before = cpu_seconds_of(manager.pid());
    const Stopwatch watch;
    never.wait_for(seconds(120));
    const double share = (cpu_seconds_of(manager.pid()) - before) / watch.seconds();
    fmt::print("headroomd takes {:.3f} % of a core to watch {} guests every 10 s, with a round a minute\n", 100 * share, kGuests);
    EXPECT_LT(share, 0.01);
    EXPECT_EQ(manager.status().at("vms"), kGuests);
  }
}

TEST_F(LabCost, AHostThatHangsOrIsGoneCostsTheOthersNothing) {
  fmt::print("{:44} {:>7} {:>8} {:>8}\n", "a round", "ms", "longest", "CPU ms");
  look();
  const Rounds well = rounds(30, seconds(1));
  tell("both hosts answer", well);
  lab.say("fault hang h2");
  tell("the first after a host began to hang", rounds(1, milliseconds(0)));
  const Rounds hung = rounds(40, seconds(1));
  tell("it hangs", hung);
  lab.say("repair hang h2");
  EXPECT_TRUE(within(seconds(90), [&] { return look().troubles.empty(); }));
  lab.say("fault link h2");
  tell("the first after its cable was cut", rounds(1, milliseconds(0)));
  const Rounds cut = rounds(40, seconds(1));
  tell("its cable is cut", cut);
  lab.say("repair link h2");
  EXPECT_TRUE(within(seconds(90), [&] { return look().troubles.empty(); }));
  for (const Rounds& r : {hung, cut}) {
    EXPECT_LT(r.longest_ms, well.longest_ms + 100);
    EXPECT_LT(r.cpu_ms, well.cpu_ms + 2);
  }
}

}  // namespace
}  // namespace headroom::lab
