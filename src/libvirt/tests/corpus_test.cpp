// What is found in each domain of tests/data, against the stored answers in tests/golden/corpus.txt: a change of behaviour is a
// diff that a person can read. HEADROOM_WRITE_GOLDEN=1 rewrites them.
#include "corpus.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>

#include <random>
#include <set>

#include "headroom/libvirt/mobility.h"
#include "headroom/libvirt/owner.h"
#include "headroom/libvirt/scaling.h"

namespace headroom::libvirt {
namespace {

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const auto& entry : std::filesystem::directory_iterator(kData))
    if (const std::string name = entry.path().stem();
        entry.path().extension() == ".xml" && !name.starts_with("host_a_") && !name.starts_with("host_b_"))
      all.push_back(name);
  std::sort(all.begin(), all.end());
  return all;
}

std::string amounts(const Resources& r) {
  std::string text;
  for (Resource k : kAllResources)
    if (r[k] > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name(k), to_text(k, static_cast<double>(r[k])));
  return text.empty() ? "none" : text;
}

std::string told(const std::string& file) {
  const HostFacts here = host("host_a"), there = host("host_b");
  const Domain d = domain(file);
  const MobilityVerdict mobility = judge_mobility(d, here, site());
  std::string text = fmt::format("== {} ==\nmobility {}\n", file, name(mobility.mobility));
  for (const Obstacle& o : mobility.obstacles) text += fmt::format("  {}: {}\n", o.kind, o.text);
  const ScalingVerdict scaling = judge_scaling(d);
  for (Resource r : kAllResources)
    text += fmt::format("{} {}{}{}\n", name(r), name(scaling.scaling[index(r)]), scaling.reasons[index(r)].empty() ? "" : ": ",
                        scaling.reasons[index(r)]);
  text += fmt::format("has {}; floor {}; ceiling {}\n", amounts(allocation_of(d)), amounts(floor_of(d)), amounts(ceiling_of(d)));
  if (const auto owner = detect_owner(d, site())) text += fmt::format("owner {}: {}\n", owner->name, owner->evidence);
  for (const std::string& c : d.complaints) text += fmt::format("complaint {}\n", c);
  const auto missing = lacks(needs_of(d, here, site()), offers_of(there));
  if (!missing.empty()) text += fmt::format("host_b lacks {}\n", fmt::join(missing, ", "));
  return text + "\n";
}

TEST(Corpus, IsUnderstoodAsBefore) {
  std::string all;
  for (const std::string& file : names()) all += told(file);
  const auto path = std::filesystem::path(HEADROOM_SOURCE_DIR) / "src/libvirt/tests/golden/corpus.txt";
  if (std::getenv("HEADROOM_WRITE_GOLDEN") != nullptr) std::ofstream(path) << all;
  std::ostringstream stored;
  stored << std::ifstream(path).rdbuf();
  EXPECT_EQ(all, stored.str());
}

TEST(Corpus, HasADomainForEveryObstacle) {
  std::set<std::string_view> met;
  for (const std::string& file : names())
    for (const Obstacle& o : judge_mobility(domain(file), host("host_a"), site()).obstacles) met.insert(o.kind);
  for (std::string_view kind : obstacle_kinds())
    EXPECT_TRUE(met.contains(kind) || kind == "hypervisor") << kind;
}

TEST(Corpus, IsReadWhateverIsDoneToIt) {
  const char* given = std::getenv("HEADROOM_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : 20130802;
  SCOPED_TRACE("HEADROOM_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  const HostFacts here = host("host_a");
  std::size_t accepted = 0, refused = 0;
  for (const std::string& file : names()) {
    const std::string good = data(file);
    for (int round = 0; round < 40; ++round) {
      std::string text = good;
      for (std::uint64_t times = 1 + random() % 3; times > 0; --times) {
        const std::size_t at = random() % text.size();
        // Digits and quotes are where readers stumble.
        if (random() % 2 == 0) text[at] = "0123456789-'<xz"[random() % 15];
        else text.erase(at, random() % 40);
      }
      const auto read = parse_domain(text);
      ++(read ? accepted : refused);
      if (!read) {
        EXPECT_TRUE(read.error().message.starts_with("domain: ")) << read.error().message;
        continue;
      }
      judge_mobility(*read, here, site());
      judge_scaling(*read);
      detect_owner(*read, site());
      EXPECT_GE(ceiling_of(*read).memory().count(), 0);
      EXPECT_GE(allocation_of(*read).cpu().count(), 0);
    }
  }
  EXPECT_GT(accepted, 100U);
  EXPECT_GT(refused, 100U);
}

TEST(Domain, ThatIsNoneIsRefusedInASentence) {
  EXPECT_EQ(parse_domain("").error().message, "domain: this is no well-formed XML");
  EXPECT_EQ(parse_domain("<network/>").error().message, "domain: this is a <network>, not a <domain>");
  EXPECT_EQ(parse_domain("<domain/>").error().message, "domain: it has no UUID");
}

TEST(Domain, WhoseNumbersNoMachineHasIsReadWithoutThem) {
  const std::string most = "9223372036854775807";
  const auto d = parse_domain("<domain type='kvm' id='1'><uuid>u</uuid><vcpu current='" + most + "'>" + most + "</vcpu><cputune><period>1</period><quota>" + most +
                              "</quota></cputune></domain>");
  ASSERT_TRUE(d);
  EXPECT_EQ(allocation_of(*d).cpu(), MilliCores(0));
  EXPECT_EQ(ceiling_of(*d).cpu(), MilliCores(0));
  const auto behind = parse_domain("<domain type='kvm' id='1'><uuid>u</uuid><vcpu current='-3'>4</vcpu></domain>");
  EXPECT_EQ(allocation_of(*behind).cpu(), MilliCores(4000));
  HostFacts facts;
  const std::string page = "<pages unit='KiB' size='2048'>" + most + "</pages>";
  ASSERT_TRUE(read_capabilities("<capabilities><host><topology><cells><cell id='0'><pages unit='KiB' size='4'>1</pages>" + page + page + "</cell></cells></topology></host></capabilities>",
                                facts));
  ASSERT_EQ(facts.hugepages.size(), 1U);
  EXPECT_EQ(facts.hugepages[0].page, 2_MiB);
}

TEST(Owner, IsWhatOperatorsSayBeforeAnythingElse) {
  Site s;
  s.owners = {{"web-*", ""}, {"instance-*", "our own script"}};
  EXPECT_EQ(detect_owner(domain("nova"), s)->name, "our own script");
  s.owners = {{"instance-*", ""}};
  EXPECT_FALSE(detect_owner(domain("nova"), s));
  s.owners = {{"ha-*", "Pacemaker"}};
  EXPECT_EQ(detect_owner(domain("pacemaker"), s)->evidence, "operators say so of names like 'ha-*'");
}

TEST(Mobility, OnAStrangersHypervisorIsNotKnown) {
  Domain d = domain("plain");
  d.type = "xen";
  const auto verdict = judge_mobility(d, host("host_a"), site());
  EXPECT_EQ(verdict.mobility, Mobility::kImmovable);
  EXPECT_EQ(verdict.reason(), "domains of type 'xen' are not known to move");
  EXPECT_EQ(judge_scaling(d).scaling[0], Scaling::kNever);
}

TEST(Mobility, OfAPassedThroughCpuIsAmongHostsOfOneKind) {
  const Domain d = domain("host_cpu");
  const HostFacts a = host("host_a");
  HostFacts twin = a;
  twin.uuid = "another";
  EXPECT_TRUE(lacks(needs_of(d, a, site()), offers_of(twin)).empty());
  twin.cpu_identity += " newer microcode";
  EXPECT_EQ(lacks(needs_of(d, a, site()), offers_of(twin)).size(), 1U);
}

// host_b cannot be the whole model, for want of what this VM does without.
TEST(Mobility, AsksForTheFeaturesAVmHasRatherThanForTheNameOfItsModel) {
  Domain d = domain("plain");
  EXPECT_EQ(cpu_to_expand(d),
            "<cpu mode='custom' match='exact'><model fallback='forbid'>Skylake-Server-IBRS</model><feature policy='require' name='hypervisor'/>"
            "<feature policy='require' name='ssbd'/><feature policy='disable' name='mpx'/></cpu>");
  Equipment offers = offers_of(host("host_b"));
  offers.cpu_models = {"qemu64"};
  offers.cpu_features = {"avx2", "hypervisor", "ssbd"};
  offers.platforms = {"kvm", "pc-q35-7.2"};
  EXPECT_THAT(lacks(needs_of(d, host("host_a"), site()), offers), ::testing::ElementsAre("CPU model Skylake-Server-IBRS"));
  ASSERT_TRUE(complete_cpu("<cpu><model>x</model><feature policy='require' name='avx2'/><feature policy='require' name='hypervisor'/>"
                           "<feature policy='require' name='ssbd'/><feature policy='disable' name='mpx'/></cpu>", d));
  EXPECT_THAT(lacks(needs_of(d, host("host_a"), site()), offers), ::testing::IsEmpty());
  offers.cpu_features = {"hypervisor", "ssbd"};
  EXPECT_THAT(lacks(needs_of(d, host("host_a"), site()), offers), ::testing::ElementsAre("CPU feature avx2"));
  d.type = "qemu";  // emulated
  EXPECT_TRUE(needs_of(d, host("host_a"), site()).cpu_features.empty());
  d.cpu_model = "a < b";
  EXPECT_EQ(cpu_to_expand(d), "");
  EXPECT_FALSE(complete_cpu("<cpu/>", d));
}

TEST(HostFacts, AreReadFromCapabilities) {
  const HostFacts a = host("host_a");
  EXPECT_EQ(a.uuid, "d3a1c1f0-0000-4000-8000-00000000000a");
  EXPECT_EQ(a.arch, "x86_64");
  ASSERT_EQ(a.cells.size(), 2U);
  EXPECT_EQ(a.cells[1].cpus, 8);
  EXPECT_EQ(a.cells[1].memory, 64_GiB);
  ASSERT_EQ(a.hugepages.size(), 2U);
  EXPECT_EQ(a.hugepages[0], (HugePages{2_MiB, 8192}));
  EXPECT_EQ(a.hugepages[1], (HugePages{1_GiB, 40}));
  EXPECT_TRUE(a.kvm);
  EXPECT_TRUE(a.tpm_emulator);
  EXPECT_THAT(a.machines, ::testing::ElementsAre("pc", "pc-i440fx-7.2", "pc-q35-7.2", "q35"));
  EXPECT_THAT(a.cpu_models, ::testing::ElementsAre("Skylake-Server-IBRS", "qemu64"));
  EXPECT_EQ(host_model_cpu(data("host_b_domain_capabilities")),
            "<cpu mode='custom' match='exact'><model fallback='forbid'>Skylake-Server-IBRS</model>"
            "<feature policy='require' name='hypervisor'/></cpu>");
  HostFacts b = host("host_b");
  ASSERT_TRUE(add_cpu_features("<cpu><model>x</model><feature policy='require' name='ssbd'/><feature policy='disable' name='no'/></cpu>", b));
  EXPECT_THAT(b.cpu_features, ::testing::ElementsAre("hypervisor", "ssbd"));
  EXPECT_EQ(version_text(9'001'012), "9.1.12");
}

}  // namespace
}  // namespace headroom::libvirt
