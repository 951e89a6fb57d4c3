// What a fleet file says of switches.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "headroom/fleet/live_fleet.h"
#include "support/folder.h"

namespace headroom {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct FleetPower : ::testing::Test {
  FleetPower() {
    password = folder.put("password", "s3cret\n");
  }

  static Result<LiveFleet> read(const std::string& power, const std::string& more = "") {
    auto document = config::parse("fleet: small\n" + more + "hosts:\n  - uri: qemu+tls://h1/system\n    name: h1\n    power: " + power + "\n", "f.yaml");
    if (!document) return tl::unexpected(document.error());
    return read_live_fleet(*document, ".");
  }
  static std::shared_ptr<HostPower> made(const std::string& power) {
    const auto fleet = read(power);
    EXPECT_TRUE(fleet) << fleet.error().message;
    return fleet ? fleet->pool.power.switches.at("qemu+tls://h1/system") : nullptr;
  }
  std::string mistake(const std::string& power) const {
    const auto fleet = read(power);
    return fleet ? "it was read" : fleet.error().message;
  }

  const Folder folder;
  std::string password;
};

TEST_F(FleetPower, HasAWayForEachKindOfSwitch) {
  EXPECT_TRUE(made("{program: /usr/local/sbin/switch, arguments: [--rack, r1], called: bay7, within: 10s}")->can_stop());
  EXPECT_FALSE(made("{wake on lan: \"52:54:00:12:34:56\", broadcast: 10.0.0.255, port: 7}")->can_stop());
  EXPECT_TRUE(made("{wake on lan: \"52:54:00:12:34:56\", program: /usr/local/sbin/switch}")->can_stop());
  EXPECT_TRUE(made("{ipmi: 10.0.9.12, user: operator, password file: " + password + ", cipher suite: 17}")->can_start());
  EXPECT_TRUE(made("{redfish: \"https://10.0.9.12\", system: /redfish/v1/Systems/1, user: operator, password file: " + password + "}")->can_start());
}

// The switch of the file is asked about the host of the file.
TEST_F(FleetPower, TellsAProgramTheNameOfTheHost) {
  EXPECT_EQ(made("{program: " + folder.script("switch", "[ \"$1 $2 $3\" = \"--quick state h1\" ] && echo starting\n") + ", arguments: [--quick]}")->state().value(), SwitchState::kStarting);
}

TEST_F(FleetPower, HasTimesForAllHosts) {
  const auto fleet = read("{program: /bin/true}", "power: {start within: 20m, stop within: 90s, answer within: 2s, quiet: 1s, silence: 1m}\n");
  ASSERT_TRUE(fleet) << fleet.error().message;
  EXPECT_EQ(fleet->pool.power.start_within, minutes(20));
  EXPECT_EQ(fleet->pool.power.stop_within, seconds(90));
  EXPECT_EQ(fleet->pool.power.answer_within, seconds(2));
  EXPECT_EQ(fleet->pool.power.quiet, seconds(1));
  EXPECT_EQ(fleet->pool.power.silence, minutes(1));
}

TEST_F(FleetPower, SaysWhatIsWrongAndWhere) {
  EXPECT_THAT(mistake("{}"), HasSubstr("f.yaml:5"));
  EXPECT_THAT(mistake("{within: 10s}"), HasSubstr("names nothing that switches the host; write 'program', 'wake on lan', 'ipmi' or 'redfish'"));
  EXPECT_THAT(mistake("{program: switch}"), HasSubstr("f.yaml:5: power of host 'h1': 'switch' is no absolute path of a program"));
  EXPECT_THAT(mistake("{wake on lan: \"52:54\"}"), HasSubstr("'52:54' is no MAC address"));
  EXPECT_THAT(mistake("{ipmi: 10.0.9.12, user: operator, password file: /nonexistent}"), HasSubstr("the password file /nonexistent: No such file"));
  EXPECT_THAT(mistake("{ipmi: 10.0.9.12, user: operator}"), HasSubstr("has no key 'password file'"));
  EXPECT_THAT(mistake("{ipmi: 10.0.9.12, password file: " + password + ", user: operator, password: s3cret}"), HasSubstr("unknown key 'password'"));
  EXPECT_THAT(mistake("{redfish: \"http://10.0.9.12\", user: operator, password file: " + password + "}"), HasSubstr("over http its password"));
  EXPECT_THAT(mistake("{program: /bin/true, ipmi: 10.0.9.12, user: o, password file: " + password + "}"), HasSubstr("unknown key 'program'"));
}

TEST_F(FleetPower, IsNotNeeded) {
  const auto fleet = load_live_fleet(HEADROOM_SOURCE_DIR "/examples/fleet.yaml");
  ASSERT_TRUE(fleet);
  EXPECT_FALSE(fleet->pool.power.switches.contains("qemu+tls://h2.example/system"));
  EXPECT_TRUE(fleet->pool.power.switches.contains("qemu+tls://h1.example/system"));
}

}  // namespace
}  // namespace headroom
