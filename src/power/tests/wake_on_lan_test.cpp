#include <gmock/gmock.h>
#include <poll.h>

#include <vector>

#include "ipmi_simulator.h"

namespace headroom {
namespace {

using ::testing::HasSubstr;

TEST(WakeOnLan, SendsTheMagicPacket) {
  const auto [fd, port] = bound_udp_socket();
  const auto power = make_power(WakeOnLan{.mac = "52:54:00:aB:34:5f", .broadcast = "127.0.0.1", .port = port}).value();
  ASSERT_TRUE(power->start());
  pollfd there{fd, POLLIN, 0};
  ASSERT_EQ(poll(&there, 1, 10'000), 1);
  std::vector<std::uint8_t> got(2000);
  got.resize(static_cast<std::size_t>(recv(fd, got.data(), got.size(), 0)));
  close(fd);
  std::vector<std::uint8_t> wanted(6, 0xff);
  for (int i = 0; i < 16; ++i) wanted.insert(wanted.end(), {0x52, 0x54, 0x00, 0xab, 0x34, 0x5f});
  EXPECT_EQ(got, wanted);
}

TEST(WakeOnLan, StartsOnlyUnlessAProgramStops) {
  const auto alone = make_power(WakeOnLan{.mac = "52:54:00:12:34:56"}).value();
  EXPECT_TRUE(alone->can_start());
  EXPECT_FALSE(alone->can_stop());
  EXPECT_EQ(alone->stop().error().code, ErrorCode::kRefused);
  EXPECT_EQ(alone->state().value(), SwitchState::kUnknown);
  Folder folder;
  const std::string program = folder.script("switch", "[ $1 = state ] && echo stopping; exit 0\n");
  const auto both = make_power(WakeOnLan{.mac = "52:54:00:12:34:56", .other = PowerCommand{.program = program, .host = "h1"}}).value();
  EXPECT_TRUE(both->can_stop());
  EXPECT_TRUE(both->stop());
  EXPECT_EQ(both->state().value(), SwitchState::kStopping);
}

TEST(WakeOnLan, RefusesSettingsThatMakeNoSense) {
  const auto why = [](WakeOnLan settings) { return make_power(std::move(settings)).error().message; };
  for (const char* mac : {"", "52:54:00:12:34", "52:54:00:12:34:5g", "525400123456", "52:54:00:12:34:56:78", "52.54.00.12.34.56"})
    EXPECT_THAT(why({.mac = mac}), HasSubstr("is no MAC address")) << mac;
  EXPECT_THAT(why({.mac = "52:54:00:12:34:56", .broadcast = "everybody"}), HasSubstr("'everybody' is no IPv4 address"));
  EXPECT_THAT(why({.mac = "52:54:00:12:34:56", .port = 0}), HasSubstr("0 is no UDP port"));
  EXPECT_THAT(why({.mac = "52:54:00:12:34:56", .other = PowerCommand{.program = "x", .host = "h1"}}), HasSubstr("absolute path"));
}

}  // namespace
}  // namespace headroom
