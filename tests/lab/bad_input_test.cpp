// What operators and fleets get wrong, against real libvirtds: a sentence, and the others go on.
#include "pool_lab.h"

namespace headroom::lab {
namespace {

using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

class LabBadInput : public PoolLab {
 protected:
  // What a pool of these hosts says is wrong, once h1 has answered.
  std::vector<std::string> troubles(const std::string& second) {
    libvirt::MemoryIdBook ids;
    libvirt::LibvirtPool pool({uris_["h1"], second}, options_, clock_, ids, {"bad-input-test", 1});
    EXPECT_TRUE(within(seconds(20), [&] {
      const auto seen = pool.inventory();
      return seen && seen->hosts.size() == 1 && pool.last_round().answered >= 1 && !pool.last_round().seen.troubles.empty();
    }));
    return pool.last_round().seen.troubles;
  }
};

TEST_F(LabBadInput, CertificateOfAStranger) {
  EXPECT_THAT(troubles(lab.uri("h2", "stranger")), Contains(AllOf(HasSubstr("10.78.0.12"), HasSubstr("certificate"))));
}

TEST_F(LabBadInput, CertificateOfTheManagerIsTaken) {
  libvirt::MemoryIdBook ids;
  libvirt::LibvirtPool pool({lab.uri("h1", "tls")}, options_, clock_, ids, {"bad-input-test", 1});
  EXPECT_TRUE(within(seconds(20), [&] { return pool.inventory().has_value(); }));
}

TEST_F(LabBadInput, HostThatIsNotThere) {
  const std::string nobody = "qemu+tcp://10.78.0.19/system";
  EXPECT_THAT(troubles(nobody), Contains(HasSubstr(nobody)));
}

TEST_F(LabBadInput, TwoHostsOfOneUuid) {
  const std::string settings = lab.folder() + "/hosts/h2/etc/libvirtd.conf";
  ASSERT_EQ(run_line("sed -i.kept 's/^host_uuid = .*/'\"$(grep '^host_uuid' " + lab.folder() + "/hosts/h1/etc/libvirtd.conf)\"'/' " + settings).exit_code, 0);
  lab.say("fault daemon h2");
  lab.say("repair daemon h2");
  const auto said = troubles(uris_["h2"]);
  run_line("mv " + settings + ".kept " + settings);
  lab.say("fault daemon h2");
  lab.say("repair daemon h2");
  EXPECT_THAT(said, Contains(AllOf(HasSubstr(uris_["h2"]), HasSubstr("both say they are host"))));
}

TEST_F(LabBadInput, GuestThatVanishesBetweenTwoCalls) {
  const Action a = resize("vm2", 750);
  lab.say("fault guest vm2");
  ASSERT_TRUE(within(seconds(10), [&] { return lab.places("vm2") == 0; }));
  const auto started = pool_->start(ActionId(1), a);
  const Progress end = started ? end_of(ActionId(1), seconds(60)) : Progress{ActionState::kFailed, started.error().message, 0, {}};
  EXPECT_EQ(end.state, ActionState::kFailed);
  EXPECT_NE(end.message, "");
  fmt::print("it says: {}\n", end.message);
  look();
  EXPECT_EQ(seen_.vms.size(), 1U);
  EXPECT_EQ(seen_.hosts.size(), 2U);
  lab.say("repair guest vm2 h2");
}

}  // namespace
}  // namespace headroom::lab
