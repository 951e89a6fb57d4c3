#include "headroom/daemon/run.h"

#include <gmock/gmock.h>

#include "headroom/daemon/json.h"
#include "rig.h"

namespace headroom {
namespace {

using ::testing::HasSubstr;
using testing::over_socket;
using testing::short_options;
using testing::short_world;

TEST(Run, RunsTheRivalsInStepAndEndsFinished) {
  const auto history = make_memory_history();
  RunOptions options = short_options(*history);
  std::size_t rounds = 0;
  options.watch = [&](const State& state) {
    ++rounds;
    EXPECT_EQ(state.round, rounds);
    ASSERT_EQ(state.score.size(), 2U);
    EXPECT_EQ(state.score[0].steps, state.score[1].steps);
  };
  const auto world = short_world(1);
  auto run = headroom::Run::make(world, options).value();
  const Stop stop;
  ASSERT_TRUE(run->go(stop).has_value());
  EXPECT_EQ(rounds, world->rounds());
  EXPECT_EQ(run->board().read()->state, RunState::kFinished);
  EXPECT_EQ(run->set_paused(true).error().code, ErrorCode::kRefused);
}

// The score beside the page is that of `headroom simulate`: same world, same policy, same numbers.
TEST(Run, ScoresAsASimulationDoes) {
  const auto history = make_memory_history();
  const RunOptions options = short_options(*history);
  const auto world = short_world(2);
  auto run = headroom::Run::make(world, options).value();
  const Stop stop;
  ASSERT_TRUE(run->go(stop).has_value());
  ReplayOptions alone;
  alone.model = options.model;
  const Report simulated = replay(*world, default_contender("headroom", *world).value(), alone).value();
  const Report& shown = run->board().read()->score.back();
  EXPECT_EQ(shown.overload_vm_minutes, simulated.overload_vm_minutes);
  EXPECT_EQ(shown.bill_per_day, simulated.bill_per_day);
  EXPECT_EQ(shown.scalings_per_vm_day, simulated.scalings_per_vm_day);
}

TEST(Run, PausedOverTheSocketItPlansAndStartsNothing) {
  const auto history = make_memory_history();
  RunOptions options = short_options(*history);
  options.compare.clear();
  std::unique_ptr<headroom::Run> run;
  const testing::Folder folder;
  std::size_t refused_while_paused = 0, started_after = 0;
  std::uint64_t newest_at_pause = 0;
  options.watch = [&](const State& state) {
    auto client = over_socket(folder / "s");
    const auto newest = run->board().log.newest(1);
    const std::uint64_t id = newest.empty() ? 0 : newest[0].id;
    if (state.round == 6) {
      const auto answer = client.Post("/api/v1/pause");
      ASSERT_EQ(nlohmann::json::parse(answer->body).at("state"), "paused");
      newest_at_pause = id;
    }
    if (state.round > 6 && state.round <= 18) {
      EXPECT_EQ(state.state, RunState::kPaused);
      EXPECT_EQ(id, newest_at_pause) << "something was started";
      for (const ActionEntry& entry : state.plan) {
        EXPECT_EQ(entry.decision, Decision::kRefused);
        EXPECT_THAT(entry.why_refused, HasSubstr("paused"));
        ++refused_while_paused;
      }
    }
    if (state.round == 18) {
      EXPECT_EQ(client.Post("/api/v1/resume")->status, 200);
    }
    if (state.round > 18 && id > newest_at_pause) ++started_after;
  };
  run = headroom::Run::make(short_world(3), options).value();
  const testing::Books books;
  const Api api({run->board(), *history, books.books, [&](bool paused) { return run->set_paused(paused); }, "/none"});
  const auto door = Door::on_socket(folder / "s", api).value();
  const Stop stop;
  ASSERT_TRUE(run->go(stop).has_value());
  EXPECT_GT(refused_while_paused, 0U) << "planning went on";
  EXPECT_GT(started_after, 0U) << "resuming acts again";
}

TEST(Run, KeepsTheSamplesOfTheDaysBeforeAndOfTheRun) {
  const auto history = make_memory_history();
  const auto world = short_world(1);
  auto run = headroom::Run::make(world, short_options(*history)).value();
  const Stop stop;
  ASSERT_TRUE(run->go(stop).has_value());
  const auto samples = history->read(world->vms[0].uuid, world->window.begin - std::chrono::hours(23), world->window.end + Duration(1)).value();
  EXPECT_GT(samples.size(), 200U);
  EXPECT_EQ(samples.back().at, world->window.end);
}

// A store on a full disk.
class FullHistory : public HistoryStore {
 public:
  using HistoryStore::append;
  Result<void> append(std::span<const HistorySample>, std::span<const HistoryMark>) override { return fail(ErrorCode::kFailed, "the disk is full"); }
  Result<void> sync() override { return append({}); }
  Result<std::string> mark(std::string_view) override { return std::string(); }
  Result<std::vector<Sample>> read(std::string_view, Instant, Instant) override { return std::vector<Sample>{}; }
  Result<std::vector<std::string>> vms() override { return std::vector<std::string>{}; }
  Result<std::size_t> drop_before(Instant) override { return 0; }
};

TEST(Run, GoesOnWithoutItsHistoryAndSaysSo) {
  FullHistory history;
  RunOptions options = short_options(history);
  options.compare.clear();
  options.watch = [](const State& state) { EXPECT_THAT(state.message, HasSubstr("the disk is full")); };
  auto run = headroom::Run::make(short_world(3), options).value();
  const Stop stop;
  ASSERT_TRUE(run->go(stop).has_value());
  const auto last = run->board().read();
  EXPECT_EQ(last->state, RunState::kFinished);
  EXPECT_EQ(status_json(*last).at("message"), "the disk is full");
  EXPECT_FALSE(run->board().log.newest(1).empty()) << "decisions still happen";
}

TEST(Run, LeavesAtOnceWhenTheEndIsAskedFor) {
  const auto history = make_memory_history();
  RunOptions options = short_options(*history);
  options.compare.clear();
  options.take = std::chrono::hours(10);
  auto run = headroom::Run::make(short_world(1), options).value();
  Stop stop;
  stop.request();
  EXPECT_TRUE(run->go(stop).has_value()) << "being stopped is no failure";
  EXPECT_EQ(run->board().read()->round, 0U);
}

TEST(Run, GovernsByTheRulesGivenAndShowsTheirAlerts) {
  const auto history = make_memory_history();
  RunOptions options = short_options(*history);
  Rule watch;
  watch.name = "watch cpu";
  watch.metric = Resource::kCpu;
  watch.action = RuleAction::kAlert;
  watch.threshold = 0.3;
  watch.cooldown = std::chrono::hours(1);
  options.rules = {watch};
  std::size_t alerts = 0;
  options.watch = [&](const State& state) {
    const nlohmann::json plan = plan_json(state);
    ASSERT_EQ(plan.at("alerts").size(), state.alerts.size());
    for (const auto& alert : plan.at("alerts")) {
      ++alerts;
      EXPECT_EQ(alert.at("rule"), "watch cpu");
      EXPECT_EQ(alert.at("at"), to_rfc3339(state.snapshot.taken_at));
      EXPECT_THAT(alert.at("text").get<std::string>(), ::testing::AllOf(HasSubstr("cpu is at "), HasSubstr("[watch cpu]")));
      EXPECT_FALSE(alert.at("vm").get<std::string>().empty());
      EXPECT_FALSE(alert.at("host").get<std::string>().empty());
    }
  };
  auto run = headroom::Run::make(short_world(2), options).value();
  const Stop stop;
  ASSERT_TRUE(run->go(stop).has_value());
  const auto last = run->board().read();
  EXPECT_GT(alerts, 0U);
  EXPECT_EQ(alerts, last->score.back().alerts);
  EXPECT_EQ(last->score.front().alerts, 0U) << "a rival is not governed by them";
}

TEST(Run, ShowsHowGoodItsForecastsHaveBeen) {
  const auto history = make_memory_history();
  RunOptions options = short_options(*history);
  options.compare.clear();
  auto run = headroom::Run::make(short_world(3), options).value();
  EXPECT_EQ(status_json(*run->board().read()).at("accuracy").at("judgements"), 0) << "none is judged before the first round";
  const Stop stop;
  ASSERT_TRUE(run->go(stop).has_value());
  const State& last = *run->board().read();
  const nlohmann::json summary = status_json(last).at("accuracy"), all = accuracy_json(last).at("accuracy");
  EXPECT_GT(summary.at("judgements"), 1000);
  EXPECT_GT(summary.at("held").at(4), 0.8);
  EXPECT_LT(summary.at("held").at(1), summary.at("held").at(4));
  EXPECT_EQ(all.at("held"), summary.at("held"));
  ASSERT_EQ(all.at("heads").size(), kResourceCount * 9) << "five horizons; the peak within a step is its value";
  EXPECT_EQ(all.at("heads").at(0).at("resource"), "cpu");
  EXPECT_GT(all.at("heads").at(0).at("sampled").at("model_loss"), 0);
  EXPECT_TRUE(all.at("heads").at(4).at("held").at(4).is_null()) << "no forecast of a day ahead is judged after five hours";
  double chances = 0;
  for (const auto& bin : all.at("chances")) chances += bin.at("judgements").get<double>();
  EXPECT_GT(chances, 1000);
}

TEST(Run, GoesOnWithASimpleForecasterWhereThereIsNoModelAndSaysSo) {
  const auto history = make_memory_history();
  RunOptions options = short_options(*history);
  options.compare.clear();
  options.model = nullptr;
  options.without_model = "WITHOUT ITS MODEL: the file is broken";
  auto run = headroom::Run::make(short_world(3), options).value();
  const Stop stop;
  ASSERT_TRUE(run->go(stop).has_value());
  const State& last = *run->board().read();
  const nlohmann::json status = status_json(last);
  EXPECT_EQ(status.at("without_model"), options.without_model);
  EXPECT_TRUE(status.at("model").is_null());
  EXPECT_EQ(last.snapshot.horizons, default_horizons());
  EXPECT_EQ(last.snapshot.vms[0].forecast.state, ForecastState::kReady);
  EXPECT_FALSE(run->board().log.newest(1).empty()) << "decisions still happen";
}

TEST(Run, MeasuresNoForecastsWhereThePolicyMakesNone) {
  const auto history = make_memory_history();
  RunOptions options = short_options(*history);
  options.compare.clear();
  options.policy = "reactive-threshold";
  auto run = headroom::Run::make(short_world(1), options).value();
  const Stop stop;
  ASSERT_TRUE(run->go(stop).has_value());
  EXPECT_TRUE(status_json(*run->board().read()).at("accuracy").is_null());
}

TEST(Run, NamesEachPolicyOnce) {
  const auto history = make_memory_history();
  RunOptions options = short_options(*history);
  options.compare = {"headroom"};
  EXPECT_EQ(headroom::Run::make(short_world(1), options).error().code, ErrorCode::kInvalid);
  options.compare = {"nobody"};
  EXPECT_THAT(headroom::Run::make(short_world(1), options).error().message, HasSubstr("nobody"));
}

}  // namespace
}  // namespace headroom
