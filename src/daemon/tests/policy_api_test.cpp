// VMs' own policies over the API, on libvirt's test driver: what is answered, who may, and what the audit log and the notes of the rounds
// say of it together.
#include <gmock/gmock.h>

#include "headroom/daemon/policy_notes.h"
#include "headroom/libvirt/observer.h"
#include "rig.h"

namespace headroom {
namespace {

using access::Role;
using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kUuid = "6695eb01-f6a4-8304-79aa-97f2502e193f";   // of the test driver's VM
const access::Caller kOperator{"token ci", Role::kOperator, "192.0.2.7"}, kAda{"certificate ada", Role::kAdmin, "192.0.2.9"};

using Query = std::multimap<std::string, std::string>;

struct PolicyApi : ::testing::Test {
  ~PolicyApi() override { EXPECT_TRUE(world->set_policy(kUuid, {})); }

  Answer ask(const std::string& method, const access::Caller& caller, const Query& query = {}, const std::string& vm = "test") const {
    Request request;
    request.method = method;
    request.path = "/api/v1/vms/" + vm + "/policy";
    request.query = query;
    return api.answer(request, caller);
  }
  json told(const Answer& answer) const {
    EXPECT_EQ(answer.status, 200) << answer.body;
    return json::parse(answer.body);
  }
  std::string why(const Answer& answer, int status) const {
    EXPECT_EQ(answer.status, status) << answer.body;
    return json::parse(answer.body).at("error").at("message");
  }
  // A round, which hears of the change by an event.
  void round() {
    const auto stands = world->policy(kUuid).value();
    libvirt::Round seen;
    ASSERT_TRUE(poll_until([&] {
      seen = observer.observe();
      return !seen.seen.vms.empty() && seen.seen.vms[0].domain->policy == stands;
    }, std::chrono::seconds(20)));
    desk.look(seen.seen);
    notes.look(seen.seen, rig.clock.now());
  }
  std::vector<std::string> noted() const {
    std::vector<std::string> all;
    for (const std::string& entry : rig.entries())
      if (entry.starts_with("somebody")) all.push_back(entry);
    return all;
  }

  testing::StillApi rig;
  std::shared_ptr<const Clock> clock = std::make_shared<SystemClock>();
  std::unique_ptr<libvirt::DomainMetadata> world = libvirt::DomainMetadata::open("test:///default").value();
  libvirt::MemoryIdBook ids;
  libvirt::Observer observer{{"test:///default"}, {}, clock, ids};
  libvirt::PolicyDesk desk{{.patience = std::chrono::seconds(60)}, clock};
  PolicyNotes notes{*rig.books.audit};
  Api api{{rig.board, *rig.history, rig.books, [](bool) -> Result<void> { return {}; }, "/none", {}, nullptr, &desk}};
};

TEST_F(PolicyApi, ShowsAndChangesAPolicyAndTheLogSaysWhoDidAndWhat) {
  round();
  json policy = told(ask("GET", testing::kViewer));
  const json host = policy.at("host");
  const json none = {{"cpu", nullptr}, {"memory", nullptr}, {"disk", nullptr}, {"network", nullptr}};
  EXPECT_EQ(policy, json({{"vm", "test"}, {"uuid", kUuid}, {"host", host}, {"level", nullptr}, {"floor", none}, {"ceiling", none}, {"moves", true}}));
  policy = told(ask("POST", kAda, {{"level", "observe"}, {"ceiling", "cpu=2vCPU,memory=4GiB"}, {"moves", "no"}}, kUuid));
  EXPECT_EQ(policy.at("level"), "observe");
  EXPECT_EQ(policy.at("ceiling").at("memory"), (4_GiB).count());
  EXPECT_EQ(policy.at("moves"), false);
  EXPECT_EQ(told(ask("GET", testing::kViewer)), policy);
  EXPECT_EQ(world->policy(kUuid)->ceiling[index(Resource::kCpu)], 2000);
  const std::string of = std::string("policy test ") + kUuid;
  EXPECT_THAT(rig.entries(), ElementsAre("certificate ada " + of + ": allowed: level observe, ceiling cpu=2vCPU,memory=4GiB, moves no",
                                         "certificate ada " + of + ": done: level observe, ceiling of cpu 2 cores, ceiling of memory 4 GiB, stays on its host"));
}

TEST_F(PolicyApi, ChangesAreAnAdminsSinceTheyLetHeadroomDoMore) {
  round();
  EXPECT_EQ(why(ask("POST", kOperator, {{"level", "auto"}}), 403), "this takes the role admin, and token ci has the role operator");
  EXPECT_EQ(told(ask("GET", kOperator)).at("level"), nullptr);
  EXPECT_THAT(rig.entries(), ElementsAre("token ci policy test: refused: it takes the role admin"));
}

TEST_F(PolicyApi, RefusesInASentenceWhatCannotBe) {
  EXPECT_EQ(why(ask("GET", kAda), 503), "the hosts have not been asked for their VMs yet; ask again in a moment");
  round();
  EXPECT_EQ(why(ask("GET", kAda, {}, "none"), 404), "no VM is called 'none'");
  EXPECT_EQ(why(ask("POST", kAda), 400), "say what is to change: level, floor, ceiling, moves, or clear=yes (docs/api.md)");
  EXPECT_EQ(why(ask("POST", kAda, {{"level", "sometimes"}}), 400), "level: 'sometimes' is no level; write observe, recommend, auto, or fleet for the fleet's");
  EXPECT_EQ(why(ask("POST", kAda, {{"floor", "cpu=2vCPU"}, {"ceiling", "cpu=1vCPU"}}), 400), "the floor of cpu would be over its ceiling; change both, or write none");
  EXPECT_EQ(*world->policy(kUuid), libvirt::VmPolicy{});
  EXPECT_THAT(rig.entries().back(), HasSubstr("failed: the floor of cpu would be over its ceiling"));
  EXPECT_EQ(json::parse(rig.api.answer({"GET", "/api/v1/vms/web/1/policy", {}, {}, {}, {}}, kAda).body).at("error").at("message"),
            "the VMs of a replay have no policies of their own; those of a live fleet have them in their metadata (docs/libvirt.md)");
}

TEST_F(PolicyApi, WhatWasChangedOverItIsNotNotedAgainAsSomebodysOnTheHost) {
  round();
  told(ask("POST", kAda, {{"level", "observe"}}));
  round();
  told(ask("POST", kAda, {{"level", "recommend"}}));
  told(ask("POST", kAda, {{"level", "auto"}}));
  round();
  rig.clock.set(rig.clock.now() + std::chrono::hours(1));
  round();
  PolicyNotes(*rig.books.audit).look(observer.observe().seen, rig.clock.now());   // after a restart
  EXPECT_THAT(noted(), IsEmpty());
  ASSERT_TRUE(world->set_policy(kUuid, *libvirt::changed({}, {.level = "observe"})));
  round();
  EXPECT_THAT(noted(), ElementsAre(std::string("somebody on its host policy test ") + kUuid + ": seen: level observe"));
}

// A round may see the host's new state before the log has that it is done, or the old one after.
TEST_F(PolicyApi, ARoundInTheMiddleOfAChangeWaitsForTheLog) {
  round();
  ASSERT_TRUE(rig.books.audit->append({"certificate ada", "admin", "", kPolicyAction, policy_target("test", kUuid), "allowed: level observe"}));
  ASSERT_TRUE(world->set_policy(kUuid, *libvirt::changed({}, {.level = "observe"})));
  round();
  EXPECT_THAT(noted(), IsEmpty());
  rig.clock.set(rig.clock.now() + std::chrono::minutes(1));
  round();
  EXPECT_THAT(noted(), ElementsAre(HasSubstr("seen: level observe"))) << "the manager was killed in between: that it came about has to be somewhere";
}

TEST_F(PolicyApi, WhoIsRefusedCannotHideWhatIsChangedOnTheHost) {
  round();
  EXPECT_EQ(ask("POST", kOperator, {{"level", "auto"}}, policy_target("test", kUuid)).status, 403);
  ASSERT_TRUE(world->set_policy(kUuid, *libvirt::changed({}, {.level = "observe"})));
  round();
  EXPECT_THAT(rig.entries(), ElementsAre(HasSubstr(std::string("policy test ") + kUuid + ": refused"), HasSubstr("seen: level observe")));
}

TEST_F(PolicyApi, WhatFailedIsNotTakenForWhatStands) {
  ASSERT_TRUE(world->set_policy(kUuid, *libvirt::changed({}, {.level = "observe"})));
  round();
  EXPECT_EQ(noted().size(), 1U);
  EXPECT_EQ(ask("POST", kAda, {{"floor", "cpu=4"}}).status, 400);
  rig.clock.set(rig.clock.now() + std::chrono::hours(1));
  PolicyNotes(*rig.books.audit).look(observer.observe().seen, rig.clock.now());
  EXPECT_EQ(noted().size(), 1U) << "it stands as it was noted";
}

}  // namespace
}  // namespace headroom
