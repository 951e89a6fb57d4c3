#include "headroom/libvirt/claim.h"

#include <gmock/gmock.h>
#include <stdlib.h>

#include <filesystem>
#include <map>

#include "headroom/libvirt/domain_metadata.h"
#include "headroom/libvirt/state_book.h"
#include "support/folder.h"

namespace headroom::libvirt {
namespace {

using ::testing::HasSubstr;

const Claim kOurs{"us", 7};

struct MemoryStore : ClaimStore {
  std::map<std::string, Claim> claims;
  std::optional<Claim> intruder;  // writes right after us
  Result<std::optional<Claim>> read(const std::string& vm) override {
    if (vm == "gone") return fail(ErrorCode::kNotFound, "no such VM");
    if (vm == "odd") return parse_claim("<claim/>").map([](Claim c) { return std::optional(c); });
    return claims.contains(vm) ? std::optional(claims[vm]) : std::nullopt;
  }
  Result<void> write(const std::string& vm, const Claim& claim) override {
    claims[vm] = intruder.value_or(claim);
    return {};
  }
};

TEST(Claim, IsJudgedByOwnerAndEpoch) {
  EXPECT_EQ(judge(std::nullopt, kOurs), ClaimFinding::kFree);
  EXPECT_EQ(judge(Claim{"us", 7}, kOurs), ClaimFinding::kOurs);
  EXPECT_EQ(judge(Claim{"us", 6}, kOurs), ClaimFinding::kOurEarlier);
  EXPECT_EQ(judge(Claim{"us", 8}, kOurs), ClaimFinding::kOurLater);
  EXPECT_EQ(judge(Claim{"them", 1}, kOurs), ClaimFinding::kAnothers);
}

TEST(Claim, WrittenIsReadBackAsItWas) {
  EXPECT_EQ(*parse_claim(to_xml(kOurs)), kOurs);
  for (const char* bad : {"", "<claim/>", "<claim owner='x'/>", "<claim owner='x' epoch='0'/>", "<claim owner='x' epoch='soon'/>",
                          "<other owner='x' epoch='1'/>"})
    EXPECT_FALSE(parse_claim(bad)) << bad;
}

TEST(ClaimKeeper, TakesWhatIsFreeAndWhatAnEarlierRunHeld) {
  MemoryStore store;
  store.claims["b"] = {"us", 3};
  ClaimKeeper keeper(kOurs);
  EXPECT_TRUE(keeper.acquire(store, "a"));
  EXPECT_TRUE(keeper.acquire(store, "b"));
  EXPECT_TRUE(keeper.acquire(store, "b"));
  EXPECT_EQ(store.claims["b"], kOurs);
  EXPECT_TRUE(keeper.check(store, "b"));
  EXPECT_FALSE(keeper.stopped());
}

TEST(ClaimKeeper, StopsAllActingWhenAnotherManagerIsThere) {
  for (const Claim& found : {Claim{"them", 1}, Claim{"us", 8}}) {
    MemoryStore store;
    store.claims["a"] = found;
    ClaimKeeper keeper(kOurs);
    const auto refused = keeper.acquire(store, "a");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kRefused);
    EXPECT_THAT(refused.error().message, HasSubstr("VM a is claimed by manager " + found.owner));
    EXPECT_EQ(store.claims["a"], found);
    EXPECT_FALSE(keeper.acquire(store, "free"));  // nor anything else from now on
    EXPECT_FALSE(store.claims.contains("free"));
  }
}

TEST(ClaimKeeper, NoticesWhoWritesAtTheSameTimeOrLater) {
  MemoryStore store;
  store.intruder = Claim{"them", 2};
  ClaimKeeper hasty(kOurs);
  EXPECT_FALSE(hasty.acquire(store, "a"));
  store.intruder.reset();
  ClaimKeeper keeper(kOurs);
  ASSERT_TRUE(keeper.acquire(store, "b"));
  store.claims["b"] = {"them", 2};
  EXPECT_THAT(keeper.check(store, "b").error().message, HasSubstr("was claimed by manager them in its run 2 meanwhile"));
  ClaimKeeper third(kOurs);
  ASSERT_TRUE(third.acquire(store, "c"));
  store.claims.erase("c");
  EXPECT_THAT(third.check(store, "c").error().message, HasSubstr("lost our claim"));
}

TEST(ClaimKeeper, DoesNotStopForAVmThatIsGone) {
  MemoryStore store;
  ClaimKeeper keeper(kOurs);
  EXPECT_EQ(keeper.acquire(store, "gone").error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(keeper.stopped());
  EXPECT_FALSE(keeper.acquire(store, "odd"));  // a claim that nobody can read is somebody's
  EXPECT_TRUE(keeper.stopped());
}

class StateBookTest : public ::testing::Test {
 protected:
  const Folder folder_;
  const std::string path_ = folder_.at("libvirt.db");
};

TEST_F(StateBookTest, RaisesTheEpochAtEachStartAndKeepsTheOwner) {
  const Claim first = StateBook::open(path_).value()->claim(), second = StateBook::open(path_).value()->claim();
  EXPECT_EQ(first.epoch, 1);
  EXPECT_EQ(second.epoch, 2);
  EXPECT_EQ(first.owner, second.owner);
  EXPECT_EQ(first.owner.size(), 36U);
  std::filesystem::remove(path_);
  EXPECT_NE(StateBook::open(path_).value()->claim().owner, first.owner);
}

TEST_F(StateBookTest, GivesTheSameIdsAfterARestart) {
  HostId host;
  VmId a, b;
  {
    auto book = StateBook::open(path_).value();
    host = *book->host("h");
    a = *book->vm("a");
    b = *book->vm("b");
    EXPECT_NE(a, b);
    EXPECT_EQ(*book->vm("a"), a);
  }
  auto book = StateBook::open(path_).value();
  EXPECT_EQ(*book->vm("b"), b);
  EXPECT_EQ(*book->host("h"), host);
  EXPECT_NE(*book->vm("c"), a);
}

TEST_F(StateBookTest, IsForOneProcessAndForNoOtherFile) {
  auto book = StateBook::open(path_).value();
  EXPECT_EQ(StateBook::open(path_).error().message, "another process uses this state file (it holds " + path_ + ".lock)");
  EXPECT_FALSE(StateBook::open("/nonexistent/libvirt.db"));
}

// libvirt's test driver keeps metadata for as long as a connection to it is open.
TEST_F(StateBookTest, ClaimsARealDomain) {
  const std::string vm = "6695eb01-f6a4-8304-79aa-97f2502e193f";
  auto metadata = DomainMetadata::open("test:///default").value();
  ASSERT_TRUE(metadata->remove_claim(vm));
  ClaimKeeper first(StateBook::open(path_).value()->claim());
  ASSERT_TRUE(first.acquire(*metadata, vm));
  EXPECT_TRUE(first.check(*metadata, vm));
  ClaimKeeper restarted(StateBook::open(path_).value()->claim());
  ASSERT_TRUE(restarted.acquire(*metadata, vm));
  EXPECT_EQ((*metadata->read(vm))->epoch, 2);
  EXPECT_FALSE(first.check(*metadata, vm));
  EXPECT_THAT(*first.stopped(), HasSubstr("nothing is done any more"));
  EXPECT_EQ(restarted.acquire(*metadata, "00000000-0000-0000-0000-000000000001").error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(metadata->remove_claim(vm));
  EXPECT_FALSE(*metadata->read(vm));
}

TEST(DomainMetadata, KeepsPolicyAndClaimApart) {
  const std::string vm = "6695eb01-f6a4-8304-79aa-97f2502e193f";
  auto metadata = DomainMetadata::open("test:///default").value();
  ASSERT_TRUE(metadata->write(vm, kOurs));
  VmPolicy policy;
  policy.level = AutomationLevel::kAuto;
  policy.ceiling[index(Resource::kMemory)] = (3_GiB).count();
  const auto set = metadata->set_policy(vm, policy);
  ASSERT_TRUE(set) << set.error().message;
  EXPECT_EQ(*metadata->policy(vm), policy);
  EXPECT_EQ(**metadata->read(vm), kOurs);
  ASSERT_TRUE(metadata->set_policy(vm, {}));
  EXPECT_EQ(*metadata->policy(vm), VmPolicy{});
  EXPECT_TRUE(metadata->remove_claim(vm));
  EXPECT_EQ(metadata->policy("00000000-0000-0000-0000-000000000001").error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace headroom::libvirt
