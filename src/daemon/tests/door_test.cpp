// Real doors on real sockets: who is let in, what is refused, and what bounds hold.
#include "headroom/daemon/door.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <fstream>

#include "headroom/base/clock.h"
#include "rig.h"

namespace headroom {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using testing::exchange;
using testing::over_socket;
using testing::StillApi;

struct TcpDoor : StillApi {
  std::unique_ptr<Door> door = Door::on_tcp({"127.0.0.1", 0}, api).value();
  std::string ask(const std::string& line, const std::string& headers) {
    return exchange(door->port(), line + " HTTP/1.1\r\n" + headers + "\r\n");
  }
  std::string host() const { return fmt::format("Host: 127.0.0.1:{}\r\n", door->port()); }
};

TEST(TcpDoor, AnswersTheAddressItListensOnAndLocalhost) {
  TcpDoor rig;
  EXPECT_THAT(rig.ask("GET /api/v1/status", rig.host()), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(rig.ask("GET /api/v1/status", fmt::format("Host: localhost:{}\r\n", rig.door->port())), StartsWith("HTTP/1.1 200 "));
}

TEST(TcpDoor, RefusesAnotherHostAndAnotherSitesOrigin) {
  TcpDoor rig;
  for (const std::string& headers : {std::string("Host: evil.example\r\n"), std::string("Host: 127.0.0.1:1\r\n"), std::string(),
                                     rig.host() + "Origin: https://evil.example\r\n", rig.host() + "Origin: null\r\n",
                                     rig.host() + "Host: evil.example\r\n"}) {
    const std::string answer = rig.ask("GET /api/v1/status", headers);
    EXPECT_THAT(answer, ::testing::AnyOf(StartsWith("HTTP/1.1 403 "), StartsWith("HTTP/1.1 400 "))) << headers;
    EXPECT_THAT(answer, ::testing::Not(HasSubstr("\"policy\""))) << headers;
  }
  EXPECT_THAT(rig.ask("GET /api/v1/status", rig.host() + fmt::format("Origin: http://127.0.0.1:{}\r\n", rig.door->port())),
              StartsWith("HTTP/1.1 200 "));
}

TEST(TcpDoor, TakesNoMethodThatChangesAnything) {
  TcpDoor rig;
  for (const char* line : {"POST /api/v1/pause", "POST /api/v1/resume", "POST /api/v1/access/tokens?name=x&role=admin"})
    EXPECT_THAT(rig.ask(line, rig.host() + "Content-Length: 0\r\n"), StartsWith("HTTP/1.1 403 ")) << line;
  for (const char* line : {"PUT /api/v1/fleet", "DELETE /api/v1/vms/web%2F1",
                           "PATCH /api/v1/plan", "POST /", "OPTIONS /api/v1/status"})
    EXPECT_THAT(rig.ask(line, rig.host() + "Content-Length: 0\r\n"), StartsWith("HTTP/1.1 405 ")) << line;
  EXPECT_EQ(rig.pauses, 0);
  EXPECT_THAT(rig.books.tokens->all(), ::testing::IsEmpty());
}

TEST(TcpDoor, TakesNoTokenInTheClear) {
  TcpDoor rig;
  const std::string token = rig.token("ci", access::Role::kAdmin);
  EXPECT_THAT(rig.ask("GET /api/v1/status", rig.host() + "Authorization: Bearer " + token + "\r\n"),
              ::testing::AllOf(StartsWith("HTTP/1.1 400 "), HasSubstr("revoke it")));
  EXPECT_THAT(rig.ask("GET /api/v1/status", rig.host() + "Authorization: Basic YTpi\r\n"), StartsWith("HTTP/1.1 200 ")) << "a proxy's business";
}

TEST(TcpDoor, IsNotOpenedForOtherMachines) {
  TcpDoor rig;
  for (const char* address : {"0.0.0.0", "192.0.2.1", "::"}) {
    const auto door = Door::on_tcp({address, 0}, rig.api);
    ASSERT_FALSE(door.has_value()) << address;
    EXPECT_EQ(door.error().code, ErrorCode::kInvalid);
    EXPECT_THAT(door.error().message, HasSubstr("--tls-cert"));
  }
}

TEST(TcpDoor, SendsTheHeadersThatKeepABrowserHonest) {
  TcpDoor rig;
  const std::string answer = rig.ask("GET /api/v1/status", rig.host());
  EXPECT_THAT(answer, HasSubstr("Content-Security-Policy: default-src 'self'"));
  EXPECT_THAT(answer, HasSubstr("X-Content-Type-Options: nosniff"));
  EXPECT_THAT(answer, ::testing::Not(HasSubstr("Access-Control-Allow")));
}

TEST(TcpDoor, BoundsWhatARequestMaySend) {
  TcpDoor rig;
  std::string many;
  for (int i = 0; i < 80; ++i) many += fmt::format("X-{}: y\r\n", i);
  EXPECT_THAT(rig.ask("GET /api/v1/status", rig.host() + many), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(rig.ask("GET /api/v1/status", rig.host() + "Content-Length: 99999999999\r\n"), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(rig.ask("GET /api/v1/status", rig.host() + "Transfer-Encoding: chunked\r\n"), StartsWith("HTTP/1.1 413 "));
  const std::string endless = rig.ask("GET /api/v1/status", rig.host() + "X: " + std::string(60'000, 'a') + "\r\n");
  EXPECT_THAT(endless, ::testing::Not(StartsWith("HTTP/1.1 200 ")));
  EXPECT_THAT(rig.ask("nonsense", ""), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(rig.ask("GET /api/v1/status", rig.host()), StartsWith("HTTP/1.1 200 ")) << "and goes on answering";
}

TEST(TcpDoor, ServesThePageAndNothingBesideIt) {
  TcpDoor rig;
  std::filesystem::create_directories(rig.folder / "page/assets");
  std::ofstream(rig.folder / "page/index.html") << "<!doctype html>";
  std::ofstream(rig.folder / "secret") << "hidden";
  EXPECT_THAT(rig.ask("GET /", rig.host()), HasSubstr("<!doctype html>"));
  for (const char* path : {"/../secret", "/%2e%2e/secret", "/assets/..%2f..%2fsecret", "/assets/%2e%2e/%2e%2e/secret", "//secret",
                           "/%2fetc/passwd", "/..%5csecret", "/index.html%00.js"}) {
    const std::string answer = rig.ask(std::string("GET ") + path, rig.host());
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 404 ")) << path;
    EXPECT_THAT(answer, ::testing::Not(HasSubstr("hidden"))) << path;
  }
}

TEST(TcpDoor, DoesNotCutRangesOutOfAnAnswer) {
  TcpDoor rig;
  const std::string answer = rig.ask("GET /api/v1/status", rig.host() + "Range: bytes=0-1,0-1,0-1\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
}

TEST(TcpDoor, ClosesAtOnceThoughAConnectionIsIdle) {
  TcpDoor rig;
  const int idle = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(rig.door->port()));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(connect(idle, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  ASSERT_EQ(send(idle, "GET /", 5, 0), 5);
  const Stopwatch closing;
  rig.door.reset();
  EXPECT_LT(closing.seconds(), 1);
  close(idle);
}

TEST(TcpDoor, OnATakenPortIsOneClearError) {
  TcpDoor rig;
  const auto second = Door::on_tcp({"127.0.0.1", rig.door->port()}, rig.api);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::kFailed);
  EXPECT_THAT(second.error().message, HasSubstr("in use"));
}

TEST(TcpAddress, IsAnAddressWithAPort) {
  EXPECT_EQ(parse_tcp_address("localhost:80")->address, "127.0.0.1");
  EXPECT_EQ(parse_tcp_address("[::1]:7474")->address, "::1");
  EXPECT_TRUE(is_loopback(*parse_tcp_address("127.1.2.3:1")));
  for (const char* outside : {"0.0.0.0:7474", "192.168.0.1:7474", "[::]:7474"}) EXPECT_FALSE(is_loopback(parse_tcp_address(outside).value())) << outside;
  for (const char* bad : {"example.com:80", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:70000", ""})
    EXPECT_EQ(parse_tcp_address(bad).error().code, ErrorCode::kInvalid) << bad;
}

TEST(SocketDoor, IsForItsOwnerOnlyAndTakesChanges) {
  StillApi rig;
  const auto path = rig.folder / "s";
  const auto door = Door::on_socket(path, rig.api).value();
  struct stat file{};
  ASSERT_EQ(lstat(path.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777U, 0600U);
  auto client = over_socket(path);
  EXPECT_EQ(client.Post("/api/v1/pause")->status, 200);
  EXPECT_EQ(rig.pauses, 1);
  const std::string who = fmt::format("uid {} pause : ", geteuid());
  EXPECT_THAT(rig.entries(), ::testing::ElementsAre(who + "allowed", who + "done"));
  EXPECT_EQ(client.Get("/api/v1/pause")->status, 405);
}

TEST(SocketDoor, ASecondDaemonOnOneSocketIsTold) {
  StillApi rig;
  const auto first = Door::on_socket(rig.folder / "s", rig.api).value();
  const auto second = Door::on_socket(rig.folder / "s", rig.api);
  ASSERT_FALSE(second.has_value());
  EXPECT_THAT(second.error().message, HasSubstr("another headroomd runs"));
  EXPECT_EQ(over_socket(rig.folder / "s").Get("/api/v1/status")->status, 200);
}

TEST(SocketDoor, WhatADeadProcessLeftIsReplacedAndNothingElse) {
  StillApi rig;
  const auto path = rig.folder / "s";
  const int dead = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.string().copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(bind(dead, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  close(dead);
  auto door = Door::on_socket(path, rig.api).value();
  EXPECT_EQ(over_socket(path).Get("/api/v1/status")->status, 200);
  door.reset();
  EXPECT_FALSE(std::filesystem::exists(path)) << "the socket goes with its door";

  std::ofstream(path) << "a file of somebody's";
  EXPECT_EQ(Door::on_socket(path, rig.api).error().code, ErrorCode::kInvalid);
  EXPECT_TRUE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace headroom
