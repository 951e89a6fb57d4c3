// What goes into the audit log that nobody asked for over the API: agents that come, and policies that are changed on hosts.
#include <gmock/gmock.h>

#include "headroom/access/audit_check.h"
#include "headroom/daemon/agent_audit.h"
#include "headroom/daemon/policy_notes.h"
#include "rig.h"

namespace headroom {
namespace {

using libvirt::VmPolicy;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kUuid = "6f1c2d3e-0000-4000-8000-00000000000a";

struct Seen {
  explicit Seen(VmPolicy policy) {
    libvirt::Domain domain;
    domain.policy = policy;
    Host host;
    host.id = HostId(0);
    host.name = "kvm-1";
    Vm vm;
    vm.id = VmId(0);
    vm.name = "web-1";
    vm.uuid = kUuid;
    vm.host = host.id;
    observation.inventory.hosts = {host};
    observation.inventory.vms = {vm};
    observation.vms.resize(1);
    observation.vms[0].domain = std::make_shared<const libvirt::Domain>(domain);
  }
  libvirt::Observation observation;
};

VmPolicy cautious() {
  VmPolicy policy;
  policy.level = AutomationLevel::kObserve;
  policy.ceiling[index(Resource::kMemory)] = std::int64_t{4} << 30;
  policy.may_move = false;
  return policy;
}

TEST(PolicyNotes, WriteDownWhatAVmsPolicyIsChangedToOnce) {
  testing::Books rig;
  PolicyNotes notes(*rig.books.audit);
  notes.look(Seen({}).observation, rig.clock.now());
  EXPECT_THAT(rig.entries(), IsEmpty()) << "no policy is no news";
  for (int round = 0; round < 3; ++round) notes.look(Seen(cautious()).observation, rig.clock.now());
  notes.look(Seen({}).observation, rig.clock.now());
  const std::string what = "somebody on its host policy web-1 " + kUuid + ": seen: ";
  EXPECT_THAT(rig.entries(), ElementsAre(what + "level observe, ceiling of memory 4 GiB, stays on its host", what + "no policy of its own"));
  EXPECT_EQ(rig.books.audit->newest(1)->front().entry.from, "kvm-1");
}

TEST(PolicyNotes, AfterARestartTellOnlyWhatWasChangedMeanwhile) {
  testing::Books rig;
  PolicyNotes(*rig.books.audit).look(Seen(cautious()).observation, rig.clock.now());
  PolicyNotes(*rig.books.audit).look(Seen(cautious()).observation, rig.clock.now());
  EXPECT_EQ(rig.entries().size(), 1U);
  VmPolicy changed = cautious();
  changed.level = AutomationLevel::kAuto;
  PolicyNotes(*rig.books.audit).look(Seen(changed).observation, rig.clock.now());
  ASSERT_EQ(rig.entries().size(), 2U);
  EXPECT_THAT(rig.entries().back(), HasSubstr("seen: level auto, "));
}

identity::Issued certificate() { return {kUuid, "4a", {}, instant_from_epoch_seconds(1'700'003'600)}; }

TEST(AgentAudit, HasALineForEachAgentThatJoinsAndOneAnHourForAllThatRenew) {
  testing::Books rig;
  {
    AgentAudit audit(*rig.books.audit, rig.clock);
    ASSERT_TRUE(audit.joined("192.0.2.7", certificate()));
    for (int i = 0; i < 500; ++i) audit.renewed(certificate());
    rig.clock.set(rig.clock.now() + std::chrono::hours(1));
    audit.renewed(certificate());
  }
  EXPECT_THAT(rig.entries(), ElementsAre("agent of " + kUuid + " agent join " + kUuid + ": done: certificate 4a until 2023-11-14T23:13:20Z",
                                         "headroomd agent renew : done: 500 since 2023-11-14T22:13:20Z", "headroomd agent renew : done: 1 since 2023-11-14T23:13:20Z"));
}

TEST(AgentAudit, HasOneLineForAPeerThatIsRefusedForTheSameAgainAndAgain) {
  testing::Books rig;
  AgentAudit audit(*rig.books.audit, rig.clock);
  for (int i = 0; i < 100; ++i) audit.refused("192.0.2.7", "", "join", "it may not join: no such join token was made, or it was revoked");
  audit.refused("192.0.2.7", kUuid, "connect", "its certificate is revoked");
  audit.refused("192.0.2.8", "", "join", "it may not join: no such join token was made, or it was revoked");
  rig.clock.set(rig.clock.now() + std::chrono::minutes(10));
  rig.books.audit->settle();
  EXPECT_THAT(rig.entries(), ElementsAre("an agent agent join : refused: it may not join: no such join token was made, or it was revoked",
                                         "agent of " + kUuid + " agent connect " + kUuid + ": refused: its certificate is revoked",
                                         "an agent agent join : refused: it may not join: no such join token was made, or it was revoked",
                                         HasSubstr("(99 more since 2023-11-14T22:13:20Z)")));
  EXPECT_THAT(access::check_audit_log(rig.books.audit->path())->faults, IsEmpty());
}

}  // namespace
}  // namespace headroom
