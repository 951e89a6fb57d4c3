#include "headroom/challenge/roadef2012.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>
#include <zstd.h>

#include <fstream>

#include "headroom/placement/check.h"
#include "headroom/placement_testing/made_problem.h"
#include "support/folder.h"

namespace headroom::challenge {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// Two resources, two machines, two services (the second near the first), three processes, one balance cost.
constexpr const char* kModel =
    "2\n1 100\n0 10\n"
    "2\n0 0 30 400 16 80 0 1\n1 1 10 240 8 160 1 0\n"
    "2\n1 0\n1 1 0\n"
    "3\n0 12 10 1000\n0 10 20 100\n1 6 200 1\n"
    "1\n0 1 20 10\n"
    "1 10 100\n";

class Roadef2012 : public ::testing::Test {
 protected:
  std::filesystem::path file(const std::string& name, std::string_view text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }
  Result<placement::Problem> read(std::string_view model, std::string_view assignment) const {
    return read_roadef2012(file("m", model), file("a", assignment));
  }
  // The message, without the folder; the code must be kInvalid.
  std::string said(std::string_view model, std::string_view assignment) const {
    const auto problem = read(model, assignment);
    if (problem) return "read";
    EXPECT_EQ(problem.error().code, ErrorCode::kInvalid);
    const std::string& message = problem.error().message;
    return message.substr(message.rfind(folder_.string(), 0) == 0 ? folder_.string().size() + 1 : 0);
  }

  const Folder kept_;
  const std::filesystem::path folder_ = kept_.path();
};

// The model with the first occurrence of one text replaced.
std::string changed(const std::string& what, const std::string& with) {
  std::string model = kModel;
  const auto at = model.find(what);
  EXPECT_NE(at, std::string::npos);
  return model.replace(at, what.size(), with);
}

TEST_F(Roadef2012, IsReadAsTheFormatSays) {
  const auto p = read(kModel, "0 1 0\n");
  ASSERT_TRUE(p) << p.error().message;
  EXPECT_TRUE(p->lanes[0].transient);
  EXPECT_EQ(p->lanes[0].weight, 100);
  EXPECT_EQ(p->capacity, (std::vector<std::int64_t>{30, 400, 10, 240}));
  EXPECT_EQ(p->safe, (std::vector<std::int64_t>{16, 80, 8, 160}));
  EXPECT_EQ(p->groups[1].near, std::vector<std::int32_t>{0});
  EXPECT_EQ(p->away_price, (std::vector<std::int64_t>{1000, 100, 1}));
  EXPECT_EQ(p->balances[0].target, 20);
  EXPECT_EQ(p->group_away_weight, 10);
  // By hand: machine 0 uses 18, 210; machine 1 uses 10, 20.
  const auto cost = cost_of(*p, p->home);
  EXPECT_EQ(cost.load, 100 * (2 + 2) + 10 * 130);
  EXPECT_EQ(cost.balance, 10 * (20 * 12 - 190));
}

TEST_F(Roadef2012, IsWrittenAsItIsRead) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const auto made = placement_testing::make_problem(placement_testing::small(seed));
    const auto again = read(roadef2012_model(made), roadef2012_assignment(made.home));
    ASSERT_TRUE(again) << "seed " << seed << ": " << again.error().message;
    EXPECT_EQ(again->need, made.need);
    EXPECT_EQ(again->distance, made.distance);
    EXPECT_EQ(cost_of(*again, again->home), cost_of(made, made.home));
    EXPECT_EQ(roadef2012_model(*again), roadef2012_model(made));
  }
}

TEST_F(Roadef2012, MayBeCompressed) {
  const std::string model = kModel;
  std::string packed(ZSTD_compressBound(model.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), model.data(), model.size(), 3));
  EXPECT_TRUE(read(packed, "0 1 0"));
  EXPECT_EQ(said(packed.substr(0, packed.size() - 5), "0 1 0"), "m: the zstd file is damaged or cut short; fetch it again");
  packed[packed.size() / 2] ^= 0x55;
  EXPECT_NE(said(packed, "0 1 0"), "read");
}

TEST_F(Roadef2012, NamesThePlaceOfWhatIsWrong) {
  EXPECT_EQ(said("", "0 1 0"), "m: is empty; give the whole file");
  EXPECT_EQ(said(changed("30 400", "30 -400"), "0 1 0"), "m:5: capacity of machine 0 is -400; it must be 0 to 2147483647");
  EXPECT_EQ(said(changed("30 400", "30 4e2"), "0 1 0"), "m:5: capacity of machine 0 is '4e2'; a whole number is wanted");
  EXPECT_EQ(said(changed("30 400", "30 99999999999999999999"), "0 1 0"),
            "m:5: capacity of machine 0 is '99999999999999999999', absurdly large; at most 2147483647");
  EXPECT_EQ(said(changed("1 100", "2 100"), "0 1 0"), "m:2: transient of resource 0 is 2; it must be 0 to 1");
  EXPECT_EQ(said(changed("1 1 0\n", "1 1 2\n"), "0 1 0"), "m:9: a dependency of service 1 is 2; it must be 0 to 1");
  EXPECT_EQ(said(changed("1 6 200 1", "2 6 200 1"), "0 1 0"), "m:13: service of process 2 is 2; it must be 0 to 1");
  EXPECT_EQ(said(changed("0 1 20 10", "0 2 20 10"), "0 1 0"), "m:15: the second resource of balance cost 0 is 2; it must be 0 to 1");
  EXPECT_EQ(said(std::string(kModel) + "7", "0 1 0"), "m:17: the file goes on with '7' where it should end; is it the right file?");
  EXPECT_EQ(said(kModel, "0 1"), "a:1: the machine of process 2 is missing: the file ends early; give the whole file");
  EXPECT_EQ(said(kModel, "0 1 2"), "a:1: the machine of process 2 is 2; it must be 0 to 1");
  EXPECT_EQ(said(kModel, "0 1 0 1"), "a:1: the file goes on with '1' where it should end; is it the right file?");
  EXPECT_EQ(said(kModel, "\x7f" "ELF"), "a:1: the machine of process 0 is '?ELF'; a whole number is wanted");
}

TEST_F(Roadef2012, RefusesAStartThatBreaksAConstraint) {
  EXPECT_EQ(said(kModel, "0 0 0"), "a: is no start for this model: group 0 wants its items apart; item 1 shares host 0; give one that keeps every constraint");
  EXPECT_THAT(said(kModel, "1 0 0"), StartsWith("a: is no start for this model: host 1 holds 12 of lane 0, above its capacity 10"));
}

TEST_F(Roadef2012, RefusesClaimsThatTheFileCannotHoldWithoutTakingMemoryForThem) {
  EXPECT_EQ(said("2000000000\n1 100\n", "0"), "m:1: the number of resources is 2000000000, more than the file has numbers for; it is cut short, or no such file");
  EXPECT_THAT(said(changed("3\n0 12", "2147483647\n0 12"), "0 1 0"), HasSubstr("the number of processes is 2147483647, more than"));
  EXPECT_THAT(said(changed("2\n1 0\n", "2\n1 2000000000\n"), "0 1 0"), HasSubstr("the number of dependencies of service 0 is 2000000000, more than"));
  EXPECT_THAT(said(changed("30 400", "2147483647 400"), "0 1 0"), HasSubstr("capacity[0] is 2147483647; it must be"));
}

TEST_F(Roadef2012, CutAnywhereIsOneMessage) {
  const std::string model = kModel;
  // A cut within the last number leaves another number.
  for (std::size_t length = 0; length + 3 < model.size(); ++length) {
    const std::string message = said(std::string_view(model).substr(0, length), "0 1 0");
    EXPECT_THAT(message, StartsWith("m:")) << length;
    EXPECT_EQ(message.find('\n'), std::string::npos) << length;
  }
}

TEST_F(Roadef2012, FindsNoFileAndNoFolder) {
  const auto missing = read_roadef2012(folder_ / "none", file("a", "0"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  const auto folder = read_roadef2012(folder_, file("a", "0"));
  ASSERT_FALSE(folder);
  EXPECT_THAT(folder.error().message, HasSubstr("is a directory; name a file"));
}

// Bytes changed at random: read or refused, never worse. HEADROOM_SEED=<seed> replays one.
TEST_F(Roadef2012, SurvivesDamageOfAnyKind) {
  const char* given = std::getenv("HEADROOM_SEED");
  const std::uint64_t first = given ? std::stoull(given) : 1, last = given ? first : 400;
  const auto made = placement_testing::make_problem(placement_testing::small(6));
  const std::string good = roadef2012_model(made), assignment = roadef2012_assignment(made.home);
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    SCOPED_TRACE(::testing::Message() << "HEADROOM_SEED=" << seed);
    std::string model = good;
    std::uint64_t x = seed * 0x9e3779b97f4a7c15;
    for (int i = 0; i < 3; ++i) {
      x = (x ^ (x >> 29)) * 0xbf58476d1ce4e5b9;
      model[x % model.size()] = "0123456789 -\n\0x"[(x >> 40) % 15];
    }
    const auto problem = read(model, assignment);
    if (problem) EXPECT_TRUE(check(*problem, problem->home).empty());
    else EXPECT_EQ(problem.error().message.find('\n'), std::string::npos);
  }
}

}  // namespace
}  // namespace headroom::challenge
