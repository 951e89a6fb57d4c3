// Management boards that refuse, hang or lie: ipmitool against OpenIPMI's simulator, libcurl against a server over TLS.
#include <gmock/gmock.h>

#include "headroom/base/clock.h"
#include "ipmi_simulator.h"
#include "redfish_server.h"

namespace headroom {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(IpmiBoard, IsAskedForAnOrderlyShutdownAndNeverForACut) {
  const IpmiSimulator board;
  const auto power = make_power(board.board()).value();
  ASSERT_TRUE(power->start());
  ASSERT_TRUE(power->stop());
  EXPECT_EQ(board.folder().read("asked"), "power\nshutdown\n");
}

TEST(IpmiBoard, SaysThatAPasswordIsWrongOrABoardSilent) {
  const IpmiSimulator board;
  IpmiBoard settings = board.board();
  settings.password_file = board.folder().put("wrong", "guess\n");
  const auto wrong = make_power(settings).value()->state();
  EXPECT_EQ(wrong.error().code, ErrorCode::kUnreachable);
  EXPECT_THAT(wrong.error().message, HasSubstr("Unable to establish"));
  const auto [silent, port] = bound_udp_socket();
  settings = board.board();
  settings.port = port;
  settings.deadline = milliseconds(500);
  const Stopwatch watch;
  EXPECT_EQ(make_power(settings).value()->start().error().code, ErrorCode::kUnreachable);
  EXPECT_LT(watch.seconds(), 10);
  close(silent);
}

TEST(IpmiBoard, SaysThatIpmitoolIsMissingOrSaysNothingKnown) {
  const Folder folder;
  IpmiBoard settings{.address = "10.0.9.12", .user = "operator", .password_file = folder.put("password", "s3cret\n"),
                     .program = folder.at("absent")};
  EXPECT_THAT(make_power(settings).value()->state().error().message, HasSubstr("cannot be run"));
  settings.program = folder.script("odd", "echo 'Chassis Power is purple'\n");
  EXPECT_THAT(make_power(settings).value()->state().error().message, HasSubstr("ipmitool said 'Chassis Power is purple'"));
}

TEST(PowerBoards, ReadSecretsOnlyFromFilesThatNobodyElseReads) {
  const Folder folder;
  const auto why = [&](const std::string& file) {
    return make_power(IpmiBoard{.address = "10.0.9.12", .user = "operator", .password_file = file}).error().message;
  };
  EXPECT_THAT(why(folder.at("absent")), HasSubstr("No such file or directory"));
  EXPECT_THAT(why(folder.put("open", "s3cret\n", std::filesystem::perms(0640))), HasSubstr("may be read by others; chmod 600 it"));
  EXPECT_THAT(why(folder.put("empty", "\nsecond line\n")), HasSubstr("has no password on its first line"));
  EXPECT_THAT(why(folder.at("")), HasSubstr("is no file"));
  EXPECT_THAT(why(folder.put("long", std::string(2000, 'x'))), HasSubstr("is over 1024 bytes"));
}

TEST(RedfishBoard, IsAskedByItsOwnActionAndOnlyForWhatIsNotSo) {
  const RedfishServer board;
  const auto power = make_power(board.board()).value();
  ASSERT_TRUE(power->stop());
  ASSERT_TRUE(power->start());
  ASSERT_TRUE(power->start());
  ASSERT_TRUE(power->stop());
  EXPECT_THAT(board.asked(), ElementsAre("On", "GracefulShutdown"));
}

TEST(RedfishBoard, SaysWhatTheBoardRefuses) {
  const RedfishServer board;
  RedfishBoard settings = board.board();
  settings.password_file = board.folder().put("wrong", "guess\n");
  const auto wrong = make_power(settings).value()->start();
  EXPECT_EQ(wrong.error().code, ErrorCode::kRefused);
  EXPECT_THAT(wrong.error().message, HasSubstr("answered 401: Who are you?"));
  settings = board.board();
  settings.system = "/redfish/v1/Systems/2";
  EXPECT_EQ(make_power(settings).value()->state().error().code, ErrorCode::kNotFound);
}

TEST(RedfishBoard, SendsItsPasswordToNobodyElse) {
  const RedfishServer board;
  RedfishBoard settings = board.board();
  settings.trusted_file.clear();
  EXPECT_THAT(make_power(settings).value()->state().error().message, HasSubstr("certificate"));
  settings = board.board();
  settings.url.replace(settings.url.find("127.0.0.1"), 9, "localhost");
  EXPECT_FALSE(make_power(settings).value()->state()) << "the certificate is another name's";
  settings = board.board();
  settings.system = "/moved";
  EXPECT_THAT(make_power(settings).value()->state().error().message, HasSubstr("answered 302"));
  settings.system = "/elsewhere";
  EXPECT_THAT(make_power(settings).value()->start().error().message, HasSubstr("names no action ComputerSystem.Reset of its own"));
  settings.url = "http://10.0.9.12";
  EXPECT_THAT(make_power(settings).error().message, HasSubstr("over http its password would be read on the way"));
  settings.url = "https://operator:s3cret@10.0.9.12";
  EXPECT_THAT(make_power(settings).error().message, HasSubstr("names no user"));
}

TEST(RedfishBoard, TakesNoNonsense) {
  const RedfishServer board;
  RedfishBoard settings = board.board();
  settings.system = "/huge";
  EXPECT_EQ(make_power(settings).value()->state().error().code, ErrorCode::kFailed);
  settings.system = "/odd";
  EXPECT_THAT(make_power(settings).value()->state().error().message, HasSubstr("has the power state ''"));
  EXPECT_EQ(make_power(settings).value()->start().error().code, ErrorCode::kFailed);
}

// A board that takes the connection and never answers.
TEST(RedfishBoard, IsGivenUpAtItsDeadline) {
  const Folder folder;
  const int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  ASSERT_EQ(bind(listening, reinterpret_cast<sockaddr*>(&at), size), 0);
  ASSERT_EQ(listen(listening, 8), 0);
  getsockname(listening, reinterpret_cast<sockaddr*>(&at), &size);
  const RedfishBoard settings{.url = fmt::format("https://127.0.0.1:{}", ntohs(at.sin_port)), .user = "operator",
                              .password_file = folder.put("password", "s3cret\n"), .deadline = milliseconds(300)};
  const Stopwatch watch;
  EXPECT_EQ(make_power(settings).value()->stop().error().code, ErrorCode::kUnreachable);
  EXPECT_LT(watch.seconds(), 10);
  close(listening);
}

}  // namespace
}  // namespace headroom
