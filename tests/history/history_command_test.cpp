// headroom history as people run it, on the bundled sample.
#include <gmock/gmock.h>
#include <stdlib.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "../support/folder.h"
#include "../support/run_program.h"
#include "headroom/history/rocksdb_history.h"

namespace headroom {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* kVm = "5d1f7c00-0000-4000-8000-000000000001";

class HistoryCommand : public ::testing::Test {
 protected:
  Ran import(const std::string& more, const std::string& trace = "vm_006.csv.gz") const {
    return headroom_says(fmt::format("history import {}/examples/bitbrains/vms/{} --history {} --vm {} {}", HEADROOM_SOURCE_DIR, trace, state_,
                                     kVm, more));
  }
  std::vector<Sample> kept() const {
    auto store = open_rocksdb_history(state_ + "/history");
    EXPECT_TRUE(store) << store.error().message;
    return (*store)->read(kVm, Instant::min(), Instant::max()).value();
  }
  const Folder kept_;
  const std::string state_ = kept_.path();
};

TEST_F(HistoryCommand, GivesAVmTheDaysOfATraceThirtyTimesAsFast) {
  const std::string days = "--speed 30 --from 2013-08-05T00:00:00Z --until 2013-08-12T09:00:00Z --ends-at 2026-11-26T12:00:00Z --cpu-cap 500mcores";
  const Ran ran = import(days);
  ASSERT_EQ(ran.exit_code, 0) << ran.text;
  EXPECT_THAT(ran.text, AllOf(HasSubstr(kVm), HasSubstr("to 2026-11-26T12:00:00Z; ")));
  const auto fast = kept();
  ASSERT_GT(fast.size(), 7U * 288);
  EXPECT_EQ(to_rfc3339(fast.back().at), "2026-11-26T12:00:00Z");
  for (std::size_t i = 1; i < fast.size(); ++i) ASSERT_EQ((fast[i].at - fast[i - 1].at) % std::chrono::seconds(10), Duration(0));
  EXPECT_THAT(import(days).text, HasSubstr("; 0 of them are new"));
  EXPECT_EQ(kept().size(), fast.size());
}

TEST_F(HistoryCommand, SaysWhomItKnowsAndGivesSamplesBack) {
  ASSERT_EQ(import("--until 2013-08-03").exit_code, 0);
  const json vms = json::parse(headroom_says(fmt::format("history list --history {} -o json", state_)).text);
  ASSERT_EQ(vms.size(), 1U);
  EXPECT_EQ(vms[0]["vm"], kVm);
  EXPECT_EQ(vms[0]["samples"], kept().size());
  EXPECT_EQ(vms[0]["to"], "2013-08-03T00:00:00Z");
  EXPECT_THAT(headroom_says(fmt::format("history list --history {}", state_)).text, AllOf(HasSubstr("SAMPLES"), HasSubstr(kVm)));
  const std::string csv = headroom_says(fmt::format("history export --history {} --vm {} --from 2013-08-02T12:00:00Z", state_, kVm)).text;
  EXPECT_THAT(csv, AllOf(HasSubstr("at,cpu_millicores,"), HasSubstr("\n2013-08-02T12:00:00Z,")));
  const auto samples = kept();
  const auto since_noon = std::count_if(samples.begin(), samples.end(), [](const Sample& s) { return s.at >= *parse_instant("2013-08-02T12:00:00Z"); });
  EXPECT_GT(since_noon, 100);
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 1 + since_noon) << "a heading and a line each";
}

TEST_F(HistoryCommand, RefusesWhatWouldHideSamplesInOneSentence) {
  ASSERT_EQ(import("--until 2013-08-04").exit_code, 0);
  const Ran refused = import("--until 2013-08-04 --cpu-factor 3");
  EXPECT_EQ(refused.exit_code, 4) << refused.text;
  EXPECT_THAT(refused.text, HasSubstr("nothing was written: let what is imported end before them"));
}

TEST_F(HistoryCommand, SaysWhatIsWrongWithItsInputInOneLine) {
  const auto line = [](const Ran& ran, int exit_code, const std::string& says) {
    EXPECT_EQ(ran.exit_code, exit_code) << ran.text;
    EXPECT_THAT(ran.text, HasSubstr(says));
    EXPECT_EQ(std::count(ran.text.begin(), ran.text.end(), '\n'), 1) << ran.text;
  };
  line(import("--speed 7"), 2, "steps of 5m cannot be played 7 times as fast");
  line(import("--until yesterday"), 2, "--until: ");
  line(import("--cpu-cap 500"), 2, "--cpu-cap: '500' has no unit");
  line(import("--from 2014-01-01"), 2, "vm_006 has no records in the time that is to be played");
  line(import("", "no-such.csv"), 3, "no-such.csv");
  line(import("", ""), 2, "the traces hold 55 VMs; name one with --of");
  line(import("--of vm_999", ""), 3, "the traces hold no VM 'vm_999'");
  line(headroom_says(fmt::format("history list --history {}", state_)), 3, "holds no history");
  ASSERT_EQ(import("--until 2013-08-03").exit_code, 0);
  line(headroom_says(fmt::format("history export --history {} --vm nobody", state_)), 3, "no samples of VM nobody");
  const auto manager = open_rocksdb_history(state_ + "/history");
  ASSERT_TRUE(manager);
  line(import("--until 2013-08-03"), 4, state_);
}

}  // namespace
}  // namespace headroom
