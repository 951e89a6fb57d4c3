#include "headroom/identity/authority.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <fstream>

#include "headroom/identity/testing/agent_key.h"
#include "support/folder.h"

namespace headroom::identity {
namespace {

using ::testing::HasSubstr;
using testing::AgentKey;

constexpr Instant kNow = instant_from_epoch_seconds(1'790'000'000);
constexpr Duration kHour = std::chrono::hours(1);
const std::string kVm = "6f1c2d3e-0000-4000-8000-00000000000a";

Terms terms() { return {kVm, "40ff", kNow - kHour, kNow + 10 * kHour}; }

// Whether a chain to `root` holds at `at` for what it is used for.
bool verifies(X509* leaf, const X509& root, int purpose, Instant at) {
  const std::unique_ptr<X509_STORE, Freed<X509_STORE_free>> store(X509_STORE_new());
  X509_STORE_add_cert(store.get(), const_cast<X509*>(&root));
  const std::unique_ptr<X509_STORE_CTX, Freed<X509_STORE_CTX_free>> context(X509_STORE_CTX_new());
  X509_STORE_CTX_init(context.get(), store.get(), leaf, nullptr);
  X509_STORE_CTX_set_purpose(context.get(), purpose);
  X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(context.get()), epoch_seconds(at));
  return X509_verify_cert(context.get()) == 1;
}

TEST(Authority, MakesItsKeyOnceAndForItsOwnerAlone) {
  const Folder folder;
  const auto first = Authority::open(folder / "authority.pem", kNow);
  ASSERT_TRUE(first) << first.error().message;
  struct stat about{};
  ASSERT_EQ(stat((folder / "authority.pem").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600u);
  const auto again = Authority::open(folder / "authority.pem", kNow + 24 * kHour);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->fingerprint(), first->fingerprint());
  EXPECT_EQ(first->fingerprint().size(), 64u);
}

TEST(Authority, CertifiesAnAgentForOneVmAndOnlyAsAClient) {
  const Folder folder;
  const auto authority = Authority::open(folder / "authority.pem", kNow);
  ASSERT_TRUE(authority);
  const auto der = authority->issue(AgentKey().request("urn:headroom:manager"), terms());
  ASSERT_TRUE(der) << der.error().message;
  const Certificate made = certificate_of(*der);
  ASSERT_TRUE(made);
  EXPECT_EQ(vm_of(*made), kVm) << "what the request calls itself counts for nothing";
  EXPECT_EQ(serial_of(*made), "40ff");
  EXPECT_EQ(valid_until(*made), kNow + 10 * kHour);
  EXPECT_TRUE(verifies(made.get(), authority->certificate(), X509_PURPOSE_SSL_CLIENT, kNow));
  EXPECT_FALSE(verifies(made.get(), authority->certificate(), X509_PURPOSE_SSL_SERVER, kNow));
  EXPECT_FALSE(verifies(made.get(), authority->certificate(), X509_PURPOSE_SSL_CLIENT, kNow + 11 * kHour));
  EXPECT_FALSE(verifies(made.get(), authority->certificate(), X509_PURPOSE_SSL_CLIENT, kNow - 2 * kHour));
  EXPECT_EQ(X509_check_ca(made.get()), 0);
}

TEST(Authority, CertifiesTheManagerOnlyAsAServer) {
  const Folder folder;
  const auto authority = Authority::open(folder / "authority.pem", kNow);
  ASSERT_TRUE(authority);
  const auto manager = authority->manager_identity(kNow - kHour, kNow + kHour);
  ASSERT_TRUE(manager) << manager.error().message;
  EXPECT_EQ(uri_of(*manager->certificate), std::string(kManagerUri));
  EXPECT_EQ(vm_of(*manager->certificate), std::nullopt);
  EXPECT_TRUE(verifies(manager->certificate.get(), authority->certificate(), X509_PURPOSE_SSL_SERVER, kNow));
  EXPECT_FALSE(verifies(manager->certificate.get(), authority->certificate(), X509_PURPOSE_SSL_CLIENT, kNow));
  EXPECT_EQ(X509_check_private_key(manager->certificate.get(), manager->key.get()), 1);
}

TEST(Authority, RefusesRequestsThatProveNothing) {
  const Folder folder;
  const auto authority = Authority::open(folder / "authority.pem", kNow);
  ASSERT_TRUE(authority);
  EXPECT_EQ(authority->issue(testing::foreign_request(), terms()).error().message, "the request is not signed by its own key");
  EXPECT_EQ(authority->issue(testing::weak_request(), terms()).error().message, "the request's key is neither ECDSA of 256 bits or more nor Ed25519");
  EXPECT_EQ(authority->issue("", terms()).error().message, "a signing request has up to 4 KiB");
  EXPECT_EQ(authority->issue(std::string(5000, 'x'), terms()).error().message, "a signing request has up to 4 KiB");
  EXPECT_EQ(authority->issue("garbage", terms()).error().message, "this is no signing request (PKCS#10 in DER)");
  EXPECT_EQ(authority->issue(AgentKey().request() + "more", terms()).error().message, "this is no signing request (PKCS#10 in DER)");
}

TEST(Authority, TakesOneThatIsBroughtAlong) {
  const Folder folder;
  const auto made = Authority::open(folder / "made.pem", kNow);
  ASSERT_TRUE(made);
  std::ofstream(folder / "ca.crt") << to_pem(made->certificate());
  const auto brought = Authority::load({folder / "ca.crt", folder / "made.pem"}, kNow);
  ASSERT_TRUE(brought) << brought.error().message;
  EXPECT_EQ(brought->fingerprint(), made->fingerprint());
}

TEST(Authority, RefusesFilesThatAreNoAuthorityOfOurs) {
  const Folder folder;
  ASSERT_TRUE(Authority::open(folder / "one.pem", kNow));
  ASSERT_TRUE(Authority::open(folder / "two.pem", kNow));
  const auto why = [&](const char* certificate, const char* key, Instant now = kNow) {
    const auto loaded = Authority::load({folder / certificate, folder / key}, now);
    return loaded ? std::string("taken") : loaded.error().message;
  };
  EXPECT_THAT(why("one.pem", "two.pem"), HasSubstr("do not belong together"));
  EXPECT_THAT(why("none.pem", "two.pem"), HasSubstr("cannot be read"));
  std::ofstream(folder / "empty.pem") << "nothing\n";
  EXPECT_THAT(why("empty.pem", "one.pem"), HasSubstr("there is no certificate in"));
  chmod((folder / "one.pem").c_str(), 0640);
  EXPECT_THAT(why("one.pem", "one.pem"), HasSubstr("may be read by others; chmod 600 it"));
  chmod((folder / "one.pem").c_str(), 0600);
  EXPECT_THAT(why("one.pem", "one.pem", kNow + 11 * 365 * 24 * kHour), HasSubstr("let agents join again"));
  EXPECT_EQ(why("one.pem", "one.pem"), "taken");

  const AgentKey key;  // a leaf with its key is no authority
  const Certificate leaf = testing::certificate_for(*key.key, {}, "01", kNow - kHour, kNow + kHour, nullptr, *key.key);
  std::ofstream(folder / "leaf.pem") << to_pem(*leaf) << to_pem(*key.key);
  chmod((folder / "leaf.pem").c_str(), 0600);
  EXPECT_THAT(why("leaf.pem", "leaf.pem"), HasSubstr("may not sign others"));
}

TEST(AgentCertificate, SpeaksForAVmOnlyWithExactlyThatOneName) {
  const AgentKey key;
  const auto of = [&](const std::string& names) {
    return vm_of(*testing::certificate_for(*key.key, {names}, "01", kNow - kHour, kNow + kHour, nullptr, *key.key));
  };
  EXPECT_EQ(of("URI:urn:uuid:" + kVm), kVm);
  EXPECT_EQ(of(""), std::nullopt);
  EXPECT_EQ(of("DNS:" + kVm), std::nullopt);
  EXPECT_EQ(of("URI:urn:headroom:manager"), std::nullopt);
  EXPECT_EQ(of("URI:urn:uuid:6F1C2D3E-0000-4000-8000-00000000000A"), std::nullopt);
  EXPECT_EQ(of("URI:urn:uuid:" + kVm + "0"), std::nullopt);
  EXPECT_EQ(of("URI:urn:uuid:" + kVm + ",URI:urn:uuid:" + kVm), std::nullopt);
}

}  // namespace
}  // namespace headroom::identity
