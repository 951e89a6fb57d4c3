// headroom observe as people run it: on libvirt's test driver with domains of its corpus, beside hosts that hang or are not there.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

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
  ObserveCommand() {
    std::string pattern = (std::filesystem::temp_directory_path() / "observe-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~ObserveCommand() override { std::filesystem::remove_all(folder_); }

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
  std::string folder_;
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

}  // namespace
}  // namespace headroom
