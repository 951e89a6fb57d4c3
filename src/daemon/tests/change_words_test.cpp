#include "headroom/daemon/change_words.h"

#include <gtest/gtest.h>

namespace headroom {
namespace {

template <class T>
T read(std::string_view text) {
  const auto change = parse_change(text);
  EXPECT_TRUE(change.has_value()) << text << ": " << (change ? "" : change.error().message);
  if (!change || !std::holds_alternative<T>(*change)) {
    ADD_FAILURE() << text << " is another change";
    return {};
  }
  return std::get<T>(*change);
}

using Named = std::array<bool, kResourceCount>;
constexpr Named kAll{true, true, true, true};

TEST(ChangeWords, NameAHostToLoseOrToDrain) {
  EXPECT_EQ(read<LoseHost>("lose-host=rack1:h3").host, "rack1:h3");
  EXPECT_EQ(read<DrainHost>("drain-host=h 3").host, "h 3");
}

TEST(ChangeWords, CountHosts) {
  EXPECT_EQ(read<AddHosts>("add-host=big").count, 1U);
  EXPECT_EQ(read<AddHosts>("add-host=big:3").count, 3U);
  EXPECT_EQ(read<AddHosts>("add-host=big:3").like, "big");
  EXPECT_EQ(read<AddHosts>("add-host=rack:big").like, "rack:big");
}

TEST(ChangeWords, TakeALoadsShareWhoseAndOfWhat) {
  EXPECT_DOUBLE_EQ(read<ScaleLoad>("load=+30%").factor, 1.3);
  EXPECT_DOUBLE_EQ(read<ScaleLoad>("load=-20%").factor, 0.8);
  EXPECT_DOUBLE_EQ(read<ScaleLoad>("load=-100%").factor, 0);
  EXPECT_DOUBLE_EQ(read<ScaleLoad>("load=+12.5%").factor, 1.125);
  const auto all = read<ScaleLoad>("load=+30%");
  EXPECT_EQ(all.vms, "*");
  EXPECT_EQ(all.resources, kAll);
  const auto some = read<ScaleLoad>("load=+30%:web*");
  EXPECT_EQ(some.vms, "web*");
  EXPECT_EQ(some.resources, kAll);
  const auto part = read<ScaleLoad>("load=+30%:cpu,mem");
  EXPECT_EQ(part.vms, "*");
  EXPECT_EQ(part.resources, (Named{true, true, false, false}));
  const auto both = read<ScaleLoad>("load=+30%:cpu:cpu");
  EXPECT_EQ(both.vms, "cpu") << "a VM may be called so";
  EXPECT_EQ(both.resources, (Named{true, false, false, false}));
}

TEST(ChangeWords, DescribeANewVmByAnotherOrByItsSize) {
  const auto like = read<AddVms>("new-vm=vms/vm_012:5");
  EXPECT_EQ(like.like, "vms/vm_012");
  EXPECT_EQ(like.count, 5U);
  const auto sized = read<AddVms>("new-vm=cpu=4,memory=8GiB,disk=10MB/s:2");
  EXPECT_FALSE(sized.like);
  EXPECT_EQ(sized.allocation, Resources(4_cores, 8_GiB, 10_MBps));
  EXPECT_EQ(sized.count, 2U);
  EXPECT_EQ(read<AddVms>("new-vm=cpu=500mcores,memory=256 MiB").allocation, Resources(500_mcores, 256_MiB));
}

TEST(ChangeWords, ThatAreWrongAreNamedWithTheirMend) {
  struct Case {
    std::string text, message;
  };
  for (const Case& c : {
           Case{"loose-host=h1", "'loose-host' is not one of lose-host, drain-host, add-host, load, new-vm; did you mean 'lose-host'?"},
           Case{"", "'' is not one of lose-host, drain-host, add-host, load, new-vm"},
           Case{"lose-host", "lose-host: nothing follows; write lose-host=..."},
           Case{"lose-host=", "lose-host: nothing follows; write lose-host=..."},
           Case{"load=30%", "load: '30%' is not a change of the load; write +30% or -20%"},
           Case{"load=+30", "load: '+30' is not a change of the load; write +30% or -20%"},
           Case{"load=+-30%", "load: '+-30%' is not a change of the load; write +30% or -20%"},
           Case{"load=+nan%", "load: '+nan%' is not a change of the load; write +30% or -20%"},
           Case{"load=-101%", "load: '-101%' is not between -100% and +9900%"},
           Case{"load=+9901%", "load: '+9901%' is not between -100% and +9900%"},
           Case{"load=+30%:", "load: no VMs are named between the colons; write * for all"},
           Case{"load=+30%::cpu", "load: no VMs are named between the colons; write * for all"},
           Case{"load=+30%:web*:gpu", "load: 'gpu' is no list of resources; write cpu,memory,disk,network or some of them"},
           Case{"load=+30%:a:b:cpu", "load: '+30%:a:b:cpu' has more than three parts; write +30%:VMS:RESOURCES"},
           Case{"add-host=big:0", "add-host: the count '0' must be at least 1 and at most 1000"},
           Case{"new-vm=web:99999999999999999999", "new-vm: the count '99999999999999999999' must be at least 1 and at most 1000"},
           Case{"new-vm=cpu=4", "new-vm: 'cpu=4' has no memory; write cpu=4,memory=8GiB"},
           Case{"new-vm=cpu=4,memory=8", "new-vm: memory: '8' has no unit; write 16 GiB or 256 MiB"},
           Case{"new-vm=cpu=4,cores=2", "new-vm: 'cores=2' is not a resource with its amount, as in cpu=4,memory=8GiB"},
           Case{"new-vm=cpu=4,cpu=2", "new-vm: cpu is given twice"},
           Case{"new-vm=cpu=-4,memory=8GiB", "new-vm: cpu: '-4' has no unit; write 4 cores or 500 mcores"}}) {
    const auto change = parse_change(c.text);
    ASSERT_FALSE(change.has_value()) << c.text;
    EXPECT_EQ(change.error().code, ErrorCode::kInvalid);
    EXPECT_EQ(change.error().message, c.message);
  }
  EXPECT_FALSE(parse_change("lose-host=" + std::string(200, 'x')).has_value());
  EXPECT_EQ(parse_changes(std::vector<std::string>(17, "load=+1%")).error().message, "17 changes are more than the 16 that are taken at once");
}

}  // namespace
}  // namespace headroom
