#include "headroom/agent/settings.h"

#include <gtest/gtest.h>

#include "headroom/agent/endpoint.h"
#include "headroom/agent/testing/tree.h"

namespace headroom::agent {
namespace {

std::string refusal(const std::string& text) {
  const Tree tree;
  tree.write("agent.conf", text);
  Settings settings;
  const auto read = read_settings(settings, tree.path("agent.conf"));
  return read ? "taken" : read.error().message.substr(tree.path().size());
}

TEST(AgentSettings, AreReadWithCommentsAndSpaces) {
  const Tree tree;
  tree.write("agent.conf", "# where\nmanager = 10.0.0.5:7475   # ours\n\n  hook-limit=5s\ntrim = no\nkept-reports = 64");
  Settings settings;
  ASSERT_TRUE(read_settings(settings, tree.path("agent.conf")));
  EXPECT_EQ(settings.manager, "10.0.0.5:7475");
  EXPECT_EQ(settings.hook_limit, std::chrono::seconds(5));
  EXPECT_FALSE(settings.trim);
  EXPECT_EQ(settings.kept_reports, 64u);
}

TEST(AgentSettings, ThatAreWrongAreToldWithTheirLineAndWhatIsWanted) {
  EXPECT_EQ(refusal("trim = no\nmanger = x"), "agent.conf:2: there is no setting 'manger'; headroom-agent --help lists them");
  EXPECT_EQ(refusal("nice = 40"), "agent.conf:1: nice is '40'; write a number from 0 to 19");
  EXPECT_EQ(refusal("state = here"), "agent.conf:1: state is 'here'; write a path from /");
  EXPECT_EQ(refusal("trim"), "agent.conf:1: write key = value");
  EXPECT_EQ(refusal("hook-limit = 20"), "agent.conf:1: hook-limit is '20'; write seconds from 1s to 600s");
}

TEST(AgentSettings, WithoutAManagerAreNotEnough) { EXPECT_FALSE(check(Settings{})); }

TEST(Endpoints, AreAddressesWithAPortOrDevices) {
  EXPECT_FALSE(parse_endpoint("10.0.0.5:7475")->is_device);
  EXPECT_EQ(parse_endpoint("[fd00::5]:7475")->address.ss_family, AF_INET6);
  EXPECT_TRUE(parse_endpoint("/dev/virtio-ports/org.headroom.agent.0")->is_device);
  for (const char* text : {"", "manager:7475", "10.0.0.5", "10.0.0.5:0", "10.0.0.5:99999", "10.0.0.5:74x", "fd00::5:7475"}) EXPECT_FALSE(parse_endpoint(text)) << text;
}

}  // namespace
}  // namespace headroom::agent
