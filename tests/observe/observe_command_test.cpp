// headroom observe as people run it: on libvirt's test driver with domains of its corpus, beside hosts that hang or are not there.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "../support/folder.h"
#include "../support/run_program.h"
#include "hanging_daemon.h"
#include "headroom/base/clock.h"

namespace headroom {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

struct Observed {
  int exit_code = -1;
  std::string out, errors;
};

class ObserveCommand : public ::testing::Test {
 protected:
  Observed observe(const std::string& arguments) const {
    const Ran ran = headroom_says(fmt::format("observe {} 2>{}/errors", arguments, folder_));
    std::ifstream errors(folder_ + "/errors");
    return {ran.exit_code, ran.text, {std::istreambuf_iterator<char>(errors), {}}};
  }
  // A host of libvirt's test driver with this domain on it.
  std::string host_with(const std::string& domain) const {
    const std::string path = folder_ + "/node.xml";
    std::ofstream(path) << "<node>" << domain << "<cpu><mhz>2000</mhz><model>x</model><active>4</active><nodes>1</nodes><sockets>1</sockets>"
                        << "<cores>4</cores><threads>1</threads></cpu><memory>8000000</memory></node>";
    return "test://" + path;
  }
  const Folder kept_;
  const std::string folder_ = kept_.path();
};

constexpr const char* kForeign = R"(<domain type='test'><name>instance-1</name><uuid>aaaaaaaa-1111-4000-8000-000000000001</uuid>
<metadata><nova:instance xmlns:nova='http://openstack.org/xmlns/libvirt/nova/1.1'/>
<h:policy xmlns:h='urn:headroom:policy:1'><h:level>sometimes</h:level></h:policy></metadata>
<memory>1048576</memory><currentMemory>524288</currentMemory><vcpu current='2'>4</vcpu><os><type>hvm</type></os></domain>)";

TEST_F(ObserveCommand, ShowsHostsVmsAndWhyNot) {
  const Observed ran = observe("--uri " + host_with(kForeign));
  EXPECT_EQ(ran.exit_code, 0) << ran.errors;
  EXPECT_THAT(ran.out, AllOf(HasSubstr("HOST "), HasSubstr("instance-1"), HasSubstr("2 cores"), HasSubstr("512 MiB"), HasSubstr("immovable")));
  EXPECT_THAT(ran.out, HasSubstr("owned by Nova: metadata of http://openstack.org/xmlns/libvirt/nova/1.1; it is only watched"));
  EXPECT_THAT(ran.out, HasSubstr("moves immovable at best: domains of type 'test' are not known to move"));
  EXPECT_THAT(ran.errors, HasSubstr("headroom:level is 'sometimes'; write observe, recommend or auto"));
}

TEST_F(ObserveCommand, TellsMachinesTheSame) {
  const Observed ran = observe("--uri test:///default -o json");
  ASSERT_EQ(ran.exit_code, 0) << ran.errors;
  const json told = json::parse(ran.out);
  EXPECT_EQ(told["hosts"][0]["physical"]["cpu_millicores"], 16000);
  EXPECT_EQ(told["hosts"][0]["numa"].size(), 2U);
  EXPECT_EQ(told["vms"][0]["uuid"], "6695eb01-f6a4-8304-79aa-97f2502e193f");
  EXPECT_EQ(told["vms"][0]["obstacles"][0]["kind"], "hypervisor");
  EXPECT_EQ(told["vms"][0]["allocation"]["memory_bytes"], 2147483648);
}

TEST_F(ObserveCommand, ShowsTheOthersWhenAHostHangsAndEnds) {
  const libvirt::HangingDaemon hanging;
  const Stopwatch watch;
  const Observed ran = observe(fmt::format("--uri '{}' --uri test:///default --deadline 500ms", hanging.uri()));
  EXPECT_LT(watch.seconds(), 30);
  EXPECT_EQ(ran.exit_code, 5);
  EXPECT_THAT(ran.out, HasSubstr("test:///default"));
  EXPECT_THAT(ran.errors, HasSubstr(hanging.uri() + ": no answer within 500ms"));
}

TEST_F(ObserveCommand, SaysInALineWhatIsWrong) {
  Observed ran = observe("--uri 'qemu+unix:///system?socket=/nonexistent'");
  EXPECT_EQ(ran.exit_code, 5);
  EXPECT_THAT(ran.errors, HasSubstr("Failed to connect socket to '/nonexistent'"));
  EXPECT_EQ(observe("").exit_code, 2);
  ran = observe("--uri test:///default --owner nobody");
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_EQ(ran.errors, "headroom: --owner: 'nobody' is not of the form GLOB=NAME; write 'ha-*=Pacemaker'\n");
  EXPECT_EQ(observe("--uri test:///default --deadline 0s").exit_code, 2);
}

TEST_F(ObserveCommand, BelievesOperatorsAboutOwners) {
  const Observed ran = observe("--uri test:///default --owner 'te*=Pacemaker'");
  EXPECT_THAT(ran.out, HasSubstr("owned by Pacemaker: operators say so of names like 'te*'"));
  EXPECT_THAT(observe("--uri " + host_with(kForeign) + " --owner 'instance-*='").out, Not(HasSubstr("owned by")));
}

// The driver's VMs live as long as the command does: it shows what libvirt gives back after the change.
TEST_F(ObserveCommand, PolicySetChangesWhatIsGivenAndShowsWhatStands) {
  const std::string host = "--uri " + host_with(
      "<domain type='test'><name>shop-1</name><uuid>aaaaaaaa-1111-4000-8000-000000000001</uuid><metadata>"
      "<p:policy xmlns:p='urn:headroom:policy:1'><p:ceiling cpu='3 vCPU'/></p:policy></metadata><memory>1048576</memory><vcpu>1</vcpu>"
      "<os><type>hvm</type></os></domain>");
  Ran ran = headroom_says("policy set shop-1 --level auto --floor cpu=0.5vCPU,memory=256MiB --moves no -o json " + host);
  ASSERT_EQ(ran.exit_code, 0) << ran.text;
  const json told = json::parse(ran.text);
  EXPECT_EQ(told["level"], "auto");
  EXPECT_EQ(told["floor"]["cpu"], 500);
  EXPECT_EQ(told["floor"]["memory"], 268435456);
  EXPECT_EQ(told["ceiling"]["cpu"], 3000) << "not given, so it stays";
  EXPECT_EQ(told["moves"], false);
  ran = headroom_says("policy set aaaaaaaa-1111-4000-8000-000000000001 --clear --level observe " + host);
  EXPECT_THAT(ran.text, AllOf(HasSubstr("Level:    observe"), HasSubstr("Ceiling:  none"), HasSubstr("Moves:    yes")));
  EXPECT_THAT(headroom_says("policy get shop-1 " + host).text, AllOf(HasSubstr("Level:    the fleet's"), HasSubstr("Ceiling:  cpu 3 cores")));
}

TEST_F(ObserveCommand, PolicySaysInALineWhatIsWrong) {
  const auto says = [](const std::string& arguments, int code) {
    const Ran ran = headroom_says("policy " + arguments);
    EXPECT_EQ(ran.exit_code, code) << arguments << ": " << ran.text;
    return ran.text;
  };
  EXPECT_EQ(says("get test --fleet x.yaml --uri test:///default", 2), "headroom: say where the VM is to be looked for: with --fleet FLEET.yaml, or with --uri\n");
  EXPECT_THAT(says("get test --server http://127.0.0.1:1", 5), HasSubstr("no headroomd answers at http://127.0.0.1:1"));
  EXPECT_EQ(says("get test --uri test:///default --socket s", 2).find("no headroomd"), std::string::npos);
  EXPECT_EQ(says("get none --uri test:///default", 3), "headroom: no VM is called 'none'\n");
  EXPECT_THAT(says("get none --uri test:///default --uri 'qemu+unix:///system?socket=/nonexistent'", 5), HasSubstr("1 of 2 did not: "));
  EXPECT_THAT(says("set test --floor cpu --uri test:///default", 2), HasSubstr("floor: 'cpu' is not of the form RESOURCE=AMOUNT"));
  EXPECT_THAT(says("set test --floor cpu=4 --uri test:///default", 2), HasSubstr("floor: '4' has no unit"));
  EXPECT_THAT(says("set test --floor cpu=4vCPU --ceiling cpu=2vCPU --uri test:///default", 2), HasSubstr("the floor of cpu would be over its ceiling"));
  EXPECT_THAT(says("get instance-1 --uri " + host_with(kForeign), 2), HasSubstr("headroom:level is 'sometimes'"));
}

}  // namespace
}  // namespace headroom
