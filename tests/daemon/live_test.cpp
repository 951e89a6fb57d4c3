// headroomd --fleet as people run it, on hosts of libvirt's test driver: they have VMs and metadata, and measure nothing.
#include <fmt/ranges.h>
#include <gmock/gmock.h>

#include <fstream>

#include "../support/folder.h"
#include "../support/manager.h"
#include "headroom/libvirt/state_book.h"

namespace headroom {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* kShop = R"(<domain type='test'><name>shop-1</name><uuid>aaaaaaaa-1111-4000-8000-000000000001</uuid><metadata>
<p:policy xmlns:p='urn:headroom:policy:1'><p:level>observe</p:level><p:floor cpu='1 vCPU'/><p:moves>no</p:moves></p:policy>
<g:placement xmlns:g='urn:headroom:placement:1'><g:group>shop</g:group></g:placement></metadata>
<memory>1048576</memory><vcpu current='2'>4</vcpu><os><type>hvm</type></os></domain>)";
constexpr const char* kPlain = R"(<domain type='test'><name>plain</name><uuid>aaaaaaaa-1111-4000-8000-000000000002</uuid>
<memory>1048576</memory><vcpu>1</vcpu><os><type>hvm</type></os></domain>)";

class LiveManager : public ::testing::Test {
 protected:
  // A host of libvirt's test driver.
  std::string host(const std::string& name, const std::string& domain) const {
    const std::string path = file(name + ".xml");
    std::ofstream(path) << "<node>" << domain << "<cpu><mhz>2000</mhz><model>x</model><active>4</active><nodes>1</nodes><sockets>1</sockets>"
                        << "<cores>4</cores><threads>1</threads></cpu><memory>8000000</memory></node>";
    return fmt::format("  - {{uri: \"test://{}\", name: {}}}\n", path, name);
  }
  std::string file(const std::string& name) const { return (folder_ / name).string(); }
  std::vector<std::string> fleet(const std::string& text) const {
    std::ofstream(file("fleet.yaml")) << text;
    return {"--fleet", file("fleet.yaml"), "--state", file("state")};
  }
  // What it comes to with these options, as one line.
  Ran run(const std::vector<std::string>& options) const {
    return run_line(fmt::format("{} --socket {} --listen 127.0.0.1:0 {}", kManager, file("s"), fmt::join(options, " ")));
  }

  const Folder kept_;
  const std::filesystem::path folder_ = kept_.path();
};

const std::string kHead = "fleet: shop\nevery: 1s\npoll: 1s\nlevel: auto\n";

TEST_F(LiveManager, WatchesAFleetAndIsStillItselfAfterItWasKilled) {
  Manager manager(fleet(kHead + "hosts:\n" + host("h1", kShop) + host("h2", kPlain) +
                        "  - {uri: \"qemu+unix:///system?socket=/nonexistent/sock\"}\n"));
  ASSERT_TRUE(poll_until([&] { return manager.status().at("vms") == 2; }, std::chrono::seconds(60)));
  json status = manager.status();
  EXPECT_EQ(status["mode"], "live");
  EXPECT_EQ(status["scenario"], "shop");
  EXPECT_EQ(status["level"], "auto");
  EXPECT_TRUE(status["rounds"].is_null() && status["to"].is_null());
  EXPECT_THAT(status["message"].get<std::string>(), HasSubstr("Failed to connect socket to '/nonexistent/sock'"));
  const json vms = json::parse(manager.ask("get vms -o json").text);
  for (const json& vm : vms) EXPECT_EQ(vm["level"], vm["name"] == "shop-1" ? "observe" : "auto") << vm.dump();
  EXPECT_THAT(manager.ask("get status").text, AllOf(HasSubstr("shop, level auto, 2 VMs on 3 hosts, of which 1 does not answer"), HasSubstr("one every 1 s")));
  EXPECT_THAT(manager.ask("get hosts").text, ::testing::ContainsRegex("/nonexistent/sock +unreachable since 20"));
  EXPECT_THAT(manager.ask("get vms").text, HasSubstr("CPU PEAK 15M"));
  EXPECT_THAT(manager.ask("describe vm shop-1").text, HasSubstr("its policy says that it stays"));
  const std::string explained = manager.ask("explain vm plain").text;
  EXPECT_THAT(explained, AllOf(HasSubstr("cpu      it has 1 cores"), HasSubstr("network  it has no limit and uses"), Not(HasSubstr("passes 0 kB/s")))) << explained;
  for (const char* what : {"get hosts", "get plan", "get actions", "get score", "get accuracy", "get status", "cost report", "explain vm shop-1"})
    EXPECT_EQ(manager.ask(what).exit_code, 0) << what << ": " << manager.ask(what).text;

  ASSERT_EQ(run_line(fmt::format("{} pause --socket {}", kCommand, manager.socket())).exit_code, 0);
  EXPECT_EQ(manager.status()["state"], "paused");
  manager.end(SIGKILL);
  manager.start();
  ASSERT_TRUE(poll_until([&] { return manager.status().at("vms") == 2; }, std::chrono::seconds(60)));
  EXPECT_EQ(manager.status()["state"], "paused");
  EXPECT_EQ(run_line(fmt::format("{} resume --socket {}", kCommand, manager.socket())).exit_code, 0);
  EXPECT_EQ(manager.status()["state"], "running");
  const Ran second = run({"--fleet", file("fleet.yaml"), "--state", file("state")});
  EXPECT_EQ(second.exit_code, 4) << second.text;
  EXPECT_THAT(second.text, HasSubstr("another process uses"));
  EXPECT_EQ(manager.end(SIGTERM), 0);
  EXPECT_EQ(libvirt::StateBook::open(file("state/libvirt.db")).value()->claim().epoch, 3) << "each start is a new epoch";
}

// By the manager, which is another program's whole process: the driver's default world is as long-lived as that, and the same for its rounds.
TEST_F(LiveManager, ChangesAVmsPolicyForWhoeverMayAndWritesDownWho) {
  const Manager manager(fleet(kHead + "hosts:\n  - {uri: \"test:///default\", name: h1}\n"));
  ASSERT_TRUE(poll_until([&] { return manager.status().at("vms") == 1; }, std::chrono::seconds(60)));
  const auto by_socket = [&](const std::string& what) { return run_line(fmt::format("{} {} --socket {}", kCommand, what, manager.socket())); };
  EXPECT_THAT(manager.ask("policy get test").text, AllOf(HasSubstr("VM:       test on h1\n"), HasSubstr("Level:    the fleet's"), HasSubstr("Floor:    none")));
  const Ran set = by_socket("policy set test --level observe --floor cpu=1vCPU,memory=256MiB --moves no -o json");
  ASSERT_EQ(set.exit_code, 0) << set.text;
  const json told = json::parse(set.text);
  EXPECT_EQ(told.at("floor").at("memory"), 268435456);
  EXPECT_EQ(json::parse(by_socket("policy get test -o json").text), told);
  EXPECT_TRUE(poll_until([&] { return json::parse(manager.ask("get vms -o json").text).at(0).at("level") == "observe"; }, std::chrono::seconds(60))) << "a round sees it";
  const std::size_t rounds = manager.status().at("round");
  EXPECT_TRUE(poll_until([&] { return manager.status().at("round") > rounds + 1; }, std::chrono::seconds(60)));
  Ran refused = manager.ask("policy set test --level auto");
  EXPECT_EQ(refused.exit_code, 4);
  EXPECT_THAT(refused.text, HasSubstr("this takes the role admin"));
  refused = by_socket("policy set test --ceiling cpu=0.5vCPU");
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_EQ(refused.text, "headroom: the floor of cpu would be over its ceiling; change both, or write none\n");
  EXPECT_EQ(by_socket("policy get none").exit_code, 3);
  const std::string log = by_socket("audit list -o json").text;
  EXPECT_THAT(log, AllOf(HasSubstr("allowed: level observe, floor cpu=1vCPU,memory=256MiB, moves no"), HasSubstr("done: level observe, floor of cpu 1 cores"), Not(HasSubstr("somebody on its host"))));
}

// Its figures are of its own horizons, and one is one.
TEST_F(LiveManager, HeadsAFleetOfShortStepsWithItsOwnHorizon) {
  const Manager manager(fleet(kHead + "step: 10s\nforecast horizons: [10s, 30s, 2m]\nhosts:\n" + host("h1", kPlain)));
  ASSERT_TRUE(poll_until([&] { return manager.status().at("vms") == 1; }, std::chrono::seconds(60)));
  EXPECT_THAT(manager.ask("get vms").text, HasSubstr("CPU PEAK 2M  MEMORY PEAK 2M"));
  EXPECT_THAT(manager.ask("get status").text, HasSubstr("1 VM on 1 host\n"));
}

TEST_F(LiveManager, SaysInALineWhatIsWrong) {
  Ran ran = run(fleet("fleet: x\nhosts:\n  - {uri: h1}\n"));
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_THAT(ran.text, AllOf(HasSubstr("fleet.yaml:3: "), HasSubstr("'h1' is no URI")));
  EXPECT_EQ(run({"--fleet", file("none.yaml")}).exit_code, 3);
  const std::vector<std::string> good = fleet(kHead + "hosts:\n" + host("h1", kPlain));
  ran = run({"--fleet", good[1], "--state", "/dev/null/state"});
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_THAT(ran.text, HasSubstr("the state of a live fleet has to outlive a restart, and '/dev/null/state' cannot be written"));
  EXPECT_EQ(run({"--fleet", good[1], "--take", "1m"}).exit_code, 2);
  EXPECT_THAT(run({"--fleet", good[1], "--state", good[3], "--policy", "pve-crs"}).text, HasSubstr("a live fleet is run by headroom or migrate-first"));
  ran = run(fleet("fleet: x\nstep: 7m\nhosts:\n" + host("h1", kPlain)));
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_THAT(ran.text, HasSubstr("a step of 7m"));
}

}  // namespace
}  // namespace headroom
