#include "headroom/libvirt/vm_policy.h"

#include <gtest/gtest.h>

#include "corpus.h"

namespace headroom::libvirt {
namespace {

std::string error_of(const std::string& inside) {
  const auto read = parse_policy("<policy>" + inside + "</policy>");
  return read ? "accepted" : read.error().message;
}

TEST(VmPolicy, IsReadFromTheMetadataOfADomain) {
  const VmPolicy p = domain("ours").policy;
  EXPECT_EQ(p.level, AutomationLevel::kAuto);
  EXPECT_EQ(p.floor[index(Resource::kMemory)], (2_GiB).count());
  EXPECT_EQ(p.ceiling[index(Resource::kCpu)], 3000);
  EXPECT_EQ(p.ceiling[index(Resource::kDisk)], std::nullopt);
  EXPECT_FALSE(p.may_move);
}

TEST(VmPolicy, WrittenIsReadBackAsItWas) {
  VmPolicy p;
  EXPECT_EQ(*parse_policy(to_xml(p)), p);
  p.level = AutomationLevel::kObserve;
  p.floor = {1234, 1'000'000'001, std::nullopt, 7};
  p.ceiling = {8000, std::nullopt, 52'428'801, std::nullopt};
  p.may_move = false;
  const auto read = parse_policy(to_xml(p));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, p);
}

TEST(VmPolicy, SaysWhatIsWrongInIt) {
  EXPECT_EQ(error_of("<level>sometimes</level>"), "metadata: headroom:level is 'sometimes'; write observe, recommend or auto");
  EXPECT_EQ(error_of("<moves>never</moves>"), "metadata: headroom:moves is 'never'; write yes or no");
  EXPECT_EQ(error_of("<floor cpu='2 vCPU'/><ceiling cpu='1 vCPU'/>"),
            "metadata: the floor of cpu is over its ceiling; lower it or leave one out");
  EXPECT_EQ(error_of("<floor memory='4'/>"), "metadata: memory of headroom:floor: '4' has no unit; write 16 GiB or 256 MiB");
  EXPECT_EQ(error_of("<of-a-later-version/>"), "accepted");
}

TEST(VmPolicy, ThatCannotBeReadMeansThatNothingIsDone) {
  const Domain odd = domain("odd");
  EXPECT_EQ(odd.policy.level, AutomationLevel::kObserve);
  EXPECT_EQ(odd.complaints.size(), 2U);
}

TEST(VmPolicy, InADomainGoesByTheNamespace) {
  const auto none = xml::Document::parse("<metadata><policy><level>auto</level></policy></metadata>", "test");
  EXPECT_EQ(*read_policy(none->root()), VmPolicy{});
  const auto ours = xml::Document::parse(
      "<metadata><p xmlns='urn:x'/><policy xmlns='urn:headroom:policy:1'><level>auto</level></policy></metadata>", "test");
  EXPECT_EQ(read_policy(ours->root())->level, AutomationLevel::kAuto);
  EXPECT_EQ(error_of("</policy><policy>"), "metadata: this is no well-formed XML");
  EXPECT_EQ(parse_policy("<claim/>").error().message, "metadata: this is a <claim>, not a <policy>");
}

}  // namespace
}  // namespace headroom::libvirt
