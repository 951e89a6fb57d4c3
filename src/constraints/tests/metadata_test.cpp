#include "headroom/constraints/metadata.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <random>

namespace headroom::constraints {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kDomain = R"(<domain type='kvm'>
  <name>shop-1</name>
  <metadata>
    <nova:instance xmlns:nova="http://openstack.org/xmlns/libvirt/nova/1.1"><nova:group>not ours</nova:group></nova:instance>
    <headroom:placement xmlns:headroom="urn:headroom:placement:1">
      <headroom:group>shop</headroom:group>
      <headroom:apart> shop-db </headroom:apart>
      <headroom:apart>a &amp; b</headroom:apart>
      <headroom:tag>tier:web</headroom:tag>
      <headroom:later>who knows</headroom:later>
    </headroom:placement>
  </metadata>
</domain>)";

std::string error_of(std::string_view xml) {
  const auto read = parse_metadata(xml);
  return read ? "accepted" : read.error().message;
}

std::string placement(const std::string& inside) {
  return "<p:placement xmlns:p='urn:headroom:placement:1'>" + inside + "</p:placement>";
}

TEST(Metadata, OfADomainNamesItsGroups) {
  const auto read = parse_metadata(kDomain);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_THAT(read->groups, ElementsAre("shop"));
  EXPECT_THAT(read->apart_groups, ElementsAre("a & b", "shop-db"));
  EXPECT_THAT(read->tags, ElementsAre("tier:web"));
}

TEST(Metadata, GoesByTheNamespaceNotByThePrefix) {
  const auto read = parse_metadata(
      "<placement xmlns='urn:headroom:placement:1'><group>b</group><group>a</group><group>b</group></placement>");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_THAT(read->groups, ElementsAre("a", "b"));
  EXPECT_THAT(parse_metadata("<placement><group>a</group></placement>")->groups, IsEmpty());
}

TEST(Metadata, RefusesWhatIsNotSound) {
  EXPECT_EQ(error_of(""), "metadata: this is no well-formed XML");
  EXPECT_EQ(error_of("<metadata><headroom:group>a</headroom:group>"), "metadata: this is no well-formed XML");
  EXPECT_EQ(error_of(placement("<p:group>  </p:group>")), "metadata: headroom:group is empty; write a name in it");
  EXPECT_EQ(error_of(placement("<p:tag>" + std::string(101, 'x') + "</p:tag>")),
            "metadata: the name in headroom:tag must be one line of at most 100 bytes");
  EXPECT_EQ(error_of(placement("<p:apart>a\nb</p:apart>")),
            "metadata: the name in headroom:apart must be one line of at most 100 bytes");
  std::string many;
  for (int i = 0; i < 257; ++i) many += "<p:tag>" + std::to_string(i) + "</p:tag>";
  EXPECT_EQ(error_of(placement(many)), "metadata: more than 256 of headroom:tag");
  EXPECT_EQ(error_of(std::string((1 << 20) + 1, ' ')), "metadata: larger than 1024 KiB");
}

TEST(Metadata, ExpandsNoEntity) {
  EXPECT_EQ(error_of("<!DOCTYPE d [<!ENTITY f SYSTEM 'file:///etc/hostname'>]>" + placement("<p:group>&f;</p:group>")),
            "metadata: it declares a document type; remove the DOCTYPE");
}

TEST(Metadata, AnswersWhateverComesIn) {
  const char* given = std::getenv("HEADROOM_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : 20130802;
  SCOPED_TRACE("HEADROOM_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  const std::string good = kDomain;
  std::size_t accepted = 0, refused = 0;
  for (int round = 0; round < 2000; ++round) {
    std::string text = good;
    for (std::uint64_t times = 1 + random() % 3; times > 0; --times) {
      const std::size_t at = random() % text.size();
      if (random() % 2 == 0) text[at] = static_cast<char>(random() % 256);
      else text.insert(at, text.substr(random() % text.size(), random() % 60));
    }
    const auto read = parse_metadata(text);
    ++(read ? accepted : refused);
    EXPECT_TRUE(read || read.error().message.starts_with("metadata: ")) << read.error().message;
  }
  EXPECT_GT(accepted, 0U);
  EXPECT_GT(refused, 0U);
}

TEST(Tags, MayNameGroups) {
  const Membership m =
      from_tags({"prod", "affinity:shop", "anti-affinity:db", "plb_affinity_web", "plb_anti_affinity_dns", "affinity:", ""});
  EXPECT_THAT(m.groups, ElementsAre("shop", "web"));
  EXPECT_THAT(m.apart_groups, ElementsAre("db", "dns"));
  EXPECT_THAT(m.tags, ElementsAre("affinity:", "affinity:shop", "anti-affinity:db", "plb_affinity_web",
                                  "plb_anti_affinity_dns", "prod"));
  Vm vm;
  vm.tags = {"z", "prod"};
  join(m, vm);
  EXPECT_THAT(vm.groups, ElementsAre("shop", "web"));
  EXPECT_EQ(vm.tags.size(), 7U);
  EXPECT_TRUE(has(vm.tags, "z"));
}

}  // namespace
}  // namespace headroom::constraints
