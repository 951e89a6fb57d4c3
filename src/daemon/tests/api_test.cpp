#include "headroom/daemon/api.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "rig.h"

namespace headroom {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using testing::Folder;
using testing::short_options;
using testing::short_world;
using testing::StillApi;

Answer ask(const Api& api, const std::string& path) {
  Request request;
  request.path = path;
  return api.answer(request, testing::kViewer);
}

std::set<std::string> keys(const json& object) {
  std::set<std::string> names;
  for (const auto& [key, value] : object.items()) names.insert(key);
  return names;
}

void expect_amounts(const json& object) {
  EXPECT_EQ(keys(object), (std::set<std::string>{"cpu", "memory", "disk", "network"}));
  for (const auto& [key, value] : object.items()) EXPECT_TRUE(value.is_number()) << key;
}

TEST(Api, BeforeTheFirstRoundHasNullsWhereForecastsWouldBe) {
  StillApi rig;
  const json vm = json::parse(ask(rig.api, "/api/v1/fleet").body).at("vms").at(0);
  EXPECT_TRUE(vm.at("peak_q95_15m").is_null());
  const json detail = json::parse(ask(rig.api, "/api/v1/vms/web/1").body);
  EXPECT_TRUE(detail.at("forecast").is_null());
  EXPECT_EQ(detail.at("samples").at("at").size(), 288U);
  for (const char* path : {"status", "plan", "score", "cost", "actions", "hosts/h1"})
    EXPECT_EQ(ask(rig.api, std::string("/api/v1/") + path).status, 200) << path;
}

TEST(Api, ShowsNoForecastOfAVmThatWasNeverSeen) {
  StillApi rig;
  State state = *testing::still_moment();
  state.snapshot.horizons = {std::chrono::minutes(15)};
  Forecast& prior = state.snapshot.vms[0].forecast;
  for (auto& outlooks : prior.outlook) outlooks.resize(1);
  for (const bool seen : {false, true}) {
    prior.state = seen ? ForecastState::kLearning : ForecastState::kNone;
    rig.board.publish(std::make_shared<State>(state));
    const json vm = json::parse(ask(rig.api, "/api/v1/vms/web/1").body);
    EXPECT_EQ(vm.at("peak_q95_15m").is_null(), !seen);
    EXPECT_EQ(vm.at("exceedance_15m").is_null(), !seen);
    EXPECT_EQ(vm.at("forecast").is_null(), !seen);
  }
}

TEST(Api, SaysWhatIsNotThere) {
  StillApi rig;
  for (const char* path : {"/api/v1/vms/none", "/api/v1/hosts/none", "/api/v1/", "/api/v1/secrets"}) {
    const Answer answer = ask(rig.api, path);
    EXPECT_EQ(answer.status, 404) << path;
    EXPECT_EQ(json::parse(answer.body).at("error").at("code"), "not_found") << path;
  }
}

TEST(Api, BoundsTheNumberOfActions) {
  StillApi rig;
  for (const char* limit : {"0", "-1", "1001", "x", "", "99999999999999999999"}) {
    Request request;
    request.path = "/api/v1/actions";
    request.query.emplace("limit", limit);
    EXPECT_EQ(rig.api.answer(request, testing::kViewer).status, 400) << limit;
  }
}

// A real replay of three hours, and what it answers.
struct Replayed {
  Replayed() {
    const Stop stop;
    EXPECT_TRUE(run->go(stop).has_value());
  }
  json get(const std::string& path) const { return json::parse(ask(api, "/api/v1/" + path).body); }

  std::unique_ptr<HistoryStore> history = make_memory_history();
  std::unique_ptr<headroom::Run> run = headroom::Run::make(short_world(3), short_options(*history)).value();
  testing::Books books;
  Api api{{run->board(), *history, books.books, [](bool) -> Result<void> { return {}; }, "/none"}};
};

void expect_status(const json& status) {
  EXPECT_THAT(keys(status), IsSupersetOf({"version", "mode", "scenario", "view", "policy", "state", "message", "now", "from", "to",
                                          "step_seconds", "round", "rounds", "vms", "hosts", "model", "trainer", "decision_ms", "forecast_ms"}));
  EXPECT_EQ(status.at("state"), "finished");
  EXPECT_EQ(status.at("round"), 36);
  EXPECT_EQ(status.at("now"), "2013-08-10T09:00:00Z");
}

void expect_host_line(const json& host) {
  EXPECT_THAT(keys(host), IsSupersetOf({"name", "type", "power", "accepts_vms", "vms", "price_class", "usd_per_hour", "risk"}));
  EXPECT_THAT(keys(host.at("risk")), IsSupersetOf({"horizon_seconds", "cpu_exceedance", "cpu_mean", "cpu_q95"}));
  EXPECT_GE(host.at("risk").at("cpu_q95"), host.at("risk").at("cpu_mean"));
  for (const char* part : {"deliverable", "admissible", "allocated", "used"}) expect_amounts(host.at(part));
}

void expect_vm_line(const json& vm) {
  EXPECT_THAT(keys(vm), IsSupersetOf({"name", "host", "state", "level", "owner", "in_flight"}));
  for (const char* part : {"allocation", "ceiling", "used", "stalled", "peak_q95_15m", "exceedance_15m"}) expect_amounts(vm.at(part));
}

void expect_vm(const json& vm) {
  expect_vm_line(vm);
  EXPECT_EQ(vm.at("samples").at("at").back(), "2013-08-10T09:00:00Z");
  EXPECT_TRUE(vm.at("samples").at("used").at("cpu").back().is_number());
  EXPECT_TRUE(vm.at("samples").at("allocation").at("memory").back().is_number());
  EXPECT_EQ(vm.at("forecast").at("peak").at("cpu").size(), vm.at("forecast").at("horizons_seconds").size());
  EXPECT_EQ(vm.at("forecast").at("value").at("disk").at(0).size(), vm.at("forecast").at("levels").size());
  EXPECT_THAT(keys(vm), IsSupersetOf({"mobility", "mobility_reason", "scaling", "scaling_reason", "actions", "denied"}));
}

void expect_actions(const json& actions) {
  ASSERT_FALSE(actions.empty());
  EXPECT_THAT(keys(actions.at(0)), IsSupersetOf({"id", "at", "kind", "vm", "from", "to", "before", "after", "text", "reason", "code",
                                                 "rule", "resource", "confidence", "decision", "why_refused", "state"}));
}

void expect_score(const json& score) {
  ASSERT_EQ(score.at("policies").size(), 2U);
  EXPECT_EQ(score.at("days"), json::array({"2013-08-10"}));
  EXPECT_EQ(score.at("policies").at(0).at("policy"), "static");
  EXPECT_EQ(score.at("policies").at(1).at("policy"), "headroom");
  for (const json& policy : score.at("policies")) EXPECT_EQ(policy.at("overload_by_day").size(), score.at("days").size());
}

void expect_cost(const json& cost) {
  const auto hour = cost::read_consumption(cost.at("hour"));
  ASSERT_TRUE(hour) << hour.error().message;
  EXPECT_EQ(hour->hours, 1);
  EXPECT_GT(hour->reserved_usd, 0) << "the sample has reserved hosts";
  ASSERT_EQ(cost.at("policies").size(), 2U);
  EXPECT_EQ(cost.at("policies").at(0).at("policy"), "static");
  for (const json& policy : cost.at("policies")) {
    const auto consumed = cost::read_consumption(policy.at("consumed"));
    ASSERT_TRUE(consumed) << consumed.error().message;
    EXPECT_EQ(consumed->hours, 3);
    EXPECT_NEAR(consumed->reserved_usd, 3 * hour->reserved_usd, 1e-9);
  }
}

TEST(Api, AnswersAsDocumented) {
  const Replayed rig;
  expect_status(rig.get("status"));
  const json fleet = rig.get("fleet");
  for (const json& host : fleet.at("hosts")) expect_host_line(host);
  for (const json& vm : fleet.at("vms")) expect_vm_line(vm);
  expect_vm(rig.get("vms/" + fleet.at("vms").at(0).at("name").get<std::string>()));
  const json host = rig.get("hosts/" + fleet.at("hosts").at(0).at("name").get<std::string>());
  EXPECT_EQ(host.at("residents").size(), host.at("vms").get<std::size_t>());
  EXPECT_EQ(host.at("samples").at("at").size(), host.at("samples").at("cpu_used").size());
  const json plan = rig.get("plan");
  EXPECT_EQ(plan.at("made_at"), "2013-08-10T09:00:00Z");
  EXPECT_TRUE(plan.at("breaches").empty());
  EXPECT_TRUE(plan.at("alerts").is_array());
  expect_actions(rig.get("actions").at("actions"));
  expect_score(rig.get("score"));
  expect_cost(rig.get("cost"));
}

Answer ask_what_if(const Api& api, const std::vector<std::string>& changes) {
  Request request;
  request.path = "/api/v1/what-if";
  for (const std::string& change : changes) request.query.emplace("change", change);
  return api.answer(request, testing::kViewer);
}

void expect_figures(const json& figures) {
  EXPECT_EQ(keys(figures), (std::set<std::string>{"hosts", "hosts_on", "vms", "host_usd_per_hour", "allocation_usd_per_hour", "over_risk",
                                                  "fullest", "takes_more", "takes_more_started"}));
  EXPECT_EQ(keys(figures.at("fullest")), (std::set<std::string>{"cpu", "memory", "disk", "network"}));
}

TEST(Api, SaysWhatAChangedFleetWouldComeTo) {
  const Replayed rig;
  const json fleet = rig.get("fleet");
  const std::string host = fleet.at("hosts").at(0).at("name"), vm = fleet.at("vms").at(0).at("name");
  const Answer answer = ask_what_if(rig.api, {"lose-host=" + host, "new-vm=" + vm + ":2", "load=+10%"});
  ASSERT_EQ(answer.status, 200) << answer.body;
  const json told = json::parse(answer.body);
  EXPECT_EQ(told.at("now"), "2013-08-10T09:00:00Z");
  EXPECT_EQ(told.at("changes"), json::array({"lose-host=" + host, "new-vm=" + vm + ":2", "load=+10%"})) << "in their order";
  for (const char* part : {"before", "after", "planned"}) expect_figures(told.at(part));
  EXPECT_EQ(told.at("before").at("vms"), 55);
  EXPECT_EQ(told.at("placed").size(), fleet.at("hosts").at(0).at("vms").get<std::size_t>() + 2);
  EXPECT_EQ(told.at("after").at("vms"), 57 - told.at("without_room").get<int>());
  EXPECT_EQ(keys(told.at("placed").at(0)), (std::set<std::string>{"vm", "from", "to", "how", "why", "starts_host", "allocation"}));
  const json& arrival = told.at("arrivals").at(0);
  EXPECT_EQ(arrival.at("vm"), "new-1");
  EXPECT_EQ(arrival.at("ranked").size() + arrival.at("refused").size() + arrival.at("also").get<std::size_t>(), fleet.at("hosts").size());
  for (const json& refused : arrival.at("refused")) EXPECT_FALSE(refused.at("refused").get<std::string>().empty());
  EXPECT_EQ(told.at("plan_before").at("actions").size(), rig.get("plan").at("actions").size()) << "what the loop planned";
  EXPECT_EQ(answer.body, ask_what_if(rig.api, {"lose-host=" + host, "new-vm=" + vm + ":2", "load=+10%"}).body);
}

TEST(Api, RefusesAChangeItCannotMakeByItsName) {
  const Replayed rig;
  for (const auto& [change, status] : std::map<std::string, int>{{"lose-host=none", 404}, {"new-vm=none", 404}, {"load=30%", 400}, {"fly", 400}}) {
    const Answer answer = ask_what_if(rig.api, {change});
    EXPECT_EQ(answer.status, status) << change;
    EXPECT_THAT(json::parse(answer.body).at("error").at("message").get<std::string>(), HasSubstr(change.substr(0, change.find('='))));
  }
  EXPECT_EQ(ask_what_if(rig.api, std::vector<std::string>(17, "load=+1%")).status, 400);
}

TEST(Api, HasNoForecastToAskWhatIfBeforeTheFirstRound) {
  StillApi rig;
  EXPECT_EQ(ask_what_if(rig.api, {"lose-host=h1"}).status, 503);
}

struct Page {
  Page() {
    std::filesystem::create_directories(folder / "dist/assets");
    std::ofstream(folder / "dist/index.html") << "<!doctype html>";
    std::ofstream(folder / "dist/assets/app-1a2b.js") << "let x;";
    std::ofstream(folder / "secret") << "secret";
    std::filesystem::create_symlink(folder / "secret", folder / "dist/assets/link");
    std::filesystem::create_directories(folder / "dist2");
    std::ofstream(folder / "dist2/near") << "near";
  }
  Answer get(const std::string& path) const { return page_file(folder / "dist", path); }
  Folder folder;
};

TEST(Page, ServesWhatWasBuilt) {
  const Page page;
  EXPECT_EQ(page.get("/").body, "<!doctype html>");
  EXPECT_THAT(page.get("/").type, HasSubstr("text/html"));
  EXPECT_THAT(page.get("/assets/app-1a2b.js").type, HasSubstr("javascript"));
  EXPECT_THAT(page.get("/assets/app-1a2b.js").cache, HasSubstr("immutable"));
}

TEST(Page, DoesNotLeaveItsDirectory) {
  const Page page;
  for (const std::string& path :
       {std::string("/../secret"), std::string("/assets/../../secret"), std::string("//etc/passwd"), std::string("/assets/link"),
        std::string("/assets"), std::string("/../dist2/near"), std::string("/assets/app-1a2b.js\0.html", 25), std::string("secret")})
    EXPECT_EQ(page.get(path).status, 404) << path;
}

TEST(Page, WhenNotBuiltSaysHowToBuildIt) {
  const Answer answer = page_file("/none/here", "/");
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr("scripts/page.sh"));
  EXPECT_EQ(page_file("/none/here", "/assets/app.js").status, 404);
}

}  // namespace
}  // namespace headroom
