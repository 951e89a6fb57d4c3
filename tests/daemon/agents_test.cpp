// headroomd with agents, as people run it: a token, a join, reports that stand in the history, a revocation; over a kill -9.
#include <fmt/ranges.h>
#include <gmock/gmock.h>

#include <fstream>

#include "../support/folder.h"
#include "../support/manager.h"
#include "headroom/ingest/testing/test_agent.h"

namespace headroom {
namespace {

using namespace ingest::testing;
using nlohmann::json;
using ::testing::HasSubstr;

constexpr std::uint64_t kSecond = 1'000'000'000;
const std::string kVm = "aaaaaaaa-1111-4000-8000-000000000002";

class AgentManager : public ::testing::Test {
 protected:
  AgentManager() {
    std::ofstream(folder_ / "h1.xml") << "<node><domain type='test'><name>plain</name><uuid>" << kVm << "</uuid><memory>1048576</memory><vcpu>1</vcpu>"
                                      << "<os><type>hvm</type></os></domain><cpu><mhz>2000</mhz><model>x</model><active>4</active><nodes>1</nodes>"
                                      << "<sockets>1</sockets><cores>4</cores><threads>1</threads></cpu><memory>8000000</memory></node>";
    std::ofstream(folder_ / "fleet.yaml") << "fleet: shop\nevery: 1s\npoll: 1s\nhosts:\n  - {uri: \"test://" << (folder_ / "h1.xml").string()
                                          << "\", name: h1}\nagents: {listen: \"127.0.0.1:0\", interval: 1s}\n";
  }
  std::vector<std::string> options() const { return {"--fleet", (folder_ / "fleet.yaml").string(), "--state", (folder_ / "state").string()}; }
  static json agents(const Manager& manager) { return json::parse(manager.ask("agent list -o json").text); }
  static int port(const Manager& manager) {
    const std::string at = agents(manager).at("listens_at");
    return std::stoi(at.substr(at.rfind(':') + 1));
  }
  static bool acknowledged(TestAgent& agent, std::uint64_t sequence) {
    while (const auto message = agent.receive())
      if (message->has_ack() && message->ack().through_sequence() >= sequence) return true;
    return false;
  }

  const Folder folder_;
};

TEST_F(AgentManager, LetsAnAgentInByATokenKeepsItsReportsOverAKillAndShutsItOut) {
  Manager manager(options());
  ASSERT_TRUE(poll_until([&] { return manager.status().at("vms") == 1; }, std::chrono::seconds(60)));
  const Ran made = run_line(fmt::format("{} agent token plain --socket {} 2>/dev/null", kCommand, manager.socket()));
  ASSERT_EQ(made.exit_code, 0) << made.text;
  const Credential me = joined(port(manager), made.text.substr(0, made.text.find('\n')));
  ASSERT_FALSE(me.certificate.empty());
  std::uint64_t sequence = 0;
  {
    TestAgent agent(port(manager), me);
    agent.send(hello_of(id_of('r'), 100 * kSecond));
    const auto welcome = agent.receive();
    ASSERT_TRUE(welcome && welcome->has_welcome());
    EXPECT_EQ(welcome->welcome().epoch(), 1u);
    EXPECT_EQ(welcome->welcome().interval_ms(), 1000u);
    for (; sequence < 5; ++sequence) agent.send(report_of(sequence + 1, (101 + sequence) * kSecond, 700));
    ASSERT_TRUE(acknowledged(agent, 5));
    EXPECT_TRUE(poll_until([&] { return json::parse(manager.ask("describe vm plain -o json").text).at("used").at("cpu") == 700; }, std::chrono::seconds(20)))
        << "libvirt's test driver measures nothing: it is the agent's word";
    EXPECT_THAT(manager.ask("agent list").text, HasSubstr("plain  yes"));
  }
  manager.end(SIGKILL);
  manager.start();
  ASSERT_TRUE(poll_until([&] { return manager.status().at("vms") == 1; }, std::chrono::seconds(60)));
  TestAgent agent(port(manager), me);
  agent.send(hello_of(id_of('r'), 200 * kSecond));
  const auto welcome = agent.receive();
  ASSERT_TRUE(welcome && welcome->has_welcome());
  EXPECT_EQ(welcome->welcome().durable_sequence(), 5u);
  EXPECT_EQ(welcome->welcome().epoch(), 2u);
  EXPECT_EQ(run_line(fmt::format("{} agent revoke plain --socket {}", kCommand, manager.socket())).exit_code, 0);
  const auto last = agent.last_words();
  ASSERT_TRUE(last && last->has_goodbye());
  EXPECT_FALSE(TestAgent(port(manager), me).receive());
  EXPECT_EQ(run_line(fmt::format("{} agent token nobody --socket {}", kCommand, manager.socket())).exit_code, 3);
  EXPECT_EQ(manager.end(SIGTERM), 0);
}

TEST_F(AgentManager, WithoutTheSectionItSaysThatItListensToNone) {
  std::ofstream(folder_ / "fleet.yaml", std::ios::trunc) << "fleet: shop\nevery: 1s\npoll: 1s\nhosts:\n  - {uri: \"test://" << (folder_ / "h1.xml").string() << "\", name: h1}\n";
  Manager manager(options());
  const Ran ran = manager.ask("agent list");
  EXPECT_EQ(ran.exit_code, 3);
  EXPECT_THAT(ran.text, HasSubstr("its fleet file has no section 'agents'"));
  EXPECT_EQ(manager.end(SIGTERM), 0);
}

}  // namespace
}  // namespace headroom
