// headroom cost as people run it: price lists, two simulated runs, traces and a history, and what it has to refuse.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <stdlib.h>

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
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

const std::string kTree = HEADROOM_SOURCE_DIR, kLists = kTree + "/src/cost/tests/data/";
constexpr int kDay = 288;
const Instant kBegin = instant_from_epoch_seconds(1'375'315'200);  // 1 August 2013

// Percent of a core: three cores in office hours, else one.
double cpu(int k) { return k % kDay >= 96 && k % kDay < 216 ? 300 : 100; }

class CostCommand : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return path(name);
  }
  // One VM of eight cores.
  std::string traces(int days) const {
    const std::string name = fmt::format("vm_{}.csv", days);
    std::ofstream file(folder_ / name);
    file << "t,cpu_cap_mhz,cpu_pct,mem_cap_kb,mem_used_kb,disk_read_kbps,disk_write_kbps,net_rx_kbps,net_tx_kbps\n";
    for (int k = 0; k < days * kDay; ++k)
      file << fmt::format("{},19200,{},4194304,1048576,0,0,0,0\n", epoch_seconds(kBegin) + 300 * k, cpu(k) / 8);
    return path(name);
  }
  std::string history(int days) const {
    auto store = open_rocksdb_history(folder_ / "state/history").value();
    for (int k = 0; k < days * kDay; ++k) {
      Sample sample;
      sample.at = kBegin + std::chrono::minutes(5 * (k + 1));
      sample.used = {cpu(k) * 10, 1e9, 0, 0};
      const HistorySample one{"vm", sample};
      EXPECT_TRUE(store->append(std::span(&one, 1)));
    }
    EXPECT_TRUE(store->sync());
    return path("state");
  }
  // Hosts of four cores.
  std::string book() const {
    return write("book.yaml", "prices:\n  hosts:\n    four: {price: on-demand, usd per hour: 0.1, cpu: 4 cores, memory: 64 GiB, reserved: {1y: 0.04, 3y: 0.01}}\n");
  }

  const Folder kept_;
  const std::filesystem::path folder_ = kept_.path();
};

TEST_F(CostCommand, MakesABookOfAPublishedListThatChecksAndPricesAFleet) {
  const Ran made = headroom_says(fmt::format("cost import --format gcp {}gcp_excerpt.csv --out {}", kLists, path("gcp.yaml")));
  EXPECT_EQ(made.exit_code, 0) << made.text;
  EXPECT_EQ(made.text, "9 host types; 1 left out whose vCPUs are a share of one\n");
  EXPECT_THAT(headroom_says("config check " + path("gcp.yaml")).text, HasSubstr("ok (prices, 9 host types)"));
  const Ran advice = headroom_says(fmt::format("cost advise --data {} --prices {}", traces(15), path("gcp.yaml")));
  EXPECT_EQ(advice.exit_code, 0) << advice.text;
  EXPECT_THAT(advice.text, AllOf(HasSubstr("n2-standard-4 "), Not(HasSubstr("t2a-standard-8"))));
  EXPECT_EQ(headroom_says(fmt::format("cost import --format aws {}aws_excerpt.csv --out {} --types m4.xlarge,c4.2xlarge", kLists, path("aws.yaml"))).text,
            "2 host types\n");
}

TEST_F(CostCommand, SaysOfABadListTheLineAndKeepsTheBookThatWasThere) {
  const std::string kept = write("book.yaml", "kept"), list = write("list.csv", "machine_type,vcpu\nx,1\n");
  const Ran wrong = headroom_says(fmt::format("cost import --format aws {} --out {}", list, kept));
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_EQ(wrong.text, fmt::format("headroom: {}:1: the header has no column 'instance_type'; give another --format than aws, or add the column\n", list));
  std::string text;
  std::getline(std::ifstream(kept), text);
  EXPECT_EQ(text, "kept");
  EXPECT_EQ(headroom_says(fmt::format("cost import --format aws {}none.csv --out {}", kLists, kept)).exit_code, 3);
  const Ran unknown = headroom_says(fmt::format("cost import --format aws {}aws_excerpt.csv --out {} --types m4.xlage", kLists, kept));
  EXPECT_EQ(unknown.exit_code, 3);
  EXPECT_THAT(unknown.text, HasSubstr("did you mean 'm4.xlarge'?"));
}

// One core in 14 h of a day, three in 10 h; a host of four cores planned to be used by a quarter: one core a host.
TEST_F(CostCommand, AdvisesByTheBreakEvenShareOfHours) {
  const std::string how = fmt::format("cost advise --data {} --prices {} --cpu-target 0.25 -o json", traces(21), book());
  const json year = json::parse(headroom_says(how).text);
  ASSERT_TRUE(year.at("enough_history"));
  EXPECT_EQ(year.at("history").at("whole_days"), 21);
  const json advice = year.at("advice").at(0);
  EXPECT_EQ(advice.at("reserve_hosts"), 3) << "two are needed in 42 % of the hours, over 40 %";
  EXPECT_EQ(advice.at("reserve_cores"), 12);
  EXPECT_NEAR(advice.at("needed_share").at(2).get<double>(), 10.0 / 24, 1e-9);
  EXPECT_NEAR(advice.at("saving_usd_per_month").get<double>(), 730 * (0.1 - 0.04 + 2 * (0.1 * 10 / 24 - 0.04)), 1e-6);
  write("book.yaml", "prices:\n  hosts:\n    four: {price: on-demand, usd per hour: 0.1, cpu: 4 cores, memory: 64 GiB, reserved: {1y: 0.05}}\n");
  EXPECT_EQ(json::parse(headroom_says(how).text).at("advice").at(0).at("reserve_hosts"), 1);
}

TEST_F(CostCommand, AdvisesFromAManagersHistoryAsFromTraces) {
  const std::string how = fmt::format(" --prices {} --cpu-target 0.25 -o json", book());
  const json of_history = json::parse(headroom_says("cost advise --history " + history(21) + how).text);
  const json of_traces = json::parse(headroom_says("cost advise --data " + traces(21) + how).text);
  EXPECT_EQ(of_history.at("advice"), of_traces.at("advice"));
}

TEST_F(CostCommand, AdvisesNothingOnLessThanTwoWeeks) {
  const std::string how = fmt::format("cost advise --data {} --prices {}", traces(13), book());
  const Ran ran = headroom_says(how);
  EXPECT_EQ(ran.exit_code, 0);
  EXPECT_THAT(ran.text, HasSubstr("Not enough history for advice: 13 whole days, and it takes 14."));
  const json told = json::parse(headroom_says(how + " -o json").text);
  EXPECT_EQ(told.at("enough_history"), false);
  EXPECT_TRUE(told.at("advice").empty());
}

TEST_F(CostCommand, SaysWhatTheBookLacksForAdvice) {
  const std::string vm = traces(15);
  const auto error = [&](const std::string& yaml, const std::string& more = "") {
    return headroom_says(fmt::format("cost advise --data {} --prices {} {}", vm, write("b.yaml", yaml), more)).text;
  };
  EXPECT_THAT(error("prices:\n  energy: 1\n"), HasSubstr("has no on-demand host type with cpu, memory and a reserved price for 1y"));
  EXPECT_THAT(error("prices:\n  hosts: {a: {price: on-demand, usd per hour: 1, cpu: 2 cores, memory: 8 GiB, reserved: {1y: 0.5}}}\n"),
              HasSubstr("no host type can be advised on; a: one VM needs 3 cores of cpu, the host has 2 cores"));
  EXPECT_THAT(error("prices:\n  hosts: {a: {price: on-demand, usd per hour: 1}}\n", "--types b"), HasSubstr("no price for host type 'b'"));
  EXPECT_THAT(error("prices:\n  hosts: {a: {price: on-demand, usd per hour: 1}}\n", "--types a"), HasSubstr("a: has no size in the book"));
  EXPECT_THAT(error("prices:\n  energy: 1\n", "--term 2y"), HasSubstr("--term \"2y\": there is no such term"));
  EXPECT_EQ(headroom_says("cost advise --history " + path("none")).exit_code, 3);
  EXPECT_EQ(headroom_says("cost advise").exit_code, 2);
}

// Two hosts of energy, and VMs that change places: every part of the bill that a run can have.
TEST_F(CostCommand, ShowsTheBillBeforeAndAfterOfTwoSimulatedRuns) {
  const std::string scenario = write("s.yaml", "scenario: own\ntraces: " + kTree + "/examples/bitbrains\nhosts:\n"
      "  - {type: own-24, cpu: 24 cores, memory: 96 GiB, disk: 2000 MB/s, network: 2500 MB/s, price: power, watts idle: 100, watts full: 300}\n"
      "  - {type: rented-16, cpu: 16 cores, memory: 64 GiB, disk: 2000 MB/s, network: 2500 MB/s, price: on-demand, usd per hour: 0.8}\n"
      "reserved share: 0 %\nspare share: 0 %\novercommit: {cpu: 1.2}\n");
  for (const char* policy : {"static", "pve-crs"}) {
    const Ran ran = headroom_says(fmt::format("simulate {} --policy {} --view fixed --window 2013-08-12,2013-08-13 --report {}", scenario, policy, path(policy)));
    ASSERT_EQ(ran.exit_code, 0) << ran.text;
  }
  const std::string how = fmt::format("cost report {} {}", path("static"), path("pve-crs"));
  const Ran table = headroom_says(how);
  EXPECT_EQ(table.exit_code, 0) << table.text;
  EXPECT_THAT(table.text, AllOf(HasSubstr("static"), HasSubstr("pve-crs"), ContainsRegex("energy +[1-9][0-9]*\\.[0-9][0-9] "), HasSubstr("on the invoice"),
                                HasSubstr("over 24 h; its VMs' allocations are")));
  const json bill = json::parse(headroom_says(how + " -o json").text);
  EXPECT_EQ(bill.at("before"), "static");
  EXPECT_EQ(bill.at("after"), "pve-crs");
  for (const json& one : bill.at("bills")) {
    double sum = 0;
    for (const auto& [part, usd] : one.at("usd_per_month").items()) sum += usd.get<double>();
    EXPECT_NEAR(sum, one.at("total_usd_per_month").get<double>(), 1e-9);
  }
  EXPECT_EQ(bill.at("bills").at(0).at("usd_per_month").at("migrations"), 0);
  EXPECT_GT(bill.at("bills").at(1).at("usd_per_month").at("migrations"), 0) << "it balances by moving VMs";
  const json report = json::parse(std::ifstream(path("pve-crs")));
  EXPECT_GT(report.at("consumed").at("gib_moved"), 0);
  EXPECT_NEAR(report.at("consumed").at("migration_down_hours").get<double>() * 3600, report.at("migration_downtime_seconds").get<double>(), 1e-6);
  // A book with another price for it changes that part, and no other.
  const std::string dear = write("dear.yaml", "prices:\n  migration: {gib: 1 USD}\n");
  const json dearer = json::parse(headroom_says(how + " --prices " + dear + " -o json").text);
  json same = dearer.at("bills").at(1).at("usd_per_month"), was = bill.at("bills").at(1).at("usd_per_month");
  EXPECT_NEAR(same.at("migrations").get<double>() - was.at("migrations").get<double>(), 730.0 / 24 * report.at("consumed").at("gib_moved").get<double>(), 1e-6);
  same.erase("migrations");
  was.erase("migrations");
  EXPECT_EQ(same, was);
}

TEST_F(CostCommand, RefusesReportsThatAreNone) {
  const std::string text = write("text", "hello"), old = write("old.json", R"({"policy": "static", "bill_per_day": 3})");
  EXPECT_THAT(headroom_says(fmt::format("cost report {} {}", text, old)).text, HasSubstr("text: is no JSON; name a file"));
  EXPECT_THAT(headroom_says(fmt::format("cost report {} {}", old, old)).text, HasSubstr("old.json: has no 'consumed'; make the report anew"));
  EXPECT_THAT(headroom_says("cost report " + old).text, HasSubstr("one report has nothing to be compared with"));
  EXPECT_EQ(headroom_says(fmt::format("cost report {} {}", path("none"), old)).exit_code, 3);
  EXPECT_EQ(headroom_says("cost report --server http://127.0.0.1:9").exit_code, 5);
}

}  // namespace
}  // namespace headroom
