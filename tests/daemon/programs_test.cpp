// headroomd and headroom as people run them: the real programs, the bundled sample, a loopback port, a Unix socket.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "../support/manager.h"
#include "headroom/base/clock.h"
#include "headroom/base/stop.h"

namespace headroom {
namespace {

using nlohmann::json;
using std::chrono::seconds;
using ::testing::HasSubstr;

const std::vector<std::string> kShort{"--window", "2013-08-10,2013-08-10T02:00:00Z", "--compare", "static"};

std::vector<std::string> with(std::vector<std::string> options, const std::vector<std::string>& more) {
  options.insert(options.end(), more.begin(), more.end());
  return options;
}

TEST(Programs, TheCommandLineShowsWhatTheManagerKnows) {
  const Manager manager(with(kShort, {"--take", "0"}));
  ASSERT_TRUE(manager.reaches("finished"));
  EXPECT_THAT(manager.ask("get hosts").text, HasSubstr("reserved-24-1"));
  EXPECT_THAT(manager.ask("get score").text, ::testing::AllOf(HasSubstr("static"), HasSubstr("headroom")));
  EXPECT_THAT(manager.ask("get actions").text, HasSubstr("cpu"));
  EXPECT_THAT(manager.ask("cost report").text, ::testing::AllOf(HasSubstr("static"), HasSubstr("headroom"), HasSubstr("now"), HasSubstr("reserved hosts")));
  EXPECT_THAT(manager.ask("cost report --before naive-re").text, HasSubstr("start it with --compare naive-re"));
  EXPECT_EQ(manager.ask("get plan").exit_code, 0);
  const json vms = json::parse(manager.ask("get vms -o json").text);
  ASSERT_EQ(vms.size(), 55U);
  const std::string vm = vms.at(0).at("name");
  EXPECT_THAT(manager.ask("describe vm " + vm).text, HasSubstr("RESOURCE"));
  EXPECT_THAT(manager.ask("describe host reserved-24-1").text, HasSubstr(vms.at(0).at("host") == "reserved-24-1" ? vm : "vm_"));
  EXPECT_THAT(manager.ask("explain vm " + vm).text, ::testing::AllOf(HasSubstr(vm + " runs on"), HasSubstr("What is forecast"),
                                                                     HasSubstr("stays under"), HasSubstr("The replay is over")));
  const Ran none = manager.ask("describe vm none");
  EXPECT_EQ(none.exit_code, 3);
  EXPECT_THAT(none.text, HasSubstr("no VM is called 'none'"));
  const Ran over = run_line(fmt::format("{} pause --socket {}", kCommand, manager.socket()));
  EXPECT_EQ(over.exit_code, 4) << over.text;
}

// One snapshot, one planner: the manager at the end of its replay, and a recorded fleet brought to that time.
TEST(Programs, PlanAnswersAlikeFromAManagerAndFromAScenario) {
  const Manager manager(with(kShort, {"--take", "0"}));
  ASSERT_TRUE(manager.reaches("finished"));
  const std::string changes = " --what-if lose-host=reserved-24-1 --what-if load=+30%:*:cpu --what-if new-vm=cpu=2,memory=4GiB:2";
  const std::string offline = kCommand + " plan " HEADROOM_SOURCE_DIR "/scenarios/bitbrains.yaml --at 2013-08-10T02:00:00Z";
  const Ran there = manager.ask("plan -o json" + changes), here = run_line(offline + " -o json" + changes);
  EXPECT_EQ(there.exit_code, 0) << there.text;
  EXPECT_EQ(json::parse(there.text), json::parse(here.text));
  EXPECT_EQ(json::parse(there.text).at("changes").size(), 3U);
  const Ran table = manager.ask("plan" + changes);
  EXPECT_THAT(table.text, ::testing::AllOf(HasSubstr("AS IT IS"), HasSubstr("Hosts' bill"), HasSubstr("First, in this order"),
                                           HasSubstr("Where new-1 (2 cores, 4 GiB) could go"), HasSubstr("it has failed"), HasSubstr("Planned then:")));
  const Ran now = manager.ask("plan");
  EXPECT_EQ(now.exit_code, 0);
  EXPECT_THAT(now.text, HasSubstr("Planned at 2013-08-10 02:00: "));
  const Ran missing = manager.ask("plan --what-if drain-host=none");
  EXPECT_EQ(missing.exit_code, 3);
  EXPECT_THAT(missing.text, ::testing::AllOf(HasSubstr("drain-host: no host is called 'none'; there is reserved-24-1"), ::testing::EndsWith("more\n")));
}

// Drained by one manager, still drained under the next one that has the same state.
TEST(Programs, AHostIsDrainedAndStaysSoAfterARestart) {
  const Folder folder;
  const std::string& state = folder.path();
  const std::vector<std::string> options{"--take", "10h", "--compare", "none", "--state", state};
  const auto host = [](const Manager& manager, const std::string& name) {
    const json hosts = json::parse(manager.ask("host list -o json").text);
    for (const json& h : hosts)
      if (h.at("name") == name) return h;
    return json();
  };
  {
    Manager manager(options);
    ASSERT_TRUE(manager.reaches("running"));
    const Ran none = run_line(fmt::format("{} host drain none --socket {}", kCommand, manager.socket()));
    EXPECT_EQ(none.exit_code, 3);
    EXPECT_THAT(none.text, HasSubstr("no host is called 'none'"));
    const Ran drained = run_line(fmt::format("{} host drain reserved-24-1 --socket {}", kCommand, manager.socket()));
    EXPECT_EQ(drained.exit_code, 0) << drained.text;
    EXPECT_THAT(drained.text, HasSubstr("From the next round on its VMs are moved away"));
    EXPECT_EQ(manager.end(SIGKILL), -1);
  }
  const Manager manager(options);
  ASSERT_TRUE(poll_until([&] { return host(manager, "reserved-24-1").at("drained_at").is_string(); }, seconds(120)));
  EXPECT_EQ(host(manager, "reserved-24-1").at("accepts_vms"), false);
  EXPECT_THAT(manager.ask("host list").text, HasSubstr("drained since 20"));
  EXPECT_EQ(run_line(fmt::format("{} host undrain reserved-24-1 --socket {}", kCommand, manager.socket())).exit_code, 0);
}

TEST(Programs, PauseAndResumeGoThroughTheSocket) {
  const Manager manager({"--take", "10h", "--compare", "none"});
  const auto command = [&](const char* what) { return run_line(fmt::format("{} {} --socket {}", kCommand, what, manager.socket())); };
  EXPECT_EQ(command("pause").exit_code, 0);
  EXPECT_EQ(manager.status().at("state"), "paused");
  EXPECT_EQ(command("resume").exit_code, 0);
  EXPECT_EQ(manager.status().at("state"), "running");
}

TEST(Programs, SigtermEndsTheManagerCleanWithinASecond) {
  Manager manager({"--take", "10h", "--compare", "none"});
  EXPECT_FALSE(std::filesystem::is_empty(manager.temporary()));
  const Stopwatch ending;
  EXPECT_EQ(manager.end(SIGTERM), 0);
  EXPECT_LT(ending.seconds(), 1);
  EXPECT_TRUE(std::filesystem::is_empty(manager.temporary())) << "the temporary history goes with it";
  EXPECT_FALSE(std::filesystem::exists(manager.socket()));
}

TEST(Programs, ASecondManagerOnOneSocketIsTold) {
  const Manager manager({"--take", "10h", "--compare", "none"});
  const Ran second = run_line(fmt::format("{} --listen 127.0.0.1:0 --socket {} --once", kManager, manager.socket()));
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_THAT(second.text, HasSubstr("another headroomd runs"));
}

TEST(Programs, OnceItEndsWithItsReport) {
  const std::string socket = (std::filesystem::temp_directory_path() / fmt::format("programs-test-{}.sock", getpid())).string();
  const Ran once = run_line(fmt::format("{} --once --take 0 --window 2013-08-10,2013-08-10T02:00:00Z --compare static --listen 127.0.0.1:0 --socket {}",
                                   kManager, socket));
  EXPECT_EQ(once.exit_code, 0) << once.text;
  EXPECT_THAT(once.text, ::testing::AllOf(HasSubstr("USD/day"), HasSubstr("static"), HasSubstr("headroom")));
}

// simulate and the manager read one file in one way.
TEST(Programs, RulesAreReadCheckedAndFollowedByBoth) {
  const Folder kept;
  const std::string& folder = kept.path();
  const std::string good = folder + "/good.yaml", bad = folder + "/bad.yaml";
  std::ofstream(good) << "rules:\n  - {name: watch, metric: cpu, action: alert, threshold: 30 %, cooldown: 1h}\n";
  std::ofstream(bad) << "rules:\n  - {name: watch, metric: cpu, action: alert, threshold: 30, cooldown: 1h}\n";
  const std::string window = " --window 2013-08-10,2013-08-10T02:00:00Z";
  const std::string simulate = kCommand + " simulate " HEADROOM_SOURCE_DIR "/scenarios/bitbrains.yaml" + window;
  const std::string once = fmt::format("{} --once --take 0 --compare none --listen 127.0.0.1:0 --socket {}/s{}", kManager, folder, window);
  for (const std::string& line : {simulate, once}) {
    const Ran refused = run_line(line + " --rules " + bad);
    EXPECT_EQ(refused.exit_code, 2) << refused.text;
    EXPECT_THAT(refused.text, HasSubstr("bad.yaml:2: 'threshold' in rule 'watch'"));
    const Ran followed = run_line(line + " --rules " + good);
    EXPECT_EQ(followed.exit_code, 0) << followed.text;
    EXPECT_THAT(followed.text, HasSubstr("the rules of good.yaml"));
  }
}

TEST(Programs, AStateDirectoryWithABrokenModelIsSaidOnceAndTheShippedOneForecasts) {
  const Folder kept;
  const std::string& folder = kept.path();
  std::ofstream(folder + "/ple.model") << "scribbles";
  const Ran once = run_line(fmt::format("{0} --once --take 0 --window 2013-08-10,2013-08-10T02:00:00Z --compare none --listen 127.0.0.1:0 "
                                   "--socket {1}/s --state {1}", kManager, folder));
  EXPECT_EQ(once.exit_code, 0) << once.text;
  const std::string warning = "/ple.model' is not used";
  const auto first = once.text.find(warning);
  ASSERT_NE(first, std::string::npos) << once.text;
  EXPECT_EQ(once.text.find(warning, first + 1), std::string::npos);
}

TEST(Programs, BadUsageIsOneLineAndItsExitCode) {
  struct Case {
    std::string line;
    int exit_code;
    std::string says;
  };
  for (const Case& c : {Case{kManager + " --listen 0.0.0.0:7474", 2, "loopback"}, Case{kManager + " --policy best", 2, "best"},
                        Case{kManager + " --compare static,best", 2, "best"}, Case{kManager + " --window soon", 2, "--window"},
                        Case{kManager + " --take long", 2, "--take"},
                        Case{kManager + " --retrain soon", 2, "--retrain"},
                        Case{kManager + " --retrain 5m", 2, "--retrain is 5m; it must be 1h to 90d, or off"},
                        Case{kManager + " --retrain 91d", 2, "1h to 90d"},
                        Case{kManager + " --policy static --compare none --retrain 1d", 2, "static does not forecast with it"},
                        Case{kManager + " --rules /none.yaml", 3, "/none.yaml"},
                        Case{kManager + " --policy static --compare none --rules /none.yaml", 2, "--rules goes with --policy headroom"},
                        Case{kManager + " --scenario /none.yaml", 3, "/none.yaml"},
                        Case{kCommand + " get status --server http://127.0.0.1:1", 5, "no headroomd answers"},
                        Case{kCommand + " plan --server http://127.0.0.1:1", 5, "no headroomd answers"},
                        Case{kCommand + " get status --server nowhere", 2, "http://"}, Case{kCommand + " get fish", 2, "fish"}}) {
    const Ran ran = run_line(c.line);
    EXPECT_EQ(ran.exit_code, c.exit_code) << c.line << "\n" << ran.text;
    EXPECT_THAT(ran.text, HasSubstr(c.says)) << c.line;
  }
}

// An installation whose model was cut short: the program is copied, so that the files beside it are its own.
TEST(Programs, TheManagerGoesOnWithoutItsModelAndSaysSoInOneLine) {
  const Folder kept;
  const std::filesystem::path folder = kept.path();
  std::filesystem::create_directories(folder / "bin");
  std::filesystem::create_directories(folder / "share/headroom/models");
  std::filesystem::copy_file(kManager, folder / "bin/headroomd");
  std::ofstream(folder / "share/headroom/models/ple.model") << "HRPLE";
  const Ran ran = run_line(fmt::format("{}/bin/headroomd --once --take 0 --listen 127.0.0.1:0 --socket {}/s --retrain 1d --compare none "
                                  "--window 2013-08-10,2013-08-10T01:00:00Z", folder.string(), folder.string()));
  EXPECT_EQ(ran.exit_code, 0) << ran.text;
  EXPECT_THAT(ran.text, ::testing::ContainsRegex("headroomd: WITHOUT ITS MODEL: .*ple.model.*the last value with its own errors"));
}

}  // namespace
}  // namespace headroom
