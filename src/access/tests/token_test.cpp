#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "headroom/access/token_book.h"
#include "support/folder.h"

namespace headroom::access {
namespace {

using std::chrono::hours;
using ::testing::HasSubstr;

struct Book {
  Book() { open(); }
  void open() {
    book.reset();
    book = TokenBook::open(folder / "access.db", clock).value();
  }
  Folder folder;
  ManualClock clock{instant_from_epoch_seconds(1'700'000'000)};
  std::unique_ptr<TokenBook> book;
};

TEST(TokenBook, KnowsATokenItMadeAlsoAfterARestart) {
  Book rig;
  const NewToken made = rig.book->create({"ci", Role::kOperator, std::nullopt}).value();
  EXPECT_EQ(made.text.size(), 56U);
  EXPECT_EQ(rig.book->check(made.text)->role, Role::kOperator);
  rig.open();
  EXPECT_EQ(rig.book->check(made.text)->name, "ci");
}

TEST(TokenBook, KeepsNoSecret) {
  Book rig;
  const std::string secret = rig.book->create({"ci", Role::kAdmin, std::nullopt})->text.substr(13);
  rig.book.reset();
  for (const auto& file : std::filesystem::directory_iterator(rig.folder.path())) {
    std::ifstream in(file.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    EXPECT_EQ(bytes.find(secret), std::string::npos) << file.path();
  }
}

TEST(TokenBook, RefusesEveryOtherText) {
  Book rig;
  const std::string text = rig.book->create({"ci", Role::kAdmin, std::nullopt})->text;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string other = text;
    other[i] = other[i] == 'A' ? 'B' : 'A';
    const auto checked = rig.book->check(other);
    ASSERT_FALSE(checked.has_value()) << other;
    EXPECT_EQ(checked.error().message, "no such token");
  }
  for (const std::string& other : {std::string(), text + "A", text.substr(1), text.substr(0, 55), std::string(56, '\0')})
    EXPECT_FALSE(rig.book->check(other).has_value()) << other;
}

TEST(TokenBook, RefusesATokenThatRanOut) {
  Book rig;
  const std::string text = rig.book->create({"ci", Role::kViewer, hours(2)})->text;
  rig.clock.set(rig.clock.now() + hours(2) - Duration(1));
  EXPECT_TRUE(rig.book->check(text).has_value());
  rig.clock.set(rig.clock.now() + Duration(1));
  EXPECT_EQ(rig.book->check(text).error().message, "the token 'ci' ran out at 2023-11-15T00:13:20Z");
  EXPECT_TRUE(rig.book->create({"ci", Role::kViewer, hours(2)}).has_value()) << "its name is free again";
}

TEST(TokenBook, RefusesARevokedTokenAtOnceAndAfterARestart) {
  Book rig;
  const std::string text = rig.book->create({"ci", Role::kViewer, std::nullopt})->text;
  ASSERT_TRUE(rig.book->revoke("ci").has_value());
  EXPECT_THAT(rig.book->check(text).error().message, HasSubstr("was revoked"));
  rig.open();
  EXPECT_THAT(rig.book->check(text).error().message, HasSubstr("was revoked"));
  EXPECT_TRUE(rig.book->all().at(0).revoked_at.has_value()) << "it stays listed";
  EXPECT_EQ(rig.book->revoke("ci").error().code, ErrorCode::kNotFound);
}

TEST(TokenBook, SaysWhenATokenWasUsedToAMinute) {
  Book rig;
  const std::string text = rig.book->create({"ci", Role::kViewer, std::nullopt})->text;
  EXPECT_FALSE(rig.book->all().at(0).last_used_at.has_value());
  const Instant first = rig.clock.now();
  ASSERT_TRUE(rig.book->check(text).has_value());
  rig.clock.set(first + std::chrono::seconds(59));
  ASSERT_TRUE(rig.book->check(text).has_value());
  EXPECT_EQ(rig.book->all().at(0).last_used_at, first);
  rig.clock.set(first + std::chrono::seconds(60));
  ASSERT_TRUE(rig.book->check(text).has_value());
  rig.open();
  EXPECT_EQ(rig.book->all().at(0).last_used_at, first + std::chrono::seconds(60));
}

TEST(TokenBook, RefusesNamesThatAreTakenOrNone) {
  Book rig;
  ASSERT_TRUE(rig.book->create({"ci", Role::kViewer, std::nullopt}).has_value());
  EXPECT_EQ(rig.book->create({"ci", Role::kAdmin, std::nullopt}).error().code, ErrorCode::kRefused);
  for (const std::string& bad : {std::string(), std::string("a b"), std::string("x\n"), std::string(65, 'a')})
    EXPECT_EQ(rig.book->create({bad, Role::kViewer, std::nullopt}).error().code, ErrorCode::kInvalid) << bad;
}

}  // namespace
}  // namespace headroom::access
