#include "headroom/access/secret.h"

#include <gtest/gtest.h>

#include <set>

#include "headroom/access/role.h"

namespace headroom::access {
namespace {

TEST(Secret, HashesAsTheStandardSays) {  // FIPS 180-4, appendix
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Secret, IsAsLongAsAskedAndNeverTheSame) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string text = random_base64url(32);
    EXPECT_EQ(text.size(), 43U);
    EXPECT_EQ(text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), std::string::npos);
    seen.insert(text);
  }
  EXPECT_EQ(seen.size(), 1000U);
  EXPECT_EQ(random_hex(4).size(), 8U);
}

TEST(Secret, ComparesAllOfIt) {
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abcd"));
  EXPECT_TRUE(equal_in_constant_time("", ""));
}

TEST(Role, MayWhatThoseBelowMay) {
  const Caller viewer{"a", Role::kViewer, ""}, admin{"b", Role::kAdmin, ""}, nobody{"c", std::nullopt, ""};
  EXPECT_TRUE(viewer.may(Role::kViewer));
  EXPECT_FALSE(viewer.may(Role::kOperator));
  EXPECT_TRUE(admin.may(Role::kViewer));
  EXPECT_FALSE(nobody.may(Role::kViewer));
  EXPECT_EQ(parse_role("operator"), Role::kOperator);
  EXPECT_EQ(parse_role("root").error().message, "there is no role 'root'; there are viewer, operator and admin");
}

}  // namespace
}  // namespace headroom::access
