#include "headroom/access/client_certificate.h"

#include <gmock/gmock.h>

#include "headroom/identity/testing/agent_key.h"

namespace headroom::access {
namespace {

using ::testing::HasSubstr;

identity::Certificate certificate(const std::string& names, const std::string& common_name = "ada") {
  const identity::testing::AgentKey key;
  const Instant now = instant_from_epoch_seconds(1'700'000'000);
  return identity::testing::certificate_for(*key.key, {names, "clientAuth", common_name}, "01", now, now + std::chrono::hours(1), nullptr, *key.key);
}

TEST(ClientCertificate, SaysWhoByItsNameAndWhatOneMayByItsUri) {
  for (const Role role : {Role::kViewer, Role::kOperator, Role::kAdmin}) {
    const auto by = certificate("DNS:ada.example,URI:spiffe://example/ada,URI:headroom://role/" + std::string(name(role)));
    const Caller caller = caller_by_certificate(*by, "192.0.2.7");
    EXPECT_EQ(caller.who, "certificate ada");
    EXPECT_EQ(caller.role, role);
    EXPECT_EQ(caller.from, "192.0.2.7");
    EXPECT_EQ(caller.lacks, "");
  }
}

TEST(ClientCertificate, WithoutExactlyOneRoleThatThereIsGivesNone) {
  const std::pair<const char*, const char*> bad[] = {{"", "has no role"},
                                                     {"URI:urn:uuid:6f1c2d3e-0000-4000-8000-00000000000a", "has no role"},
                                                     {"DNS:headroom://role/admin", "has no role"},
                                                     {"URI:headroom://role/viewer,URI:headroom://role/admin", "more than one role"},
                                                     {"URI:headroom://role/root", "is none"},
                                                     {"URI:headroom://role/admin/", "is none"},
                                                     {"URI:headroom://role/", "is none"}};
  for (const auto& [names, why] : bad) {
    const Caller caller = caller_by_certificate(*certificate(names), "");
    EXPECT_FALSE(caller.role.has_value()) << names;
    EXPECT_THAT(caller.lacks, HasSubstr(why)) << names;
    EXPECT_FALSE(caller.may(Role::kViewer)) << names;
  }
}

TEST(ClientCertificate, ANameThatIsMoreThanANameIsMadeHarmless) {
  const auto of = [](const std::string& name) { return caller_by_certificate(*certificate("", name), "").who; };
  EXPECT_EQ(of("a\nheadroomd: audit: b\x1b[2J\xc3\xa9"), "certificate a?headroomd: audit: b?[2J??");
  EXPECT_EQ(of(std::string(64, 'x')), "certificate " + std::string(64, 'x'));
}

TEST(ClientCertificate, IsReadFromPemToo) {
  const std::string pem = identity::to_pem(*certificate("URI:headroom://role/operator"));
  EXPECT_EQ(caller_by_certificate(pem + pem, "")->role, Role::kOperator);
  for (const std::string& bad : {std::string(), std::string("-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"), pem.substr(0, pem.size() / 2)})
    EXPECT_FALSE(caller_by_certificate(bad, "").has_value());
}

}  // namespace
}  // namespace headroom::access
