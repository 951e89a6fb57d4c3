#include "headroom/identity/identity_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <thread>

#include "headroom/identity/join_token.h"
#include "headroom/identity/testing/agent_key.h"
#include "support/folder.h"

namespace headroom::identity {
namespace {

using ::testing::HasSubstr;
using testing::AgentKey;

constexpr Instant kNow = instant_from_epoch_seconds(1'790'000'000);
constexpr Duration kHour = std::chrono::hours(1);
const std::string kOne = "6f1c2d3e-0000-4000-8000-00000000000a", kOther = "6f1c2d3e-0000-4000-8000-00000000000b";

class IdentityBookTest : public ::testing::Test {
 protected:
  IdentityBookTest() { reopen(); }

  void reopen() {
    book.reset();
    auto opened = IdentityBook::open((folder / "identity.db").string(), authority, 24 * kHour);
    EXPECT_TRUE(opened) << opened.error().message;
    book = std::move(*opened);
  }
  std::string token(const std::string& vm = kOne, Duration lasts = kHour) { return *book->make_token(vm, lasts, kNow); }
  Issued joined(const std::string& vm = kOne) {
    auto issued = book->join(token(vm), AgentKey().request(), kNow);
    EXPECT_TRUE(issued) << issued.error().message;
    return *issued;
  }
  static std::string why(const Result<Issued>& issued) { return issued ? "issued" : issued.error().message; }
  Standing standing(const std::string& serial, Instant at = kNow) { return *book->standing(serial, at); }

  Folder folder;
  Authority authority = *Authority::open(folder / "authority.pem", kNow);
  std::unique_ptr<IdentityBook> book;
};

TEST_F(IdentityBookTest, ATokenGetsItsVmACertificateOfADay) {
  const auto issued = book->join(token(), AgentKey().request(), kNow);
  ASSERT_TRUE(issued) << issued.error().message;
  EXPECT_EQ(issued->vm_uuid, kOne);
  const Certificate certificate = certificate_of(issued->certificate);
  ASSERT_TRUE(certificate);
  EXPECT_EQ(vm_of(*certificate), kOne);
  EXPECT_EQ(serial_of(*certificate), issued->serial);
  EXPECT_EQ(valid_until(*certificate), issued->until);
  EXPECT_EQ(issued->until, kNow + 23 * kHour) << "a day, the hour by which clocks may differ included";
  EXPECT_EQ(standing(issued->serial), Standing::kGood);
  EXPECT_EQ(standing(issued->serial, issued->until), Standing::kExpired);
  EXPECT_EQ(standing("00"), Standing::kUnknown);
}

TEST_F(IdentityBookTest, ATokenIsGoodOnceAlsoAfterARestart) {
  const std::string once = token();
  ASSERT_TRUE(book->join(once, AgentKey().request(), kNow));
  EXPECT_THAT(why(book->join(once, AgentKey().request(), kNow)), HasSubstr("was used at 2026-09-21T14:13:20Z already"));
  reopen();
  EXPECT_THAT(why(book->join(once, AgentKey().request(), kNow)), HasSubstr("was used at"));
}

TEST_F(IdentityBookTest, ATokenThatGotNoCertificateIsNotBurnt) {
  const std::string once = token();
  EXPECT_EQ(why(book->join(once, testing::foreign_request(), kNow)), "the request is not signed by its own key");
  EXPECT_EQ(why(book->join(once, AgentKey().request(), kNow)), "issued");
}

TEST_F(IdentityBookTest, OfManyWhoUseATokenAtOnceOneGetsIn) {
  const std::string once = token();
  std::atomic<int> in = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      if (book->join(once, AgentKey().request(), kNow)) ++in;
    });
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(in, 1);
  EXPECT_EQ(book->certificates(kNow)->size(), 1u);
}

TEST_F(IdentityBookTest, TokensThatAreNotGoodGetNothing) {
  const std::string good = token();
  std::string changed = good;
  changed[10] = changed[10] == 'A' ? 'B' : 'A';
  EXPECT_EQ(why(book->join(changed, AgentKey().request(), kNow)), "no such join token was made, or it was revoked");
  EXPECT_EQ(why(book->join("", AgentKey().request(), kNow)), "what was given is no join token");
  EXPECT_EQ(why(book->join(good + "x", AgentKey().request(), kNow)), "what was given is no join token");
  EXPECT_THAT(why(book->join(good, AgentKey().request(), kNow + kHour)), HasSubstr("ended at 2026-09-21T15:13:20Z"));
  EXPECT_FALSE(book->make_token("no-uuid", kHour, kNow));
  EXPECT_TRUE(book->certificates(kNow)->empty());
}

TEST_F(IdentityBookTest, ATokenIsKeptOnlyAsAHash) {
  const std::string text = token();
  const auto read = JoinToken::parse(text);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->fingerprint, authority.fingerprint());
  book.reset();
  for (const char* name : {"identity.db", "identity.db-wal"}) {
    std::ifstream file(folder / name, std::ios::binary);
    const std::string all((std::istreambuf_iterator<char>(file)), {});
    EXPECT_EQ(all.find(read->secret), std::string::npos) << name;
  }
}

TEST_F(IdentityBookTest, AGoodCertificateIsRenewedForItsOwnVm) {
  const Issued first = joined();
  const auto next = book->renew(first.serial, AgentKey().request(), kNow + 12 * kHour);
  ASSERT_TRUE(next) << next.error().message;
  EXPECT_EQ(next->vm_uuid, kOne);
  EXPECT_NE(next->serial, first.serial);
  EXPECT_EQ(next->until, kNow + 35 * kHour);
  EXPECT_EQ(standing(first.serial), Standing::kGood) << "who holds it may still be on the wire";
  EXPECT_THAT(why(book->renew(first.serial, AgentKey().request(), first.until)), HasSubstr("not good any more"));
  EXPECT_THAT(why(book->renew("00", AgentKey().request(), kNow)), HasSubstr("not good any more"));
}

TEST_F(IdentityBookTest, RevokingAVmEndsItsCertificatesAndTokensAndNoOtherVms) {
  const Issued one = joined(), other = joined(kOther);
  const std::string unused = token();
  const auto before = book->revocations();
  EXPECT_EQ(*book->revoke_vm(kOne, kNow), 2u);
  EXPECT_GT(book->revocations(), before);
  reopen();
  EXPECT_EQ(standing(one.serial), Standing::kRevoked);
  EXPECT_EQ(standing(other.serial), Standing::kGood);
  EXPECT_EQ(why(book->join(unused, AgentKey().request(), kNow)), "no such join token was made, or it was revoked");
  EXPECT_THAT(why(book->renew(one.serial, AgentKey().request(), kNow)), HasSubstr("not good any more"));
  EXPECT_EQ(book->revoke_vm(kOne, kNow).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(why(book->join(token(), AgentKey().request(), kNow)), "issued") << "with a new token it may come back";
}

TEST_F(IdentityBookTest, RevokingACertificateEndsWhatWasRenewedFromItToo) {
  const Issued first = joined(), apart = joined();
  const auto second = book->renew(first.serial, AgentKey().request(), kNow);
  const auto third = book->renew(second->serial, AgentKey().request(), kNow);
  ASSERT_TRUE(third);
  EXPECT_EQ(*book->revoke_serial(second->serial, kNow), 2u);
  EXPECT_EQ(standing(first.serial), Standing::kGood);
  EXPECT_EQ(standing(second->serial), Standing::kRevoked);
  EXPECT_EQ(standing(third->serial), Standing::kRevoked);
  EXPECT_EQ(standing(apart.serial), Standing::kGood);
  EXPECT_EQ(book->revoke_serial(second->serial, kNow).error().code, ErrorCode::kNotFound);
}

TEST_F(IdentityBookTest, TellsWhatIsOpenAndForgetsWhatIsLongOver) {
  const Issued one = joined();
  token(kOther);
  ASSERT_EQ(book->certificates(kNow)->size(), 1u);
  EXPECT_EQ(book->certificates(kNow)->front().serial, one.serial);
  ASSERT_EQ(book->open_tokens(kNow)->size(), 1u);
  EXPECT_EQ(book->open_tokens(kNow)->front().vm_uuid, kOther);
  EXPECT_TRUE(book->certificates(kNow + 24 * kHour)->empty());
  EXPECT_TRUE(book->open_tokens(kNow + kHour)->empty());
  ASSERT_TRUE(book->make_token(kOther, kHour, kNow + 10 * 24 * kHour));
  EXPECT_EQ(standing(one.serial, kNow), Standing::kUnknown);
}

TEST_F(IdentityBookTest, RefusesCertificatesThatWouldLastLongerThanADay) {
  EXPECT_EQ(IdentityBook::open((folder / "other.db").string(), authority, 25 * kHour).error().message,
            "certificates last more than 1h and 1d at most");
  EXPECT_FALSE(IdentityBook::open((folder / "other.db").string(), authority, kHour));
}

}  // namespace
}  // namespace headroom::identity
