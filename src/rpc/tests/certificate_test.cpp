// Clients that show a certificate in place of a token.
#include <gmock/gmock.h>

#include "headroom/identity/testing/agent_key.h"
#include "rig.h"

namespace headroom::rpc {
namespace {

using access::Role;
using grpc::StatusCode;
using identity::testing::AgentKey;
using identity::testing::certificate_for;
using identity::testing::Names;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr Duration kHour = std::chrono::hours(1);

std::string pem_of(EVP_PKEY* key) {
  const std::unique_ptr<BIO, identity::Freed<BIO_free_all>> memory(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

struct Authority {
  Authority(const testing::Folder& folder, const std::string& name, Instant now)
      : file(folder / name), authority(*identity::Authority::open(file, now)), key(identity::testing::key_in(file)) {}
  std::filesystem::path file;
  identity::Authority authority;
  identity::Key key;
};

class GrpcCertificates : public ::testing::Test {
 protected:
  GrpcCertificates() {
    files.client_ca = rig.folder.put("clients.pem", identity::to_pem(ours.authority.certificate()));
    server = Server::open({{{}, {"127.0.0.1", 0}}, files}, rig.api, rig.books, rig.clock).value();
  }
  testing::Channel channel(const Authority& by, const Names& names, Duration from = -kHour, Duration until = kHour) const {
    const AgentKey own;
    const auto certificate = certificate_for(*own.key, names, "01", rig.clock.now() + from, rig.clock.now() + until, &by.authority.certificate(), *by.key);
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = rig.folder.read("tls.crt");
    options.pem_private_key = pem_of(own.key.get());
    options.pem_cert_chain = identity::to_pem(*certificate);
    return testing::connect(server->target(), grpc::SslCredentials(options));
  }
  testing::Channel of(Role role) const { return channel(ours, {"URI:headroom://role/" + std::string(access::name(role)), "clientAuth", "ada"}); }

  testing::StillApi rig;
  TlsFiles files = testing::make_certificate(rig.folder);
  Authority ours{rig.folder, "ours.pem", rig.clock.now()}, others{rig.folder, "others.pem", rig.clock.now()};
  std::unique_ptr<Server> server;
};

// A client of OpenSSL's alone, which speaks one version of TLS and sees the server's certificate.
class OneVersion {
 public:
  OneVersion(const std::string& target, int version) {
    SSL_CTX_set_min_proto_version(context_.get(), version);
    SSL_CTX_set_max_proto_version(context_.get(), version);
    const std::unique_ptr<BIO, identity::Freed<BIO_free_all>> connection(BIO_new_ssl_connect(context_.get()));
    BIO_set_conn_hostname(connection.get(), target.c_str());
    SSL* ssl = nullptr;
    BIO_get_ssl(connection.get(), &ssl);
    constexpr unsigned char kHttp2[] = {2, 'h', '2'};
    SSL_set_alpn_protos(ssl, kHttp2, sizeof kHttp2);
    greeted_ = BIO_do_handshake(connection.get()) == 1;
    if (const X509* seen = SSL_get0_peer_certificate(ssl); seen != nullptr) certificate_ = identity::to_pem(*seen);
  }
  bool greeted() const { return greeted_; }
  const std::string& certificate() const { return certificate_; }

 private:
  std::unique_ptr<SSL_CTX, identity::Freed<SSL_CTX_free>> context_{SSL_CTX_new(TLS_client_method())};
  bool greeted_ = false;
  std::string certificate_;
};

TEST_F(GrpcCertificates, GoWithTls13Alone) {
  EXPECT_TRUE(OneVersion(server->target(), TLS1_3_VERSION).greeted());
  EXPECT_FALSE(OneVersion(server->target(), TLS1_2_VERSION).greeted());
  EXPECT_TRUE(testing::status(of(Role::kViewer)).ok());
}

TEST_F(GrpcCertificates, OfTheServerIsTheOneInItsFileNow) {
  const std::string before = rig.folder.read("tls.crt");
  EXPECT_EQ(OneVersion(server->target(), TLS1_3_VERSION).certificate(), before);
  const testing::Channel stays = of(Role::kViewer);
  EXPECT_TRUE(testing::status(stays).ok());
  const TlsFiles next = testing::make_certificate(rig.folder, "next");
  const auto greet_later = [&] {
    rig.clock.set(rig.clock.now() + std::chrono::seconds(1));
    return OneVersion(server->target(), TLS1_3_VERSION).certificate();
  };
  std::filesystem::rename(next.certificate, files.certificate);   // one after the other: the key does not fit for a moment
  static_cast<void>(greet_later());
  EXPECT_TRUE(poll_until([&] { return ::testing::Value(rig.entries(), Contains(HasSubstr("read again certificates of --grpc-listen: failed: --tls-key"))); }, std::chrono::seconds(30)));
  std::filesystem::rename(next.key, files.key);
  EXPECT_TRUE(poll_until([&] { return greet_later() == rig.folder.read("tls.crt"); }, std::chrono::seconds(30)));
  EXPECT_THAT(rig.entries(), Contains("headroomd read again certificates of --grpc-listen: done"));
  EXPECT_TRUE(testing::status(stays).ok()) << "who is there stays";
  EXPECT_TRUE(testing::status(of(Role::kViewer)).ok());
}

TEST_F(GrpcCertificates, LetEachDoWhatTheRoleInItMay) {
  EXPECT_TRUE(testing::status(of(Role::kViewer)).ok());
  EXPECT_EQ(testing::pause(of(Role::kViewer)).error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_TRUE(testing::pause(of(Role::kOperator)).ok());
  EXPECT_EQ(rig.pauses, 1);
  EXPECT_THAT(rig.entries(), ElementsAre("certificate ada pause : refused: it takes the role operator", "certificate ada pause : allowed", "certificate ada pause : done"));
}

TEST_F(GrpcCertificates, OfAnotherAuthorityOverNotYetOrForServersAreNotBelieved) {
  const Names viewer{"URI:headroom://role/viewer", "clientAuth", "ada"};
  const std::pair<testing::Channel, const char*> bad[] = {{channel(others, viewer), "certificate signature failure"},
                                                          {channel(ours, viewer, -2 * kHour, -kHour), "certificate has expired"},
                                                          {channel(ours, viewer, kHour, 2 * kHour), "certificate is not yet valid"},
                                                          {channel(ours, {"URI:headroom://role/viewer", "serverAuth", "ada"}), "unsuitable certificate purpose"}};
  for (const auto& [shown, why] : bad) {
    const grpc::Status status = testing::status(shown);
    EXPECT_EQ(status.error_code(), StatusCode::UNAUTHENTICATED) << why;
    EXPECT_EQ(status.error_message(), fmt::format("its certificate is not believed: {}", why));
  }
  EXPECT_THAT(rig.entries(), Contains(HasSubstr("anybody log in : refused: its certificate is not believed")));
}

TEST_F(GrpcCertificates, AreJudgedByTheirFileAsItIsNowAlsoOnAConnectionThatStays) {
  const testing::Channel ada = of(Role::kViewer), bo = channel(others, {"URI:headroom://role/viewer", "clientAuth", "bo"});
  EXPECT_TRUE(testing::status(ada).ok());
  EXPECT_EQ(testing::status(bo).error_code(), StatusCode::UNAUTHENTICATED);
  rig.folder.put("clients.pem", identity::to_pem(others.authority.certificate()));
  rig.clock.set(rig.clock.now() + std::chrono::seconds(1));
  EXPECT_EQ(testing::status(ada).error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_TRUE(testing::status(bo).ok());
  EXPECT_THAT(rig.entries(), Contains("headroomd read again authorities of --grpc-listen: done"));
}

TEST_F(GrpcCertificates, RunOutWhileTheConnectionStays) {
  const auto shown = of(Role::kViewer);
  EXPECT_TRUE(testing::status(shown).ok());
  rig.clock.set(rig.clock.now() + 2 * kHour);
  EXPECT_EQ(testing::status(shown).error_code(), StatusCode::UNAUTHENTICATED);
}

TEST_F(GrpcCertificates, WithoutARoleOrWithoutACertificateATokenIsStillTaken) {
  const auto roleless = channel(ours, {"", "clientAuth", "bob"});
  EXPECT_EQ(testing::status(roleless).error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_THAT(testing::status(roleless).error_message(), HasSubstr("has no role"));
  const std::string token = rig.token("v", Role::kViewer);
  EXPECT_TRUE(testing::status(roleless, {token}).ok());
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = rig.folder.read("tls.crt");
  const auto bare = testing::connect(server->target(), grpc::SslCredentials(options));
  EXPECT_EQ(testing::status(bare).error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_TRUE(testing::status(bare, {token}).ok());
  EXPECT_EQ(testing::pause(of(Role::kAdmin), {token}).error_code(), StatusCode::PERMISSION_DENIED) << "a token that is sent counts, and not the certificate beside it";
}

}  // namespace
}  // namespace headroom::rpc
