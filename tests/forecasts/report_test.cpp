// `headroom forecast report` as people run it: on traces, on a history kept by a manager, and on what it has to refuse.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <stdlib.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "../support/folder.h"
#include "../support/run_program.h"
#include "headroom/history/rocksdb_history.h"

namespace headroom {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr int kSteps = 12 * 288;
const Instant kBegin = instant_from_epoch_seconds(1'375'315'200);  // 1 August 2013

// CPU in percent of a core: a daily wave with a burst every five hours.
double cpu(int vm, int k) { return 20 + 10 * vm + 8 * std::sin(0.0218 * k) + (k * 37 % 11) / 4.0 + (k % 60 < 4 ? 50 : 0); }

class ForecastReport : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  // Two VMs, twelve days.
  std::string traces() const {
    std::filesystem::create_directory(folder_ / "vms");
    for (int vm : {0, 1}) {
      std::ofstream file(folder_ / "vms" / fmt::format("vm_{}.csv", vm));
      file << "t,cpu_cap_mhz,cpu_pct,mem_cap_kb,mem_used_kb,disk_read_kbps,disk_write_kbps,net_rx_kbps,net_tx_kbps\n";
      for (int k = 0; k < kSteps; ++k)
        file << fmt::format("{},2600,{},1048576,{},0,{},0,0\n", epoch_seconds(kBegin) + 300 * k, cpu(vm, k),
                            300000 + 1000 * (k % 13), cpu(1 - vm, k));
    }
    return path("vms");
  }

  // What headroomd --state keeps of the same VMs.
  std::string state(int steps = kSteps) const {
    auto store = open_rocksdb_history(folder_ / "state" / "history").value();
    std::vector<HistorySample> samples;
    for (int k = 0; k < steps; ++k)
      for (int vm : {0, 1}) {
        Sample sample{kBegin + (k + 1) * std::chrono::minutes(5), {10 * cpu(vm, k), 3e8, 1000 * cpu(1 - vm, k), 0}, {}, true};
        sample.stalled[0] = k % 100 == 99 ? 0.5F : 0;
        samples.push_back({vm == 0 ? "first" : "second", sample});
      }
    EXPECT_TRUE(store->append(samples));
    EXPECT_TRUE(store->sync());
    return path("state");
  }

  const Folder kept_;
  const std::filesystem::path folder_ = kept_.path();
};

json figures_of(const json& report, const std::string& resource, const std::string& target, int h) {
  for (const json& row : report.at("accuracy"))
    if (row.at("resource") == resource && row.at("target") == target && row.at("h") == h) return row;
  return {};
}

TEST_F(ForecastReport, TellsAllOfItOnTraces) {
  const Ran table = headroom_says(fmt::format("forecast report --data {} --json {}", traces(), path("report.json")));
  ASSERT_EQ(table.exit_code, 0) << table.text;
  EXPECT_THAT(table.text, AllOf(HasSubstr("2 VMs, 2013-08-01 00:00 to 2013-08-13 00:00 UTC"), HasSubstr("ACCURACY"),
                                HasSubstr("SINGLE SERIES"), HasSubstr("CONFIDENCE that peak 1h"), HasSubstr("ALARMS"),
                                HasSubstr("WORST BY LOSS")));
  std::ifstream file(path("report.json"));
  const json report = json::parse(file);
  EXPECT_EQ(report.at("grid").at("start"), "2013-08-05T00:00:00Z");  // after the first third
  const json row = figures_of(report, "cpu", "peak", 12);
  EXPECT_EQ(row.at("series"), 2);
  EXPECT_EQ(row.at("keys"), 2 * 328);  // every seventh of the 2304 steps left, but for the last hour
  bool of_allocation = false;
  for (const json& alarms : report.at("alarms"))
    of_allocation = of_allocation || alarms.at("limit").at("kind") == "share_of_allocation";
  EXPECT_TRUE(of_allocation);
}

TEST_F(ForecastReport, ReadsTheHistoryOfAManager) {
  const Ran ran = headroom_says(fmt::format("forecast report --history {} --grid 2013-08-06,3 --horizons 1,12 -o json", state()));
  ASSERT_EQ(ran.exit_code, 0) << ran.text;
  const json report = json::parse(ran.text);
  EXPECT_EQ(report.at("vms"), 2);
  const json row = figures_of(report, "cpu", "point", 1);
  EXPECT_EQ(row.at("series"), 2);
  // 2016 steps are left: every third is an origin, and those stalled, or with a stalled outcome, tell nothing.
  EXPECT_LT(row.at("keys"), 2 * 672 - 2 * 6);
  EXPECT_GT(row.at("keys"), 2 * 672 - 2 * 20);
  for (const json& alarms : report.at("alarms")) EXPECT_EQ(alarms.at("limit").at("kind"), "own_quantile");
  EXPECT_EQ(headroom_says(fmt::format("forecast report --history {} --grid 2013-08-12,9 -o json", path("state/history")))
                .exit_code,
            0);
}

void expect_refusal(const std::string& arguments, int exit_code, const std::string& sentence) {
  const Ran ran = headroom_says("forecast report " + arguments);
  EXPECT_EQ(ran.exit_code, exit_code) << ran.text;
  EXPECT_THAT(ran.text, AllOf(StartsWith("headroom: "), HasSubstr(sentence)));
  EXPECT_EQ(std::count(ran.text.begin(), ran.text.end(), '\n'), 1) << ran.text;
}

TEST_F(ForecastReport, RefusesAHistoryThatIsNotThere) {
  expect_refusal("--history " + path("none"), 3,
                 path("none") + ": holds no history; name the directory given to headroomd --state");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "none"));
}

TEST_F(ForecastReport, RefusesAHistoryWithoutSamples) {
  expect_refusal("--history " + state(0), 2, "state: the history holds no samples");
}

TEST_F(ForecastReport, RefusesABrokenHistory) {
  const std::string directory = state(10);
  std::ofstream(folder_ / "state" / "history" / "CURRENT") << "nonsense";
  expect_refusal("--history " + directory, 1, "state/history");
}

TEST_F(ForecastReport, RefusesDataWithoutTraces) {
  std::filesystem::create_directory(folder_ / "empty");
  expect_refusal("--data " + path("empty"), 2, path("empty"));
}

TEST_F(ForecastReport, RefusesAGridBeyondTheData) {
  const std::string data = traces();
  expect_refusal("--data " + data + " --grid 2014-01-01,7", 2,
                 "--grid: begins at 2014-01-01T00:00:00Z, and the data end at 2013-08-13T00:00:00Z; begin earlier");
  expect_refusal("--data " + data + " --grid 2012-01-01,7", 2, "begin later");
  expect_refusal("--data " + data + " --grid 2013-08-06,0", 2, "the stride is a number of steps");
}

TEST_F(ForecastReport, RefusesAHorizonBeyondTheModel) {
  expect_refusal("--data " + traces() + " --horizons 300", 2, "the model forecasts");
}

TEST_F(ForecastReport, WantsTracesOrAHistoryAndNotBoth) {
  EXPECT_THAT(headroom_says("forecast report").text, HasSubstr("--data or --history is required"));
  EXPECT_EQ(headroom_says("forecast report").exit_code, 2);
  EXPECT_THAT(headroom_says("forecast report --help").text, HasSubstr("--data or --history is required"));
  EXPECT_EQ(headroom_says("forecast report --data a --history b").exit_code, 2);
}

TEST_F(ForecastReport, LeavesTheForecastsThemselvesAsTheyWere) {
  EXPECT_THAT(headroom_says("forecast --data a --out b").text, HasSubstr("--grid is required"));
  EXPECT_EQ(headroom_says("forecast --data a --out b").exit_code, 2);
  const Ran ran = headroom_says(fmt::format("forecast --data {} --grid 2013-08-12,100 --out {}", traces(), path("out.csv")));
  ASSERT_EQ(ran.exit_code, 0) << ran.text;
  std::ifstream file(path("out.csv"));
  std::string head;
  std::getline(file, head);
  EXPECT_EQ(head, "series_id,resource,origin_time,horizon_steps,q10,q50,q90,q95,q99,target");
  std::getline(file, head);
  EXPECT_THAT(head, StartsWith("vm_0,cpu,1376265600,1,"));
}

}  // namespace
}  // namespace headroom
