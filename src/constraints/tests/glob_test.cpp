#include "../src/glob.h"

#include <gtest/gtest.h>

namespace headroom::constraints {
namespace {

TEST(Glob, MatchesStarsAndQuestionMarks) {
  EXPECT_TRUE(matches("web-*", "web-12"));
  EXPECT_TRUE(matches("web-*", "web-"));
  EXPECT_FALSE(matches("web-*", "xweb-1"));
  EXPECT_TRUE(matches("*-db-?", "shop-db-7"));
  EXPECT_TRUE(matches("*a*b*", "xaaxbbx"));
  EXPECT_FALSE(matches("*a*b", "xaaxbbx"));
  EXPECT_TRUE(matches("*", ""));
  EXPECT_FALSE(matches("", "x"));
  EXPECT_FALSE(matches("?", ""));
}

TEST(Glob, CoversWhatItCertainlyMatchesAllOf) {
  EXPECT_TRUE(covers("web-*", "web-1*"));
  EXPECT_TRUE(covers("web-*", "web-12"));
  EXPECT_TRUE(covers("*", "a*b?"));
  EXPECT_TRUE(covers("a?", "a?"));
  EXPECT_FALSE(covers("a?", "a*"));
  EXPECT_FALSE(covers("web-1*", "web-*"));
  EXPECT_FALSE(covers("ab", "a?"));
}

}  // namespace
}  // namespace headroom::constraints
