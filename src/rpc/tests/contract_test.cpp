// That gRPC says what HTTP says: every endpoint has its method, every word its value, and every answer of a real replay is the same in
// both, key by key.
#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>

#include <cmath>
#include <set>

#include "../src/endpoint.h"
#include "../src/from_json.h"
#include "headroom/actuator/verdict.h"
#include "headroom/daemon/agent_desk.h"
#include "headroom/identity/testing/agent_key.h"
#include "headroom/libvirt/observer.h"
#include "rig.h"

namespace headroom::rpc {
namespace {

using nlohmann::json;
using ::testing::IsEmpty;
using testing::ask;
using testing::connect;
using testing::short_options;
using testing::short_world;

TEST(Contract, EveryEndpointHasAMethodAndEveryMethodIsOfOne) {
  std::set<std::string> there, told;
  for (const Endpoint& e : Api::endpoints()) there.insert(fmt::format("{} {}", e.method, e.pattern));
  for (const auto* service : services())
    for (int i = 0; i < service->method_count(); ++i) told.insert(endpoint_of(*service->method(i)));
  EXPECT_EQ(told, there) << "an endpoint of the API has its method in proto/headroom_api.proto, and the other way round";
}

TEST(Contract, EveryMethodHasAMessageOfItsOwnToAskWith) {
  std::set<const google::protobuf::Descriptor*> requests;
  for (const auto* service : services())
    for (int i = 0; i < service->method_count(); ++i) {
      EXPECT_TRUE(requests.insert(service->method(i)->input_type()).second) << service->method(i)->full_name();
      EXPECT_EQ(service->method(i)->input_type()->name(), service->method(i)->name() + "Request");
    }
}

// Every word that `name` gives a value of an enum has its value in the contract's.
template <class Word>
void expect_words(const char* key, const google::protobuf::Message& prototype, std::initializer_list<Word> words) {
  for (const Word word : words) {
    const std::unique_ptr<google::protobuf::Message> message(prototype.New());
    std::vector<std::string> left_out;
    ASSERT_TRUE(fill(json{{key, name(word)}}.dump(), *message, &left_out)) << name(word);
    EXPECT_THAT(left_out, IsEmpty()) << name(word);
  }
}

TEST(Contract, KnowsTheManagersWords) {
  expect_words("mode", v1::ManagerStatus(), {RunMode::kReplay, RunMode::kLive});
  expect_words("state", v1::ManagerStatus(), {RunState::kRunning, RunState::kPaused, RunState::kFinished, RunState::kFailed});
  expect_words("level", v1::ManagerStatus(), {AutomationLevel::kObserve, AutomationLevel::kRecommend, AutomationLevel::kAuto});
  expect_words("power", v1::Host(), {PowerState::kOff, PowerState::kStarting, PowerState::kOn, PowerState::kFailed});
  expect_words("price_class", v1::Host(), {PriceClass::kReserved, PriceClass::kOnDemand, PriceClass::kSpot, PriceClass::kPower});
  expect_words("state", v1::Vm(), {ForecastState::kNone, ForecastState::kLearning, ForecastState::kReady});
  expect_words("mobility", v1::Vm(), {Mobility::kImmovable, Mobility::kCold, Mobility::kLiveWithStorage, Mobility::kLive});
  expect_words("cpu", v1::ScalingOf(), {Scaling::kNever, Scaling::kAtBoot, Scaling::kLiveUp, Scaling::kLiveUpAndDown});
  expect_words("resource", v1::Action(), {Resource::kCpu, Resource::kMemory, Resource::kDisk, Resource::kNetwork});
  expect_words("kind", v1::Action(), {ActionKind::kResize, ActionKind::kMigrate, ActionKind::kStartHost, ActionKind::kStopHost});
  expect_words("state", v1::Action(), {EntryState::kRunning, EntryState::kDone, EntryState::kFailed, EntryState::kRefused, EntryState::kWaiting});
  expect_words("decision", v1::Action(), {Decision::kStarted, Decision::kRecommended, Decision::kRefused, Decision::kWaiting});
  using ingest::DirectiveKind, ingest::DirectiveState, ingest::Moment;
  expect_words("kind", v1::AgentAsked(), {DirectiveKind::kAllocation, DirectiveKind::kSampling, DirectiveKind::kDrain});
  expect_words("moment", v1::AgentAsked(), {Moment::kBefore, Moment::kAfter});
  expect_words("state", v1::AgentAsked(), {DirectiveState::kOpen, DirectiveState::kDone, DirectiveState::kVetoed, DirectiveState::kExpired, DirectiveState::kFailed, DirectiveState::kUnsupported});
}

// ---- the answers of both, compared by protobuf's own JSON, which shares nothing with ours

bool is_nothing(const json& value) {
  if (value.is_object() || value.is_array()) return std::all_of(value.begin(), value.end(), is_nothing);
  return value.is_null() || value == "" || value == false || value == 0;
}

// protobuf writes whole numbers of 64 bits as texts.
double number(const json& value) { return value.is_string() ? std::stod(value.get<std::string>()) : value.get<double>(); }

bool same_text(const std::string& http, const std::string& grpc) {
  if (http == grpc) return true;
  std::string word;
  for (const char c : http) word += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return grpc.ends_with("_" + word);   // an enum's
}

void expect_same(const json& http, const json& grpc, const std::string& where);

void expect_same_list(const json& http, const json& grpc, const std::string& where) {
  const json& list = grpc.is_object() && grpc.size() == 1 ? *grpc.begin() : grpc;   // a list in a list
  ASSERT_TRUE(list.is_array() && list.size() == http.size()) << where << ": " << http << " and " << grpc;
  for (std::size_t i = 0; i < http.size(); ++i)
    if (http[i].is_null()) EXPECT_EQ(list[i], "NaN") << where;
    else expect_same(http[i], list[i], fmt::format("{}[{}]", where, i));
}

void expect_same(const json& http, const json& grpc, const std::string& where) {
  if (http.is_object()) {
    ASSERT_TRUE(grpc.is_object()) << where << ": " << http << " and " << grpc;
    for (const auto& [key, value] : http.items())
      if (grpc.contains(key)) expect_same(value, grpc.at(key), where + "." + key);
      else EXPECT_TRUE(is_nothing(value)) << where << "." << key << " is missing: " << value;
    for (const auto& [key, value] : grpc.items()) EXPECT_TRUE(http.contains(key)) << where << "." << key << " is made up: " << value;
  } else if (http.is_array()) {
    expect_same_list(http, grpc, where);
  } else if (http.is_number()) {
    EXPECT_EQ(http.get<double>(), number(grpc)) << where;
  } else if (http.is_string()) {
    EXPECT_TRUE(grpc.is_string() && same_text(http, grpc)) << where << ": " << http << " and " << grpc;
  } else {
    EXPECT_EQ(http, grpc) << where;
  }
}

json by_protobuf(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string text;
  EXPECT_TRUE(google::protobuf::util::MessageToJsonString(message, &text, options).ok());
  return json::parse(text);
}

// One API over HTTP and over gRPC, both as an admin.
class Both {
 public:
  explicit Both(const Api& api, const testing::Books& books)
      : api_(api), server_(Server::open({{folder_ / "s", {}}, std::nullopt}, api, books.books, books.clock).value()),
        channel_(connect(server_->target(), grpc::InsecureChannelCredentials())) {}

  json by_http(const std::string& path, std::multimap<std::string, std::string> query = {}) const {
    Request request;
    request.path = "/api/v1/" + path;
    request.query = std::move(query);
    const Answer answer = api_.answer(request, testing::kAdmin);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return json::parse(answer.body);
  }
  template <class Service, class Question, class Reply>
  Reply by_grpc(grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Question&, Reply*), const Question& request) const {
    const auto stub = Service::NewStub(channel_);
    Reply answer;
    const grpc::Status status = ask(*stub, method, request, answer);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return answer;
  }
  // Nothing that HTTP says is without a place, and what it says is what gRPC says.
  void expect_same_answer(const json& http, const google::protobuf::Message& grpc, const std::string& where) const {
    const std::unique_ptr<google::protobuf::Message> again(grpc.New());
    std::vector<std::string> left_out;
    ASSERT_TRUE(fill(http.dump(), *again, &left_out));
    EXPECT_THAT(left_out, IsEmpty()) << where << ": give these keys a field in proto/headroom_api.proto";
    expect_same(http, by_protobuf(grpc), where);
  }

 private:
  testing::Folder folder_;
  const Api& api_;
  std::unique_ptr<Server> server_;
  testing::Channel channel_;
};

json without(json object, const char* key) {
  object.erase(key);
  return object;
}

template <class Message>
Message named(const std::string& name) {
  Message message;
  message.set_name(name);
  return message;
}

// Three hours of the bundled fleet, by the policy with the model.
struct Replayed {
  Replayed() {
    const Stop stop;
    EXPECT_TRUE(run->go(stop).has_value());
  }
  std::unique_ptr<HistoryStore> history = make_memory_history();
  std::unique_ptr<headroom::Run> run = headroom::Run::make(short_world(3), short_options(*history)).value();
  testing::Books books;
  Api api{{run->board(), *history, books.books, [](bool) -> Result<void> { return {}; }, "/none"}};
};

TEST(Contract, AReplayIsToldTheSameOverBoth) {
  Replayed rig;
  const Both both(rig.api, rig.books);
  using Fleet = v1::FleetService;
  using Plans = v1::PlanService;
  both.expect_same_answer(both.by_http("status"), both.by_grpc<Fleet>(&Fleet::Stub::GetStatus, v1::GetStatusRequest()), "status");
  const json fleet = both.by_http("fleet");
  both.expect_same_answer(without(without(without(fleet, "vms"), "levels"), "horizons_seconds"), both.by_grpc<Fleet>(&Fleet::Stub::ListHosts, v1::ListHostsRequest()), "hosts");
  both.expect_same_answer(without(fleet, "hosts"), both.by_grpc<Fleet>(&Fleet::Stub::ListVms, v1::ListVmsRequest()), "vms");
  for (const json& host : fleet.at("hosts"))
    both.expect_same_answer(both.by_http("hosts/" + host.at("name").get<std::string>()), both.by_grpc<Fleet>(&Fleet::Stub::GetHost, named<v1::GetHostRequest>(host.at("name"))), "host");
  for (const json& vm : fleet.at("vms"))
    both.expect_same_answer(both.by_http("vms/" + vm.at("name").get<std::string>()), both.by_grpc<Fleet>(&Fleet::Stub::GetVm, named<v1::GetVmRequest>(vm.at("name"))), "vm");
  both.expect_same_answer(both.by_http("accuracy"), both.by_grpc<Fleet>(&Fleet::Stub::GetAccuracy, v1::GetAccuracyRequest()), "accuracy");
  both.expect_same_answer(both.by_http("cost"), both.by_grpc<Fleet>(&Fleet::Stub::GetCost, v1::GetCostRequest()), "cost");
  both.expect_same_answer(both.by_http("score"), both.by_grpc<Fleet>(&Fleet::Stub::GetScore, v1::GetScoreRequest()), "score");
  both.expect_same_answer(both.by_http("plan"), both.by_grpc<Plans>(&Plans::Stub::GetPlan, v1::GetPlanRequest()), "plan");
  v1::ListActionsRequest all;
  all.set_limit(1000);
  const json actions = both.by_http("actions", {{"limit", "1000"}});
  EXPECT_GT(actions.at("actions").size(), 20U);
  both.expect_same_answer(actions, both.by_grpc<Plans>(&Plans::Stub::ListActions, all), "actions");
}

TEST(Contract, WhatWouldBeIsToldTheSameOverBoth) {
  Replayed rig;
  const Both both(rig.api, rig.books);
  const std::string host = both.by_http("fleet").at("hosts").at(0).at("name");
  v1::WhatIfRequest lost;
  lost.add_change("lose-host=" + host);
  lost.add_change("new-vm=cpu=2,memory=4GiB:2");
  const json http = both.by_http("what-if", {{"change", lost.change(0)}, {"change", lost.change(1)}});
  EXPECT_FALSE(http.at("placed").empty());
  EXPECT_FALSE(http.at("arrivals").empty());
  both.expect_same_answer(http, both.by_grpc<v1::PlanService>(&v1::PlanService::Stub::WhatIf, lost), "what-if");
}

TEST(Contract, AnExplanationIsTheVmsOwn) {
  Replayed rig;
  const Both both(rig.api, rig.books);
  const std::string vm = both.by_http("actions").at("actions").at(0).at("vm");
  const v1::Vm whole = both.by_grpc<v1::FleetService>(&v1::FleetService::Stub::GetVm, named<v1::GetVmRequest>(vm));
  const v1::Explanation why = both.by_grpc<v1::PlanService>(&v1::PlanService::Stub::Explain, named<v1::ExplainRequest>(vm));
  EXPECT_EQ(why.name(), vm);
  ASSERT_GT(why.actions_size(), 0);
  EXPECT_EQ(why.actions(0).SerializeAsString(), whole.actions(0).SerializeAsString());
  EXPECT_EQ(why.actions_size(), whole.actions_size());
  EXPECT_EQ(why.denied_size(), whole.denied_size());
  EXPECT_EQ(why.mobility(), whole.mobility());
}

// On libvirt's test driver.
TEST(Contract, AVmsPolicyIsChangedOverGrpcAndToldTheSameOverBoth) {
  testing::StillApi rig;
  const auto clock = std::make_shared<SystemClock>();
  libvirt::MemoryIdBook ids;
  libvirt::Observer observer({"test:///default"}, {}, clock, ids);
  libvirt::PolicyDesk desk({.patience = std::chrono::seconds(60)}, clock);
  desk.look(observer.observe().seen);
  const Api api({rig.board, *rig.history, rig.books, [](bool) -> Result<void> { return {}; }, "/none", {}, nullptr, &desk});
  const Both both(api, rig);
  using Fleet = v1::FleetService;
  const auto by_both = [&] {
    both.expect_same_answer(both.by_http("vms/test/policy"), both.by_grpc<Fleet>(&Fleet::Stub::GetVmPolicy, named<v1::GetVmPolicyRequest>("test")), "policy");
  };
  by_both();
  auto wish = named<v1::SetVmPolicyRequest>("test");
  wish.set_level("observe");
  wish.set_ceiling("cpu=2vCPU,memory=4GiB");
  wish.set_moves("no");
  const v1::VmPolicy stands = both.by_grpc<v1::ControlService>(&v1::ControlService::Stub::SetVmPolicy, wish);
  EXPECT_EQ(stands.level(), v1::AUTOMATION_LEVEL_OBSERVE);
  EXPECT_EQ(stands.ceiling().memory(), (4_GiB).count());
  EXPECT_FALSE(stands.ceiling().has_disk());
  EXPECT_FALSE(stands.moves());
  by_both();
  EXPECT_THAT(rig.entries().back(), ::testing::EndsWith("done: level observe, ceiling of cpu 2 cores, ceiling of memory 4 GiB, stays on its host"));
  auto nothing = named<v1::SetVmPolicyRequest>("test");
  nothing.set_clear("yes");
  EXPECT_TRUE(both.by_grpc<v1::ControlService>(&v1::ControlService::Stub::SetVmPolicy, nothing).moves());
}

// What the replay has not.
TEST(Contract, AgentsTokensAndTheAuditLogAreToldTheSameOverBoth) {
  testing::StillApi rig;
  const std::string uuid = "6f1c2d3e-0000-4000-8000-00000000000b";
  auto state = std::make_shared<State>(*rig.board.read());
  state->snapshot.vms.front().uuid = uuid;
  state->snapshot.taken_at = rig.clock.now();
  state->unheard.push_back({"h9", rig.clock.now(), "nobody is at home"});
  rig.board.publish(std::move(state));
  auto authority = *identity::Authority::open(rig.folder / "authority.pem", rig.clock.now());
  const auto identities = *identity::IdentityBook::open((rig.folder / "identity.db").string(), authority, std::chrono::hours(24));
  ASSERT_TRUE(identities->join(*identities->make_token(uuid, std::chrono::hours(1), rig.clock.now()), identity::testing::AgentKey().request(), rig.clock.now()));
  ASSERT_TRUE(identities->make_token(uuid, std::chrono::hours(1), rig.clock.now()));
  ingest::AgentBoard agents;
  agents.change(uuid, [&](ingest::AgentState& a) {
    a.connected = true;
    a.version = "0.1.0";
    a.skew = Duration(-1500);
    a.veto = ingest::AgentVeto{rig.clock.now(), "it would hurt"};
    a.demand = ingest::AgentDemand{headroom::Resource::kMemory, 4e9, 5e9, 0.4F, rig.clock.now(), "it swaps"};
    a.boot_id = "00ff";
    a.booted_at = rig.clock.now() - std::chrono::hours(2);
    a.jump = ingest::AgentJump{rig.clock.now(), Duration(12'000)};
    a.late = 3;
    a.apart = ingest::AgentDisagreement{rig.clock.now() - std::chrono::minutes(7), headroom::Resource::kCpu, 1800, 900};
  });
  const auto directives = *ingest::DirectiveBook::open((rig.folder / "directives.db").string());
  ingest::Directive fewer;
  fewer.vm_uuid = uuid;
  fewer.vcpus_from = 4;
  fewer.vcpus_to = 2;
  fewer.until = rig.clock.now() + std::chrono::seconds(30);
  fewer.reason = "less is enough";
  ASSERT_TRUE(directives->ask(fewer, rig.clock.now()));
  ingest::Directive often = fewer;
  often.kind = ingest::DirectiveKind::kSampling;
  often.moment = ingest::Moment::kAfter;
  often.vcpus_to = 0;
  often.interval = Duration(1500);
  ASSERT_TRUE(directives->ask(often, rig.clock.now()));
  const AgentDesk desk{agents, *identities, rig.clock, "10.0.0.5:7475", [] {}, directives.get()};
  const Api api({rig.board, *rig.history, rig.books, [](bool) -> Result<void> { return {}; }, "/none", {}, &desk});
  const Both both(api, rig);
  rig.token("ci", access::Role::kOperator);
  ASSERT_TRUE(rig.books.audit->append({"x", "", "", "a", "b", "done"}));

  using Fleet = v1::FleetService;
  using Access = v1::AccessService;
  both.expect_same_answer(both.by_http("hosts/h9"), both.by_grpc<Fleet>(&Fleet::Stub::GetHost, named<v1::GetHostRequest>("h9")), "an unheard host");
  both.expect_same_answer(both.by_http("vms/web/1"), both.by_grpc<Fleet>(&Fleet::Stub::GetVm, named<v1::GetVmRequest>("web/1")), "a VM with an agent");
  both.expect_same_answer(both.by_http("agents"), both.by_grpc<v1::AgentService>(&v1::AgentService::Stub::ListAgents, v1::ListAgentsRequest()), "agents");
  both.expect_same_answer(both.by_http("access/tokens"), both.by_grpc<Access>(&Access::Stub::ListTokens, v1::ListTokensRequest()), "tokens");
  both.expect_same_answer(both.by_http("audit"), both.by_grpc<Access>(&Access::Stub::ListAuditEntries, v1::ListAuditEntriesRequest()), "audit");
  both.expect_same_answer(both.by_http("audit/check"), both.by_grpc<Access>(&Access::Stub::CheckAudit, v1::CheckAuditRequest()), "audit check");
}

}  // namespace
}  // namespace headroom::rpc
