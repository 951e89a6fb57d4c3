// How JSON becomes a message, by the messages of the contract.
#include "../src/from_json.h"

#include <gmock/gmock.h>

#include <cmath>

#include "headroom_api.pb.h"

namespace headroom::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <class Message>
Message filled(const std::string& json, std::vector<std::string>* left_out = nullptr) {
  Message message;
  const auto good = fill(json, message, left_out);
  EXPECT_TRUE(good) << (good ? "" : good.error().message);
  return message;
}

std::string refusal(const std::string& json) {
  v1::Vm message;
  const auto good = fill(json, message);
  EXPECT_FALSE(good.has_value()) << json;
  return good ? std::string() : good.error().message;
}

TEST(FromJson, ReadsTextsNumbersWordsAndTimes) {
  const auto status = filled<v1::ManagerStatus>(
      R"({"version": "0.1.0", "mode": "live", "level": "auto", "round": 55, "decision_ms": 4, "now": "2013-08-10T04:35:00.250Z", "troubles": ["a", "b"]})");
  EXPECT_EQ(status.version(), "0.1.0");
  EXPECT_EQ(status.mode(), v1::RUN_MODE_LIVE);
  EXPECT_EQ(status.level(), v1::AUTOMATION_LEVEL_AUTO);
  EXPECT_EQ(status.round(), 55);
  EXPECT_EQ(status.decision_ms(), 4.0) << "a whole number is a number too";
  EXPECT_EQ(status.now().seconds(), 1'376'109'300);
  EXPECT_EQ(status.now().nanos(), 250'000'000);
  EXPECT_THAT(status.troubles(), ElementsAre("a", "b"));
}

TEST(FromJson, LeavesUnsetWhatIsNull) {
  const auto status = filled<v1::ManagerStatus>(R"({"rounds": null, "model": null, "to": null, "drift": {"raised": false, "lean": null}})");
  EXPECT_FALSE(status.has_rounds());
  EXPECT_FALSE(status.has_model());
  EXPECT_FALSE(status.has_to());
  EXPECT_TRUE(status.has_drift());
  EXPECT_FALSE(status.drift().has_lean());
  EXPECT_TRUE(filled<v1::ManagerStatus>(R"({"rounds": 0})").has_rounds()) << "nought is not null";
}

TEST(FromJson, KeepsThePlaceOfANullInAList) {
  const auto samples = filled<v1::VmSamples>(R"({"used": {"cpu": [1, null, 3.5]}})");
  ASSERT_EQ(samples.used().cpu_size(), 3);
  EXPECT_EQ(samples.used().cpu(0), 1);
  EXPECT_TRUE(std::isnan(samples.used().cpu(1)));
  EXPECT_EQ(samples.used().cpu(2), 3.5);
  EXPECT_THAT(refusal(R"({"forecast": {"horizons_seconds": [null]}})"), HasSubstr("horizons_seconds"));
}

TEST(FromJson, MakesAListOfListsAListOfMessages) {
  const auto forecast = filled<v1::Forecast>(R"({"value": {"cpu": [[1, 2], [], [3]]}})");
  ASSERT_EQ(forecast.value().cpu_size(), 3);
  EXPECT_THAT(forecast.value().cpu(0).at(), ElementsAre(1, 2));
  EXPECT_THAT(forecast.value().cpu(1).at(), ElementsAre());
  EXPECT_THAT(forecast.value().cpu(2).at(), ElementsAre(3));
}

TEST(FromJson, PassesOverWhatTheMessageHasNotAndSaysSo) {
  std::vector<std::string> left_out;
  const auto vm = filled<v1::Vm>(R"({"new": {"a": [{"name": "x"}, [1]], "name": "y"}, "name": "z", "news": [[{}], 3], "used": {"gpu": 1, "cpu": 2}, "state": "dreaming"})",
                                 &left_out);
  EXPECT_EQ(vm.name(), "z");
  EXPECT_EQ(vm.used().cpu(), 2);
  EXPECT_EQ(vm.state(), v1::FORECAST_STATE_UNSPECIFIED);
  EXPECT_THAT(left_out, ElementsAre("Vm.new", "Vm.news", "Amounts.gpu", "Vm.state=dreaming"));
}

TEST(FromJson, ReadsWordsOfSeveralPartsAndEmptyOnes) {
  std::vector<std::string> left_out;
  const auto vm = filled<v1::Vm>(R"({"mobility": "live-with-storage", "scaling": {"cpu": "live-up-and-down", "memory": ""}})", &left_out);
  EXPECT_EQ(vm.mobility(), v1::MOBILITY_LIVE_WITH_STORAGE);
  EXPECT_EQ(vm.scaling().cpu(), v1::SCALING_LIVE_UP_AND_DOWN);
  EXPECT_EQ(vm.scaling().memory(), v1::SCALING_UNSPECIFIED);
  EXPECT_THAT(left_out, ElementsAre());
}

TEST(FromJson, LeavesATimeUnsetThatCannotBeTold) {
  const auto host = filled<v1::Host>(R"({"heard_at": "9999-12-31T23:59:59Z", "drained_at": "", "unreachable_since": "1970-01-01T00:00:00Z"})");
  EXPECT_FALSE(host.has_heard_at());
  EXPECT_FALSE(host.has_drained_at());
  EXPECT_TRUE(host.has_unreachable_since());
}

TEST(FromJson, NamesTheFieldThatAValueDoesNotFit) {
  for (const auto& [json, field] : std::map<std::string, std::string>{{R"({"name": 1})", "Vm.name"},
                                                                      {R"({"name": ["a"]})", "Vm.name"},
                                                                      {R"({"name": {}})", "Vm.name"},
                                                                      {R"({"in_flight": 1})", "Vm.in_flight"},
                                                                      {R"({"allocation": {"cpu": 1.5}})", "Resources.cpu"},
                                                                      {R"({"allocation": {"cpu": 18446744073709551615}})", "Resources.cpu"},
                                                                      {R"({"allocation": [1]})", "Vm.allocation"},
                                                                      {R"({"actions": {}})", "Vm.actions"},
                                                                      {R"({"actions": "a"})", "Vm.actions"},
                                                                      {R"({"samples": {"at": "2013-08-10T00:00:00Z"}})", "VmSamples.at"},
                                                                      {R"({"samples": {"used": {"cpu": [[1]]}}})", "SeriesOf.cpu"},
                                                                      {R"({"state": true})", "Vm.state"}})
    EXPECT_THAT(refusal(json), HasSubstr(field)) << json;
}

TEST(FromJson, RefusesWhatIsNoJson) {
  for (const char* broken : {"", "{", R"({"name": "a")", R"({"name": "a"}})", "[1]", "[]"}) EXPECT_FALSE(refusal(broken).empty()) << broken;
}

}  // namespace
}  // namespace headroom::rpc
