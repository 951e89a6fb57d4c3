// What the API shows of agents, and who may let one in.
#include <gmock/gmock.h>

#include "headroom/identity/testing/agent_key.h"
#include "rig.h"

namespace headroom {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class AgentsApi : public ::testing::Test {
 protected:
  AgentsApi() {
    auto state = std::make_shared<State>(*rig.board.read());
    state->snapshot.vms.front().uuid = "6f1c2d3e-0000-4000-8000-00000000000b";
    rig.board.publish(std::move(state));
  }
  Answer ask(const std::string& method, const std::string& path, std::multimap<std::string, std::string> query = {}) {
    Request r;
    r.method = method;
    r.path = "/api/v1/" + path;
    r.query = std::move(query);
    return api.answer(r, testing::kAdmin);
  }
  json get(const std::string& path) { return json::parse(ask("GET", path).body); }
  const Vm& vm() const { return rig.board.read()->snapshot.vms.front(); }

  testing::StillApi rig;
  Folder folder;
  identity::Authority authority = *identity::Authority::open(folder / "authority.pem", rig.clock.now());
  std::unique_ptr<identity::IdentityBook> identities = *identity::IdentityBook::open((folder / "identity.db").string(), authority, std::chrono::hours(24));
  ingest::AgentBoard agents;
  int wakes = 0;
  std::unique_ptr<ingest::DirectiveBook> directives = *ingest::DirectiveBook::open((folder / "directives.db").string());
  AgentDesk desk{agents, *identities, rig.clock, "10.0.0.5:7475", [this] { ++wakes; }, directives.get()};
  Api api{{rig.board, *rig.history, rig.books, [](bool) -> Result<void> { return {}; }, "/none", {}, &desk}};
};

TEST_F(AgentsApi, ATokenForAVmByItsNameLetsItsAgentJoinAndIsInTheAuditLogWithoutItsText) {
  const Answer answer = ask("POST", "agents/tokens", {{"name", vm().name}, {"expires", "10m"}});
  ASSERT_EQ(answer.status, 200) << answer.body;
  const json made = json::parse(answer.body);
  EXPECT_EQ(made["vm_uuid"], vm().uuid);
  EXPECT_EQ(made["listens_at"], "10.0.0.5:7475");
  EXPECT_EQ(get("agents")["tokens"][0]["vm"], vm().name);
  const auto issued = identities->join(made["token"].get<std::string>(), identity::testing::AgentKey().request(), rig.clock.now());
  ASSERT_TRUE(issued) << issued.error().message;
  EXPECT_EQ(issued->vm_uuid, vm().uuid);
  const json after = get("agents");
  EXPECT_TRUE(after["tokens"].empty());
  EXPECT_EQ(after["certificates"][0]["serial"], issued->serial);
  for (const std::string& entry : rig.entries()) EXPECT_EQ(entry.find(made["token"].get<std::string>()), std::string::npos);
  EXPECT_THAT(rig.entries().back(), HasSubstr("agent token create " + vm().name + ": done"));
}

TEST_F(AgentsApi, RevokingAVmOrASerialTellsTheIngestToLook) {
  const std::string token = *identities->make_token(vm().uuid, std::chrono::hours(1), rig.clock.now());
  const auto issued = *identities->join(token, identity::testing::AgentKey().request(), rig.clock.now());
  EXPECT_EQ(ask("POST", "agents/" + issued.serial + "/revoke").status, 200);
  EXPECT_EQ(*identities->standing(issued.serial, rig.clock.now()), identity::Standing::kRevoked);
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ(ask("POST", "agents/" + vm().name + "/revoke").status, 404) << "nothing is left to revoke";
  EXPECT_EQ(ask("POST", "agents/nobody/revoke").status, 404);
}

TEST_F(AgentsApi, SaysWhatIsWrongWithAWish) {
  EXPECT_EQ(ask("POST", "agents/tokens", {{"name", "nobody"}}).status, 404);
  EXPECT_EQ(ask("POST", "agents/tokens", {{"name", vm().name}, {"expires", "8d"}}).status, 400);
  EXPECT_THAT(ask("POST", "agents/tokens", {{"name", vm().name}, {"expires", "8d"}}).body, HasSubstr("a join token lasts 1s to 7d"));
  EXPECT_EQ(ask("POST", "agents/tokens", {{"name", "6f1c2d3e-0000-4000-8000-00000000000a"}}).status, 200) << "a VM that is not there yet";
  Request other;
  other.path = "/api/v1/agents";
  EXPECT_EQ(rig.api.answer(other, testing::kViewer).status, 404) << "a manager without agents";
}

TEST_F(AgentsApi, ShowsAnAgentWithItsVm) {
  EXPECT_TRUE(get("vms/" + vm().name)["agent"].is_null());
  agents.change(vm().uuid, [&](ingest::AgentState& a) {
    a.connected = true;
    a.version = "0.1.0";
    a.skew = Duration(-1500);
    a.veto = ingest::AgentVeto{rig.clock.now(), "it would hurt"};
    a.boot_id = "00ff";
    a.booted_at = rig.clock.now() - std::chrono::hours(2);
    a.jump = ingest::AgentJump{rig.clock.now(), Duration(12'000)};
    a.late = 3;
    a.lost = 1;
    a.apart = ingest::AgentDisagreement{rig.clock.now() - std::chrono::minutes(7), Resource::kCpu, 1800, 900};
  });
  const json agent = get("vms/" + vm().name)["agent"];
  EXPECT_EQ(agent["connected"], true);
  EXPECT_EQ(agent["skew_seconds"], -1.5);
  EXPECT_EQ(agent["veto"]["reason"], "it would hurt");
  EXPECT_EQ(agent["booted_at"], "2023-11-14T20:13:20Z");
  EXPECT_EQ(agent["jump"]["by_seconds"], 12);
  EXPECT_EQ(agent["late_reports"], 3);
  EXPECT_EQ(agent["lost_samples"], 1);
  EXPECT_EQ(agent["disagreement"]["since"], "2023-11-14T22:06:20Z");
  EXPECT_EQ(agent["disagreement"]["by_agent"], 1800);
  EXPECT_EQ(get("agents")["agents"][0]["vm"], vm().name);
}

TEST_F(AgentsApi, ShowsWhatAGuestIsAskedUntilItHasAnswered) {
  agents.change(vm().uuid, [](ingest::AgentState&) {});
  EXPECT_TRUE(get("agents")["agents"][0]["asked"].empty());
  const Instant now = rig.clock.now();
  ingest::Directive fewer;
  fewer.vm_uuid = vm().uuid;
  fewer.vcpus_from = 4;
  fewer.vcpus_to = 2;
  fewer.until = now + std::chrono::seconds(30);
  fewer.reason = "less is enough";
  const auto id = directives->ask(fewer, now);
  ASSERT_TRUE(id) << id.error().message;
  const json asked = get("agents")["agents"][0]["asked"];
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0]["reason"], "less is enough");
  EXPECT_EQ(asked[0]["until"], to_rfc3339(now + std::chrono::seconds(30)));
  EXPECT_EQ(asked[0]["kind"], "allocation");
  EXPECT_EQ(asked[0]["moment"], "before");
  EXPECT_EQ(asked[0]["state"], "open");
  EXPECT_EQ(asked[0]["vcpus"], json({{"from", 4}, {"to", 2}}));
  EXPECT_TRUE(asked[0]["memory"].is_null()) << "it is left alone";
  EXPECT_TRUE(asked[0]["interval_seconds"].is_null());
  ASSERT_TRUE(directives->answer(vm().uuid, *id, ingest::DirectiveState::kVetoed, "no"));
  EXPECT_TRUE(get("agents")["agents"][0]["asked"].empty());
}

TEST_F(AgentsApi, SaysOfWhichKindAGuestsDirectiveIs) {
  agents.change(vm().uuid, [](ingest::AgentState&) {});
  const Instant now = rig.clock.now();
  ingest::Directive directive;
  directive.vm_uuid = vm().uuid;
  directive.until = now + std::chrono::seconds(30);
  directive.memory_kib_from = 4096;
  directive.memory_kib_to = 2048;
  ASSERT_TRUE(directives->ask(directive, now));
  directive.memory_kib_to = 0;
  directive.kind = ingest::DirectiveKind::kSampling;
  directive.interval = Duration(1500);
  ASSERT_TRUE(directives->ask(directive, now));
  directive.kind = ingest::DirectiveKind::kDrain;
  directive.moment = ingest::Moment::kAfter;
  ASSERT_TRUE(directives->ask(directive, now));
  const json asked = get("agents")["agents"][0]["asked"];
  ASSERT_EQ(asked.size(), 3U);
  EXPECT_EQ(asked[0]["memory"], json({{"from", 4 << 20}, {"to", 2 << 20}})) << "in bytes";
  EXPECT_EQ(asked[1]["kind"], "sampling");
  EXPECT_EQ(asked[1]["interval_seconds"], 1.5);
  EXPECT_EQ(asked[2]["kind"], "drain");
  EXPECT_EQ(asked[2]["moment"], "after");
  EXPECT_TRUE(asked[2]["interval_seconds"].is_null());
}

}  // namespace
}  // namespace headroom
