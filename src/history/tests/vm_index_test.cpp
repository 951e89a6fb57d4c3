#include "../src/vm_index.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace headroom::history {
namespace {

TEST(VmIndex, TakesNoMoreVmsThanItCanReadBackAndKeepsThoseItKnows) {
  VmIndex index(120, 2);
  const VmEntry* const first = index.find_or_add("a");
  ASSERT_NE(first, nullptr);
  ASSERT_NE(index.find_or_add("b"), nullptr);
  EXPECT_EQ(index.find_or_add("c"), nullptr);
  EXPECT_EQ(index.find_or_add("a"), first);
  index.remove(*first);
  EXPECT_EQ(index.find_or_add("c"), nullptr) << "a number is given once";
}

TEST(VmIndex, FindsEachOfManyWhateverCameAndWent) {
  VmIndex index(120, 100'000);
  std::mt19937_64 random(4);
  std::map<std::string, const VmEntry*> truth;
  const auto name = [&] { return "vm" + std::to_string(random() % 3000); };
  for (int round = 0; round < 300; ++round) {
    std::vector<std::string> names;
    for (std::uint64_t i = random() % 60; i > 0; --i) names.push_back(name());
    const std::vector<std::string_view> asked(names.begin(), names.end());
    const auto found = index.find_or_add(asked);
    ASSERT_EQ(found.size(), names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
      EXPECT_EQ(found[i]->uuid, names[i]);
      EXPECT_EQ(truth.try_emplace(names[i], found[i]).first->second, found[i]);
    }
    for (std::uint64_t i = random() % 40; i > 0; --i) {
      const std::string gone = name();
      const auto known = truth.find(gone);
      EXPECT_EQ(index.find(gone), known == truth.end() ? nullptr : known->second);
      if (known == truth.end()) continue;
      index.remove(*known->second);
      truth.erase(known);
    }
  }
  EXPECT_EQ(index.all().size(), truth.size());
  for (const auto& [uuid, vm] : truth) EXPECT_EQ(index.find(uuid), vm);
}

TEST(VmIndex, EndsAtTheFirstOfManyForWhichThereIsNoNumber) {
  VmIndex index(120, 2);
  const std::vector<std::string_view> asked{"a", "b", "a", "c", "d"};
  const auto found = index.find_or_add(asked);
  ASSERT_EQ(found.size(), 4u);
  EXPECT_EQ(found[2], found[0]);
  EXPECT_EQ(found[3], nullptr);
}

}  // namespace
}  // namespace headroom::history
