// What a scenario file may say, and the one message for each way to get it wrong.
#include "headroom/sim/scenario.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace headroom {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

const std::string kGood =
    "scenario: small\n"
    "traces: traces\n"
    "window: {from: 2013-08-01, to: 2013-08-02}\n"
    "hosts:\n"
    "  - {type: big, cpu: 16 cores, memory: 64 GiB, disk: 1000 MB/s, network: 1000 MB/s,\n"
    "     price: on-demand, usd per hour: 0.5}\n"
    "overcommit: {cpu: 1.5}\n"
    "steps: {cpu: 0.25 vCPU, memory: 256 MiB}\n"
    "allocation prices: {vcpu: 0.03}\n"
    "initial quantile: 90 %\n"
    "growth takes: 30s\n";

class ScenarioFile {
 public:
  explicit ScenarioFile(const std::string& text)
      : path_(std::filesystem::path(testing::TempDir()) /
              (std::string("scenario-") + testing::UnitTest::GetInstance()->current_test_info()->name() + ".yaml")) {
    std::filesystem::create_directories(path_.parent_path());
    std::ofstream(path_) << text;
  }
  ~ScenarioFile() { std::filesystem::remove(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

TEST(Scenario, TakesAHostsPriceFromTheBookItNames) {
  const std::string host = "  - {cpu: 16 cores, memory: 64 GiB, disk: 1000 MB/s, network: 1000 MB/s, ";
  const std::string head = "scenario: small\ntraces: traces\n", book = "price book: " HEADROOM_SOURCE_DIR "/prices/default.yaml\n";
  const ScenarioFile good(head + book + "hosts:\n" + host + "type: standard-16, rented: spot}\n" + host +
                          "type: base, rented: reserved, of type: standard-16}\n" + host + "type: own, price: on-demand, usd per hour: 0.1}\n");
  const auto read = load_scenario(good.path());
  ASSERT_TRUE(read) << read.error().message;
  const auto& types = read->host_types;
  EXPECT_EQ(types[0].price.price_class, PriceClass::kSpot);
  EXPECT_EQ(types[0].price.usd_per_hour, 0.24);
  EXPECT_EQ(types[0].price.interruptions_per_day, 0.4);
  EXPECT_EQ(types[1].price.price_class, PriceClass::kReserved);
  EXPECT_EQ(types[1].price.usd_per_hour, 0.35) << "at the cheapest term";
  EXPECT_EQ(types[2].price.usd_per_hour, 0.1);
  ASSERT_TRUE(read->book.has_value()) << "decisions go by it too";
  EXPECT_EQ(read->book->prices.usd_per_kwh, 0.25);
  EXPECT_FALSE(load_scenario(ScenarioFile(kGood).path())->book.has_value());
  const auto error = [&](const std::string& text) { return load_scenario(ScenarioFile(text).path()).error().message; };
  EXPECT_THAT(error(head + "hosts:\n" + host + "type: standard-16, rented: spot}\n"), HasSubstr(":4: host type 1: the scenario names no 'price book'; add it"));
  EXPECT_THAT(error(head + book + "hosts:\n" + host + "type: standart-16, rented: spot}\n"), HasSubstr("did you mean 'standard-16'?"));
  EXPECT_THAT(error(head + book + "hosts:\n" + host + "type: spot-16, rented: on-demand}\n"),
              HasSubstr("the price book does not offer spot-16 as on-demand"));
  EXPECT_THAT(error(head + "price book: none.yaml\nhosts: []\n"), HasSubstr("none.yaml"));
}

TEST(Scenario, BitbrainsIsReadAsItIsWritten) {
  const auto scenario = load_scenario(HEADROOM_SOURCE_DIR "/scenarios/bitbrains.yaml").value();
  EXPECT_EQ(scenario.host_types.size(), 3U);
  EXPECT_EQ(scenario.step.cpu(), 250_mcores);
  EXPECT_NEAR(scenario.usd_per_unit_hour[0] * 1000, 0.0316, 1e-12);
}

TEST(Scenario, ThatIsGoodIsTaken) {
  const ScenarioFile file(kGood);
  const auto scenario = load_scenario(file.path());
  ASSERT_TRUE(scenario.has_value()) << scenario.error().message;
  EXPECT_EQ(scenario->host_types.size(), 1U);
}

TEST(Scenario, NamesTheHorizonsThatAreForecastOrLeavesThemToTheModel) {
  EXPECT_TRUE(load_scenario(ScenarioFile(kGood).path())->horizons.empty());
  const auto named = load_scenario(ScenarioFile(kGood + "forecast horizons: [10m, 20m, 7d]\n").path());
  ASSERT_TRUE(named.has_value()) << named.error().message;
  EXPECT_EQ(named->horizons, (Horizons{std::chrono::minutes(10), std::chrono::minutes(20), std::chrono::days(7)}));
}

struct Mistake {
  std::string was, is;  // in kGood
  int line;
  std::string says;
};

TEST(Scenario, ThatIsWrongIsOneErrorWithItsLine) {
  const std::vector<Mistake> mistakes{
      {"overcommit: {cpu: 1.5}", "overcomit: {cpu: 1.5}", 7, "unknown key 'overcomit' in a scenario; did you mean 'overcommit'?"},
      {"overcommit: {cpu: 1.5}", "overcommit: {cpu: 0}", 7, "'cpu' in overcommit"},
      {"overcommit: {cpu: 1.5}", "overcommit: {cpu: -1}", 7, "'cpu' in overcommit"},
      {"overcommit: {cpu: 1.5}", "overcommit: {cpu: nan}", 7, "'cpu' in overcommit"},
      {"cpu: 16 cores", "cpu: 0 cores", 5, "'cpu' in host type 1: '0 cores' must be at least"},
      {"memory: 64 GiB", "memory: 0 GiB", 5, "'memory' in host type 1: '0 GiB' must be at least"},
      {"disk: 1000 MB/s", "disk: 0 MB/s", 5, "'disk' in host type 1"},
      {"memory: 64 GiB", "memory: 64 cores", 5, "'memory' in host type 1"},
      {"memory: 64 GiB", "memory: 64", 5, "'memory' in host type 1"},
      {"cpu: 16 cores", "cpu: 1e300 cores", 5, "'cpu' in host type 1"},
      {"usd per hour: 0.5", "usd per hour: -0.5", 6, "'usd per hour' in host type 1"},
      {"usd per hour: 0.5", "usd per hour: .inf", 6, "'usd per hour' in host type 1"},
      {"price: on-demand", "price: free", 6, "'price' in host type 1"},
      {"vcpu: 0.03", "vcpu: -0.03", 9, "'vcpu' in allocation prices"},
      {"cpu: 0.25 vCPU", "cpu: 0 vCPU", 8, "'cpu' in steps"},
      {"initial quantile: 90 %", "initial quantile: 90", 10, "'initial quantile' in a scenario"},
      {"growth takes: 30s", "growth takes: -30s", 11, "'growth takes' in a scenario"},
      {"growth takes: 30s", "forecast horizons: [1h, 5m]", 11, "horizons must ascend, as in [5m, 15m, 1h]"},
      {"growth takes: 30s", "forecast horizons: [1h, 8d]", 11, "'forecast horizons' in a scenario"},
      {"growth takes: 30s", "forecast horizons: []", 11, "'forecast horizons' in a scenario"},
      {"to: 2013-08-02", "to: 2013-07-02", 3, "the window ends before it begins"},
      {"from: 2013-08-01", "from: 0001-01-01", 3, "is not a time"},
      {"scenario: small\n", "", 1, "a scenario has no key 'scenario'"},
      {"type: big, ", "", 5, "host type 1 has no key 'type'"},
  };
  for (const Mistake& m : mistakes) {
    SCOPED_TRACE(m.is);
    std::string text = kGood;
    text.replace(text.find(m.was), m.was.size(), m.is);
    const ScenarioFile file(text);
    const auto scenario = load_scenario(file.path());
    ASSERT_FALSE(scenario.has_value());
    EXPECT_EQ(scenario.error().code, ErrorCode::kInvalid);
    EXPECT_THAT(scenario.error().message, AllOf(StartsWith(file.path().string() + ":" + std::to_string(m.line) + ": "), HasSubstr(m.says)));
    EXPECT_EQ(scenario.error().message.find('\n'), std::string::npos);
  }
}

TEST(Scenario, WithoutHostsIsOneError) {
  for (const std::string hosts : {"hosts: []", "hosts:", "hosts: {}"}) {
    std::string text = kGood.substr(0, kGood.find("hosts:")) + hosts + "\n" + kGood.substr(kGood.find("overcommit"));
    const ScenarioFile file(text);
    const auto scenario = load_scenario(file.path());
    ASSERT_FALSE(scenario.has_value()) << hosts;
    EXPECT_THAT(scenario.error().message, AllOf(HasSubstr(":4: "), HasSubstr("'hosts' in a scenario must be a list of at least one map")));
  }
}

TEST(Scenario, WithTwoHostTypesOfOneNameIsOneError) {
  const std::string host = kGood.substr(kGood.find("  - {"), kGood.find("overcommit") - kGood.find("  - {"));
  std::string text = kGood;
  text.insert(text.find("overcommit"), host);
  const ScenarioFile file(text);
  const auto scenario = load_scenario(file.path());
  ASSERT_FALSE(scenario.has_value());
  EXPECT_THAT(scenario.error().message, AllOf(HasSubstr(":7: "), HasSubstr("two host types are called 'big'")));
}

}  // namespace
}  // namespace headroom
