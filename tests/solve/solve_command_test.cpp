// headroom solve as people run it: the real program on files of a problem made here, its answers judged independently.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "../support/folder.h"
#include "../support/run_program.h"
#include "headroom/base/clock.h"
#include "headroom/base/stop.h"
#include "headroom/challenge/roadef2012.h"
#include "headroom/placement/check.h"
#include "headroom/placement_testing/made_problem.h"

namespace headroom {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SolveCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    problem_ = placement_testing::make_problem(placement_testing::small(21));
    std::ofstream(folder_ / "model") << challenge::roadef2012_model(problem_);
    std::ofstream(folder_ / "start") << challenge::roadef2012_assignment(problem_.home);
  }

  std::string command(const std::string& options) const {
    return fmt::format("{0}/headroom solve --format roadef2012 --model {1}/model --assignment {1}/start --out {1}/answer {2}", HEADROOM_BINARY_DIR,
                       folder_.string(), options);
  }
  Ran run(const std::string& options) const { return run_line(command(options)); }
  placement::Assignment answer() const {
    std::ifstream in(folder_ / "answer");
    return {std::istream_iterator<std::int32_t>(in), {}};
  }

  const Folder kept_;
  const std::filesystem::path folder_ = kept_.path();
  placement::Problem problem_;
};

TEST_F(SolveCommand, WritesASoundAnswerAndTellsItsCostBoundAndGap) {
  const Ran ran = run("--seconds 0.5 --threads 2 -o json");
  ASSERT_EQ(ran.exit_code, 0) << ran.text;
  const auto told = nlohmann::json::parse(ran.text);
  EXPECT_THAT(check(problem_, answer()), IsEmpty());
  EXPECT_EQ(told.at("cost"), cost_of(problem_, answer()).total());
  EXPECT_LT(told.at("cost"), told.at("start_cost"));
  EXPECT_LE(told.at("bound"), told.at("cost"));
  EXPECT_GE(told.at("gap"), 0);
  EXPECT_LT(told.at("seconds"), 2);
  EXPECT_THAT(run("--seconds 0.2").text, ::testing::ContainsRegex("^cost [0-9]+  bound [0-9]+  gap [0-9.]+ %\n"));
}

TEST_F(SolveCommand, RepeatsItselfWhenTheBudgetIsANumberOfTries) {
  ASSERT_EQ(run("--tries 300000 --workers 3 --seed 5 --threads 1").exit_code, 0);
  const auto first = answer();
  ASSERT_EQ(run("--tries 300000 --workers 3 --seed 5 --threads 2").exit_code, 0);
  EXPECT_EQ(answer(), first);
}

TEST_F(SolveCommand, WritesTheBestSoFarWhenInterrupted) {
  const pid_t pid = fork();
  ASSERT_GE(pid, 0);
  if (pid == 0) {
    execl("/bin/sh", "sh", "-c", ("exec " + command("--seconds 1000 > /dev/null")).c_str(), nullptr);
    _exit(127);
  }
  // Its draft is there when it has begun to listen for signals.
  const auto begun = [&] {
    return std::distance(std::filesystem::directory_iterator(folder_), {}) > 2;
  };
  ASSERT_TRUE(poll_until(begun, std::chrono::seconds(20)));
  kill(pid, SIGINT);
  int status = 0;
  waitpid(pid, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_THAT(check(problem_, answer()), IsEmpty());
}

TEST_F(SolveCommand, RefusesBadInputInOneLineAndLeavesTheOldAnswer) {
  std::ofstream(folder_ / "answer") << "kept";
  std::ofstream(folder_ / "start") << "0 1 2";
  const Ran ran = run("--seconds 1");
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_THAT(ran.text, HasSubstr("start:1: the machine of process 3 is missing"));
  EXPECT_EQ(std::count(ran.text.begin(), ran.text.end(), '\n'), 1);
  std::filesystem::remove(folder_ / "model");
  EXPECT_EQ(run("--seconds 1").exit_code, 3);
  EXPECT_EQ(run("").exit_code, 2);
  EXPECT_EQ(run("--seconds 1 --tries 5").exit_code, 2);
  EXPECT_EQ(run("--seconds nan").exit_code, 2);
  std::ifstream kept(folder_ / "answer");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(kept), {}), "kept");
}

}  // namespace
}  // namespace headroom
