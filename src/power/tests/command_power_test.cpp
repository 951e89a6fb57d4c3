// Programs of operators, and what they do wrong.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <signal.h>

#include "headroom/base/clock.h"
#include "headroom/base/stop.h"
#include "headroom/power/adapters.h"
#include "support/folder.h"

namespace headroom {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

struct CommandPowerTest : ::testing::Test {
  Folder folder;

  std::unique_ptr<HostPower> running(const std::string& script, Duration deadline = seconds(20)) const {
    return make_power(PowerCommand{.program = folder.script("switch", script), .host = "h1", .deadline = deadline}).value();
  }
};

TEST_F(CommandPowerTest, GivesItsArgumentsTheVerbAndTheHostWithoutAShell) {
  const std::string program = folder.script("switch", fmt::format("printf '[%s]' \"$@\" > {}\n", folder.at("said")));
  const auto power = make_power(PowerCommand{.program = program, .arguments = {"--rack", "a b"}, .host = "h1; rm -rf $HOME"}).value();
  ASSERT_TRUE(power->start());
  EXPECT_EQ(folder.read("said"), "[--rack][a b][start][h1; rm -rf $HOME]");
}

TEST_F(CommandPowerTest, ReadsEveryStateAndNoOther) {
  for (const SwitchState state : kSwitchStates)
    EXPECT_EQ(running(fmt::format("echo '{} since noon'\n", name(state)))->state().value(), state) << name(state);
  const auto odd = running("echo ready\n")->state();
  EXPECT_THAT(odd.error().message, HasSubstr("state h1 said 'ready', which is none of off, starting, on, stopping, failed, unknown"));
  EXPECT_EQ(running("true\n")->state().error().code, ErrorCode::kFailed);
}

TEST_F(CommandPowerTest, TellsByItsExitCodeWhatWentWrong) {
  const auto code = [&](int n) { return running(fmt::format("echo first >&2; echo 'no such bay' >&2; exit {}\n", n))->stop().error(); };
  EXPECT_EQ(code(1).code, ErrorCode::kFailed);
  EXPECT_EQ(code(3).code, ErrorCode::kNotFound);
  EXPECT_EQ(code(4).code, ErrorCode::kRefused);
  EXPECT_EQ(code(5).code, ErrorCode::kUnreachable);
  EXPECT_THAT(code(3).message, HasSubstr("stop h1 ended with 3: no such bay"));
}

TEST_F(CommandPowerTest, KillsOneThatHangsWithAllThatItStarted) {
  const Stopwatch watch;
  const auto power = running(fmt::format("sleep 600 & echo $! > {}; wait\n", folder.at("child")), milliseconds(300));
  const auto end = power->start();
  EXPECT_LT(watch.seconds(), 10);
  EXPECT_EQ(end.error().code, ErrorCode::kUnreachable);
  EXPECT_THAT(end.error().message, HasSubstr("did not end within 300ms and was killed"));
  const int child = std::stoi(folder.read("child"));
  EXPECT_TRUE(poll_until([&] {
    std::ifstream about(fmt::format("/proc/{}/stat", child));  // gone, or waiting for whoever takes orphans
    const std::string line(std::istreambuf_iterator<char>(about), {});
    return line.empty() || line.find(") Z ") != std::string::npos;
  }, seconds(10)));
}

TEST_F(CommandPowerTest, IsOverWhenTheProgramIsThoughAChildHoldsItsOutput) {
  const Stopwatch watch;
  EXPECT_EQ(running("sleep 600 & echo on\n")->state().value(), SwitchState::kOn);
  EXPECT_LT(watch.seconds(), 10);
}

TEST_F(CommandPowerTest, KeepsLittleOfOneThatWritesAGibibyte) {
  EXPECT_EQ(running("echo on; head -c 1073741824 /dev/zero; head -c 1048576 /dev/zero >&2\n", seconds(60))->state().value(), SwitchState::kOn);
  const auto endless = running("exec cat /dev/zero\n", milliseconds(300))->state();
  EXPECT_EQ(endless.error().code, ErrorCode::kUnreachable);
}

TEST_F(CommandPowerTest, SaysThatOneDied) {
  EXPECT_THAT(running("kill -SEGV $$\n")->start().error().message, HasSubstr("ended with 139"));
  const auto absent = make_power(PowerCommand{.program = folder.at("absent"), .host = "h1"}).value()->start();
  EXPECT_THAT(absent.error().message, HasSubstr("absent cannot be run: No such file or directory"));
}

TEST_F(CommandPowerTest, ShowsNoControlCharactersOfIt) {
  EXPECT_THAT(running("printf 'a\\033[31mb' >&2; exit 1\n")->start().error().message, HasSubstr("a [31mb"));
}

TEST_F(CommandPowerTest, HandsDownNoDescriptorOfOurs) {
  const int open_here = dup(STDOUT_FILENO);  // without close-on-exec
  ASSERT_TRUE(running(fmt::format("ls /proc/self/fd > {}\n", folder.at("open")))->start());
  close(open_here);
  // Its three, and the folder that ls reads.
  EXPECT_EQ(folder.read("open"), "0\n1\n2\n3\n");
}

TEST_F(CommandPowerTest, RefusesSettingsThatMakeNoSense) {
  const auto why = [](PowerCommand settings) { return make_power(std::move(settings)).error().message; };
  EXPECT_THAT(why({.program = "switch", .host = "h1"}), HasSubstr("'switch' is no absolute path"));
  EXPECT_THAT(why({.program = "/bin/true", .host = ""}), HasSubstr("no name of a host"));
  EXPECT_THAT(why({.program = "/bin/true", .host = "--all"}), HasSubstr("no name of a host"));
  EXPECT_THAT(why({.program = "/bin/true", .host = "h1", .deadline = Duration(0)}), HasSubstr("needs time"));
}

}  // namespace
}  // namespace headroom
