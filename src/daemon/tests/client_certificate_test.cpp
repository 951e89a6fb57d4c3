// A door under TLS that asks clients for certificates: what each may, and each kind that is refused.
#include <gmock/gmock.h>

#include <atomic>

#include "headroom/base/stop.h"
#include "headroom/identity/testing/agent_key.h"
#include "tls_rig.h"

namespace headroom {
namespace {

using access::Role;
using identity::testing::AgentKey;
using identity::testing::certificate_for;
using identity::testing::Names;
using ::testing::Contains;
using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TlsDoor;

constexpr Duration kHour = std::chrono::hours(1);

struct Shown {
  AgentKey key;
  identity::Certificate certificate;
};

class ClientCertificates : public ::testing::Test {
 protected:
  ClientCertificates() { open(identity::to_pem(authority.certificate())); }

  // `trusted`: what the file of --tls-client-ca holds.
  void open(const std::string& trusted) {
    TlsFiles files = rig.files;
    files.client_ca = rig.folder.put("clients.pem", trusted);
    rig.door = Door::on_tls({"127.0.0.1", 0}, files, rig.api, rig.books, rig.clock).value();
  }
  Shown signed_by_ours(const Names& names, const std::string& serial = "01", Duration from = -kHour, Duration until = kHour) {
    Shown s;
    s.certificate = certificate_for(*s.key.key, names, serial, rig.clock.now() + from, rig.clock.now() + until, &authority.certificate(), *authority_key);
    return s;
  }
  Shown of(Role role) { return signed_by_ours({"URI:headroom://role/" + std::string(name(role)), "clientAuth", std::string(name(role)) + "-ada"}); }

  std::unique_ptr<httplib::SSLClient> client(const Shown& who, const std::string& token = {}) const { return rig.client(token, who.certificate.get(), who.key.key.get()); }
  // 0: there was no handshake.
  int get(const Shown& who, const std::string& path = "/api/v1/status") const {
    const auto answer = client(who)->Get(path);
    return answer ? answer->status : 0;
  }
  int post(const Shown& who, const std::string& path) const {
    const auto answer = client(who)->Post(path);
    return answer ? answer->status : 0;
  }
  // The audit log has that reason, in a moment: the client hears first.
  bool tells(const std::string& why) const {
    const std::string entry = "^anybody log in : refused: its certificate is not believed: .*" + why;
    return poll_until([&] { return ::testing::Value(rig.entries(), Contains(ContainsRegex(entry))); }, std::chrono::seconds(10));
  }
  std::string revocations(const std::string& serial, Duration until) const;

  TlsDoor rig;
  identity::Authority authority = *identity::Authority::open(rig.folder / "authority.pem", rig.clock.now());
  identity::Key authority_key = identity::testing::key_in(rig.folder / "authority.pem");
};

// A list in PEM that revokes one certificate, good until then.
std::string ClientCertificates::revocations(const std::string& serial, Duration until) const {
  const std::unique_ptr<X509_CRL, identity::Freed<X509_CRL_free>> list(X509_CRL_new());
  X509_CRL_set_version(list.get(), 1);
  X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(&authority.certificate()));
  const std::unique_ptr<ASN1_TIME, identity::Freed<ASN1_TIME_free>> from(ASN1_TIME_set(nullptr, epoch_seconds(rig.clock.now() - kHour))),
      to(ASN1_TIME_set(nullptr, epoch_seconds(rig.clock.now() + until)));
  X509_CRL_set1_lastUpdate(list.get(), from.get());
  X509_CRL_set1_nextUpdate(list.get(), to.get());
  X509_REVOKED* one = X509_REVOKED_new();
  const std::unique_ptr<ASN1_INTEGER, identity::Freed<ASN1_INTEGER_free>> number(s2i_ASN1_INTEGER(nullptr, ("0x" + serial).c_str()));
  X509_REVOKED_set_serialNumber(one, number.get());
  X509_REVOKED_set_revocationDate(one, from.get());
  X509_CRL_add0_revoked(list.get(), one);
  EXPECT_GT(X509_CRL_sign(list.get(), authority_key.get(), EVP_sha256()), 0);
  const std::unique_ptr<BIO, identity::Freed<BIO_free_all>> memory(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509_CRL(memory.get(), list.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

TEST_F(ClientCertificates, LetEachDoWhatTheRoleInItMay) {
  EXPECT_EQ(get(of(Role::kViewer)), 200);
  EXPECT_EQ(post(of(Role::kViewer), "/api/v1/pause"), 403);
  EXPECT_EQ(rig.pauses, 0);
  EXPECT_EQ(post(of(Role::kOperator), "/api/v1/pause"), 200);
  EXPECT_EQ(rig.pauses, 1);
  EXPECT_EQ(post(of(Role::kOperator), "/api/v1/access/tokens?name=x&role=admin"), 403);
  EXPECT_EQ(post(of(Role::kAdmin), "/api/v1/access/tokens?name=x&role=viewer"), 200);
  EXPECT_THAT(rig.entries(), ElementsAre("certificate viewer-ada pause : refused: it takes the role operator", "certificate operator-ada pause : allowed",
                                         "certificate operator-ada pause : done", "certificate operator-ada token create x: refused: it takes the role admin",
                                         "certificate admin-ada token create x: allowed", "certificate admin-ada token create x: done"));
}

TEST_F(ClientCertificates, AreNotNeededByWhoHasATokenAndNoneGetsThePageOnly) {
  EXPECT_EQ(rig.get("/api/v1/status"), 401);
  EXPECT_EQ(rig.get("/"), 200);
  EXPECT_EQ(rig.get("/api/v1/status", rig.token("v", Role::kViewer)), 200);
  EXPECT_EQ(rig.post("/api/v1/pause", rig.token("o", Role::kOperator)), 200);
}

TEST_F(ClientCertificates, ATokenThatIsSentCountsAndNotTheCertificateBesideIt) {
  const auto with = [&](const std::string& token) { return client(of(Role::kAdmin), token)->Post("/api/v1/pause")->status; };
  EXPECT_EQ(with(rig.token("v", Role::kViewer)), 403);
  EXPECT_EQ(with("hrt_wrong"), 401) << "a wrong one is not made good by it";
  EXPECT_EQ(rig.pauses, 0);
}

TEST_F(ClientCertificates, WithoutARoleAreRefusedWithTheReasonWhoeverSignedThem) {
  const std::pair<const char*, const char*> bad[] = {{"", "has no role"},
                                                     {"URI:urn:uuid:6f1c2d3e-0000-4000-8000-00000000000a", "has no role"},   // an agent's
                                                     {"URI:headroom://role/viewer,URI:headroom://role/admin", "more than one role"},
                                                     {"URI:headroom://role/root", "there are viewer, operator and admin"}};
  for (const auto& [names, why] : bad) {
    const auto answer = client(signed_by_ours({names, "clientAuth", "bob"}))->Get("/api/v1/status");
    ASSERT_TRUE(answer) << names;
    EXPECT_EQ(answer->status, 401) << names;
    EXPECT_THAT(answer->body, HasSubstr("certificate bob may do nothing here without a token")) << names;
    EXPECT_THAT(answer->body, HasSubstr(why)) << names;
    EXPECT_THAT(rig.entries().back(), HasSubstr("certificate bob read : refused: ")) << names;
  }
}

TEST_F(ClientCertificates, ThatAreNotBelievedEndTheHandshakeAndAreWrittenDown) {
  const std::string role = "URI:headroom://role/admin";
  const auto other = *identity::Authority::open(rig.folder / "other.pem", rig.clock.now());
  const identity::Key others_key = identity::testing::key_in(rig.folder / "other.pem");
  const auto by = [&](const X509* issuer, EVP_PKEY* signer) {
    Shown s;
    s.certificate = certificate_for(*s.key.key, {role}, "01", rig.clock.now() - kHour, rig.clock.now() + kHour, issuer, signer == nullptr ? *s.key.key : *signer);
    return s;
  };
  const std::pair<Shown, const char*> bad[] = {{by(&other.certificate(), others_key.get()), "another authority's, of the same name"},
                                               {by(&authority.certificate(), others_key.get()), "signed by another than it says"},
                                               {by(nullptr, nullptr), "self-signed"},
                                               {signed_by_ours({role}, "01", -2 * kHour, -kHour), "expired"},
                                               {signed_by_ours({role}, "01", kHour, 2 * kHour), "not valid yet"},
                                               {signed_by_ours({role, "serverAuth"}), "for servers"}};
  for (const auto& [shown, what] : bad) EXPECT_EQ(get(shown), 0) << what;
  for (const char* why : {"signature failure", "self-signed certificate", "has expired", "not yet valid", "purpose"}) EXPECT_TRUE(tells(why)) << why;
  EXPECT_EQ(get(of(Role::kAdmin)), 200) << "and it goes on answering those that are good";
}

TEST_F(ClientCertificates, ThatRunOutAreRefusedFromThenOn) {
  const Shown admin = of(Role::kAdmin);
  EXPECT_EQ(get(admin), 200);
  rig.clock.set(rig.clock.now() + kHour + std::chrono::seconds(1));
  EXPECT_EQ(get(admin), 0);
}

TEST_F(ClientCertificates, ThatAListRevokesAreRefusedAndAListThatIsOldLetsNobodyIn) {
  const std::string ours = identity::to_pem(authority.certificate());
  const Names names{"URI:headroom://role/viewer"};
  open(ours + revocations("0a", kHour));
  EXPECT_EQ(get(signed_by_ours(names, "0a")), 0);
  EXPECT_EQ(get(signed_by_ours(names, "0b")), 200);
  EXPECT_TRUE(tells("certificate revoked"));
  open(ours + revocations("0a", -kHour / 2));
  EXPECT_EQ(get(signed_by_ours(names, "0b")), 0);
  EXPECT_TRUE(tells("CRL has expired"));
  EXPECT_EQ(rig.get("/api/v1/status", rig.token("v", Role::kViewer)), 200);
}

std::atomic<int> sessions = 0;
int note_session(SSL*, SSL_SESSION*) { return ++sessions, 0; }

TEST_F(ClientCertificates, AreJudgedByTheirFileAsItIsNow) {
  identity::Authority next = *identity::Authority::open(rig.folder / "next.pem", rig.clock.now());
  const identity::Key next_key = identity::testing::key_in(rig.folder / "next.pem");
  Shown by_next;
  by_next.certificate = certificate_for(*by_next.key.key, {"URI:headroom://role/viewer", "clientAuth", "bo"}, "02", rig.clock.now() - kHour, rig.clock.now() + kHour,
                                        &next.certificate(), *next_key);
  const Shown ada = of(Role::kViewer);
  EXPECT_EQ(get(ada), 200);
  EXPECT_EQ(get(by_next), 0);
  rig.folder.put("clients.pem", identity::to_pem(next.certificate()));
  EXPECT_EQ(get(ada), 200) << "it is looked at once a second";
  rig.clock.set(rig.clock.now() + std::chrono::seconds(1));
  EXPECT_EQ(get(ada), 0);
  EXPECT_EQ(get(by_next), 200);
  EXPECT_THAT(rig.entries(), Contains("headroomd read again certificates of --listen: done"));
  rig.folder.put("clients.pem", identity::to_pem(authority.certificate()) + revocations("01", kHour));
  rig.clock.set(rig.clock.now() + std::chrono::seconds(1));
  EXPECT_EQ(get(ada), 0) << "a list that was put there revokes";
  rig.folder.put("clients.pem", "half a fi");
  rig.clock.set(rig.clock.now() + std::chrono::seconds(1));
  EXPECT_EQ(get(by_next), 0);
  EXPECT_THAT(rig.entries(), Contains(HasSubstr("headroomd read again certificates of --listen: failed: --tls-client-ca")));
  EXPECT_EQ(rig.get("/"), 200) << "and the door is open all the same";
}

TEST_F(ClientCertificates, AreShownAnewEachTimeSinceNoSessionIsResumed) {
  const auto asking = client(of(Role::kViewer));
  SSL_CTX_set_session_cache_mode(asking->ssl_context(), SSL_SESS_CACHE_CLIENT);
  SSL_CTX_sess_set_new_cb(asking->ssl_context(), &note_session);
  EXPECT_EQ(asking->Get("/api/v1/status")->status, 200);
  EXPECT_EQ(sessions, 0);
}

TEST_F(ClientCertificates, DoNotLetAnotherSitesPageActThoughTheBrowserShowsThem) {
  const auto asking = client(of(Role::kOperator));
  EXPECT_EQ(asking->Post("/api/v1/pause", httplib::Headers{{"Origin", "https://evil.example"}}, "", "text/plain")->status, 403);
  EXPECT_EQ(rig.pauses, 0);
}

TEST_F(ClientCertificates, AFileOfAuthoritiesThatDoesNotDoIsOneClearError) {
  for (const std::string& file : {std::string("/none"), rig.folder.put("empty.pem", ""), rig.folder.put("key.pem", identity::to_pem(*authority_key))}) {
    TlsFiles files = rig.files;
    files.client_ca = file;
    const auto door = Door::on_tls({"127.0.0.1", 0}, files, rig.api, rig.books, rig.clock);
    ASSERT_FALSE(door.has_value()) << file;
    EXPECT_EQ(door.error().code, ErrorCode::kInvalid);
    EXPECT_THAT(door.error().message, HasSubstr("--tls-client-ca '" + file + "' holds no certificates"));
  }
}

}  // namespace
}  // namespace headroom
