// A real door under TLS, with a certificate made for the test: who is let in, with which token, and what bounds hold.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <thread>

#include "tls_rig.h"

namespace headroom {
namespace {

using access::Role;
using ::testing::HasSubstr;
using testing::make_certificate;
using testing::StillApi;
using testing::TlsDoor;

TEST(TlsDoor, LetsEachTokenDoWhatItsRoleMay) {
  TlsDoor rig;
  const std::string viewer = rig.token("v", Role::kViewer), oper = rig.token("o", Role::kOperator), admin = rig.token("a", Role::kAdmin);
  EXPECT_EQ(rig.get("/api/v1/status"), 401);
  EXPECT_EQ(rig.get("/api/v1/status", viewer), 200);
  EXPECT_EQ(rig.post("/api/v1/pause", viewer), 403);
  EXPECT_EQ(rig.pauses, 0);
  EXPECT_EQ(rig.post("/api/v1/pause", oper), 200);
  EXPECT_EQ(rig.pauses, 1);
  EXPECT_EQ(rig.post("/api/v1/access/tokens?name=x&role=admin", oper), 403);
  EXPECT_EQ(rig.post("/api/v1/access/tokens?name=x&role=admin", admin), 200);
  EXPECT_THAT(rig.entries(), ::testing::Contains("token o pause : done"));
}

TEST(TlsDoor, RefusesATokenThatIsWrongRevokedOrOver) {
  TlsDoor rig;
  const std::string revoked = rig.token("r", Role::kAdmin), good = rig.token("g", Role::kAdmin);
  const std::string over = rig.books.tokens->create({"x", Role::kAdmin, std::chrono::hours(1)})->text;
  ASSERT_TRUE(rig.books.tokens->revoke("r").has_value());
  rig.clock.set(rig.clock.now() + std::chrono::hours(1));
  std::string altered = good;
  altered.back() = altered.back() == 'A' ? 'B' : 'A';
  for (const std::string& bad : {revoked, over, altered, std::string("x")}) EXPECT_EQ(rig.get("/api/v1/status", bad), 401) << bad;
  EXPECT_EQ(rig.get("/api/v1/status", good), 200);
  EXPECT_THAT(rig.entries(), ::testing::ElementsAre("anybody log in : refused: the token 'r' was revoked",
                                                    HasSubstr("log in : refused: the token 'x' ran out"), "anybody log in : refused: no such token"))
      << "and the second of no such token is counted";
}

TEST(TlsDoor, SlowsDownWhoSendsWrongTokens) {
  TlsDoor rig;
  const std::string good = rig.token("g", Role::kViewer);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(rig.get("/api/v1/status", "hrt_wrong"), 401) << i;
  const auto blocked = rig.client(good)->Get("/api/v1/status");
  EXPECT_EQ(blocked->status, 429) << "even the right one, or guessing would go on";
  EXPECT_EQ(blocked->get_header_value("Retry-After"), "10");
  EXPECT_EQ(rig.get("/"), 200) << "the page is everybody's";
  rig.clock.set(rig.clock.now() + std::chrono::seconds(10));
  EXPECT_EQ(rig.get("/api/v1/status", good), 200);
}

TEST(TlsDoor, ServesThePageToThoseWhoHaveNoTokenYet) {
  TlsDoor rig;
  EXPECT_THAT(rig.client()->Get("/")->body, HasSubstr("scripts/page.sh"));
}

TEST(TlsDoor, RefusesAnotherSitesPageThoughItHasAToken) {
  TlsDoor rig;
  const auto client = rig.client(rig.token("o", Role::kOperator));
  EXPECT_EQ(client->Post("/api/v1/pause", httplib::Headers{{"Origin", "https://evil.example"}}, "", "text/plain")->status, 403);
  EXPECT_EQ(rig.pauses, 0);
  const httplib::Headers own{{"Origin", fmt::format("https://127.0.0.1:{}", rig.door->port())}};
  EXPECT_EQ(client->Post("/api/v1/pause", own, "", "text/plain")->status, 200);
}

TEST(TlsDoor, SpeaksNoOlderTlsAndNothingInTheClear) {
  TlsDoor rig;
  const auto old = rig.client();
  SSL_CTX_set_max_proto_version(old->ssl_context(), TLS1_2_VERSION);
  EXPECT_FALSE(old->Get("/"));
  EXPECT_THAT(testing::exchange(rig.door->port(), "GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n"), ::testing::Not(HasSubstr("HTTP/1.1 200")));
  EXPECT_EQ(rig.get("/"), 200) << "and goes on answering";
}

TEST(TlsDoor, IsNotTakenForAnotherBecauseOfItsCertificate) {
  TlsDoor rig;
  const auto client = rig.client();
  client->set_ca_cert_path(make_certificate(rig.folder, "other").certificate.c_str());
  EXPECT_FALSE(client->Get("/"));
}

TEST(TlsDoor, ShowsTheCertificateThatIsInItsFileNow) {
  TlsDoor rig;
  const auto sees = [&](const TlsFiles& trusted) {
    httplib::SSLClient client("127.0.0.1", rig.door->port());
    client.set_ca_cert_path(trusted.certificate.c_str());
    client.enable_server_certificate_verification(true);
    return client.Get("/").error() == httplib::Error::Success;
  };
  const auto kept = [&](const char* name, const TlsFiles& files) {
    return TlsFiles{rig.folder.put(std::string(name) + ".crt", rig.folder.read(files.certificate.filename().string())), files.key};
  };
  const TlsFiles before = kept("before", rig.files), next = make_certificate(rig.folder, "next");
  EXPECT_TRUE(sees(before));
  EXPECT_FALSE(sees(next));
  std::filesystem::rename(next.certificate, rig.files.certificate);   // as who renews them does it: one after the other
  const TlsFiles after = kept("after", rig.files);
  rig.clock.set(rig.clock.now() + std::chrono::seconds(1));
  EXPECT_TRUE(sees(before)) << "the key does not fit yet";
  EXPECT_THAT(rig.entries(), ::testing::ElementsAre(HasSubstr("headroomd read again certificates of --listen: failed: --tls-key")));
  std::filesystem::rename(next.key, rig.files.key);
  rig.clock.set(rig.clock.now() + std::chrono::seconds(1));
  EXPECT_FALSE(sees(before));
  EXPECT_TRUE(sees(after));
  EXPECT_EQ(rig.entries().size(), 2U) << "it is read when it is another, and not each second";
  EXPECT_EQ(rig.entries().back(), "headroomd read again certificates of --listen: done");
}

TEST(TlsDoor, SendsALargeAnswerWhole) {
  TlsDoor rig;
  const std::string token = rig.token("a", Role::kAdmin);
  for (int i = 0; i < 3000; ++i) ASSERT_TRUE(rig.books.audit->append({"x", "", "", "a", std::string(250, 'y'), "done"}).has_value());
  const auto answer = rig.client(token)->Get("/api/v1/audit?limit=10000");
  ASSERT_TRUE(answer);
  EXPECT_GT(answer->body.size(), 1'000'000U);
  EXPECT_EQ(nlohmann::json::parse(answer->body).at("entries").size(), 3000U);
}

TEST(TlsDoor, IsNotHeldByOnePeersIdleConnections) {
  TlsDoor rig;
  std::vector<int> idle;
  for (int i = 0; i < 40; ++i) {
    idle.push_back(socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(rig.door->port()));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(connect(idle.back(), reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  }
  // From another address of this machine, which is another peer.
  const auto other = rig.client();
  other->set_interface("127.0.0.2");
  const auto answer = other->Get("/");
  EXPECT_TRUE(answer && answer->status == 200);
  const Stopwatch closing;
  rig.door.reset();
  EXPECT_LT(closing.seconds(), 2) << "though connections are idle";
  for (const int fd : idle) close(fd);
}

TEST(TlsFiles, ThatDoNotDoAreOneClearError) {
  StillApi rig;
  const TlsFiles good = make_certificate(rig.folder), other = make_certificate(rig.folder, "other");
  const auto error = [&](const TlsFiles& files) {
    const auto door = Door::on_tls({"127.0.0.1", 0}, files, rig.api, rig.books, rig.clock);
    return door ? std::string() : door.error().message;
  };
  EXPECT_EQ(error(good), "");
  EXPECT_THAT(error({"/none", good.key}), HasSubstr("--tls-cert '/none'"));
  EXPECT_THAT(error({good.certificate, "/none"}), HasSubstr("--tls-key '/none': No such file"));
  EXPECT_THAT(error({good.certificate, other.key}), HasSubstr("is not the key of"));
  chmod(good.key.c_str(), 0644);
  EXPECT_THAT(error(good), HasSubstr("may be read by everybody"));
}

}  // namespace
}  // namespace headroom
