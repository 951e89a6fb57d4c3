// What a fleet file may say, and the one message for each way to get it wrong.
#include "headroom/fleet/live_fleet.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <random>

namespace headroom {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::StartsWith;

const std::string kHead = "fleet: small\n";
const std::string kHost = "hosts:\n  - {uri: \"qemu+tls://h1/system\"}\n";

Result<LiveFleet> read(const std::string& text) {
  auto document = config::parse(text, "f.yaml");
  if (!document) return tl::unexpected(document.error());
  return read_live_fleet(*document, HEADROOM_SOURCE_DIR "/examples");
}

std::string mistake(const std::string& text) {
  const auto fleet = read(text);
  return fleet ? "it was read" : fleet.error().message;
}

TEST(LiveFleet, ReadsTheExampleToTheLastKey) {
  const auto fleet = load_live_fleet(HEADROOM_SOURCE_DIR "/examples/fleet.yaml");
  ASSERT_TRUE(fleet) << fleet.error().message;
  EXPECT_EQ(fleet->name, "example");
  EXPECT_THAT(fleet->uris, ElementsAre("qemu+tls://h1.example/system", "qemu+tls://h2.example/system", "qemu+ssh://root@h3.example/system"));
  EXPECT_EQ(fleet->step, minutes(5));
  EXPECT_EQ(fleet->every, minutes(1));
  EXPECT_EQ(fleet->poll, seconds(10));
  EXPECT_THAT(fleet->horizons, ElementsAre(minutes(5), minutes(15), minutes(60)));
  const libvirt::Site& site = fleet->pool.observer.site;
  EXPECT_THAT(site.shared_paths, ElementsAre("/srv/images"));
  EXPECT_THAT(site.shared_networks, ElementsAre("br-guests"));
  EXPECT_THAT(site.owners, ElementsAre(Pair("pcmk-*", "Pacemaker")));
  EXPECT_EQ(site.ceiling.memory(), 64_GiB);
  EXPECT_EQ(site.level, AutomationLevel::kRecommend);
  const libvirt::HostSite& h3 = site.hosts.at("qemu+ssh://root@h3.example/system");
  EXPECT_EQ(h3.name, "h3");
  EXPECT_EQ(h3.capacity, Resources(8_cores, 32_GiB, BytesPerSecond(500'000'000), BytesPerSecond(125'000'000)));
  EXPECT_EQ(h3.price.price_class, PriceClass::kReserved);
  EXPECT_EQ(h3.rack, "r2");
  const libvirt::HostSite& h1 = site.hosts.at("qemu+tls://h1.example/system");
  EXPECT_EQ(h1.reserve.memory(), 4_GiB);
  EXPECT_EQ(h1.overcommit[index(Resource::kCpu)], 2);
  const auto& peers = fleet->pool.migration.peers;
  ASSERT_EQ(peers.size(), 2U);  // h2 is reached as it is observed
  EXPECT_EQ(peers.at("qemu+tls://h1.example/system").memory_uri, "tcp://10.0.0.11");
  EXPECT_EQ(peers.at("qemu+ssh://root@h3.example/system").uri, "qemu+tls://h3.example/system");
  EXPECT_EQ(fleet->limits.level, AutomationLevel::kRecommend);
  EXPECT_EQ(fleet->limits.migrations, 4);
  EXPECT_EQ(fleet->limits.shrink_cooldown, minutes(30));
  EXPECT_EQ(fleet->limits.grow_cooldown, minutes(1)) << "what is not said stays";
  EXPECT_EQ(fleet->pool.migration.max_downtime, std::chrono::milliseconds(300));
  EXPECT_EQ(fleet->pool.migration.bandwidth, BytesPerSecond(500'000'000));
}

TEST(LiveFleet, SendsMemoryThroughATunnelWhereThatIsSaid) {
  EXPECT_FALSE(read(kHead + kHost)->pool.migration.tunnelled);
  EXPECT_TRUE(read(kHead + kHost + "migration: {tunnelled: true}\n")->pool.migration.tunnelled);
}

TEST(LiveFleet, NeedsNoMoreThanANameAndAHost) {
  const auto fleet = read(kHead + kHost);
  ASSERT_TRUE(fleet) << fleet.error().message;
  EXPECT_EQ(fleet->limits.level, AutomationLevel::kRecommend);
  EXPECT_EQ(fleet->pool.observer.site.level, AutomationLevel::kRecommend);
  EXPECT_THAT(fleet->horizons, IsEmpty());
  EXPECT_THAT(fleet->pool.migration.peers, IsEmpty());
  EXPECT_GT(fleet->usd_per_unit_hour[index(Resource::kCpu)], 0) << "allocations have list prices";
}

TEST(LiveFleet, LetsRoundsAndLooksComeAsOftenAsAShortStepNeeds) {
  const auto fleet = read(kHead + "step: 5s\n" + kHost);
  ASSERT_TRUE(fleet) << fleet.error().message;
  EXPECT_EQ(fleet->every, seconds(5));
  EXPECT_EQ(fleet->poll, seconds(5));
}

TEST(LiveFleet, TakesTheFilesItNamesFromItsOwnFolder) {
  const auto fleet = read(kHead + "constraints: constraints.yaml\nprice book: ../prices/default.yaml\n" +
                          "hosts:\n  - {uri: \"qemu:///system\", rented: on-demand, of type: standard-16}\n");
  ASSERT_TRUE(fleet) << fleet.error().message;
  EXPECT_FALSE(fleet->constraints.empty());
  ASSERT_TRUE(fleet->book);
  EXPECT_GT(fleet->pool.observer.site.hosts.at("qemu:///system").price.usd_per_hour, 0);
  EXPECT_THAT(mistake(kHead + "rules: nowhere.yaml\n" + kHost), HasSubstr("examples/nowhere.yaml"));
}

TEST(LiveFleet, ReadsACalendarAndWhatALabNeeds) {
  const auto fleet = read(kHead +
                          "step: 10s\nevery: 10s\npoll: 5s\nlevel: auto\n"
                          "calendar: {at: 2026-11-26T12:00:00Z, shows: 2013-08-12T09:00:00Z}\n"
                          "limits: {grow cooldown: 2s, migrate cooldown: 0s, lost after: 30s, memory margin: 16 MiB}\n"
                          "migration: {post copy after: 30s, trust shared paths: true, tls: true}\n" + kHost);
  ASSERT_TRUE(fleet) << fleet.error().message;
  EXPECT_EQ(fleet->limits.level, AutomationLevel::kAuto);
  EXPECT_EQ(fleet->pool.observer.site.level, AutomationLevel::kAuto);
  EXPECT_EQ(to_rfc3339(fleet->calendar->shows), "2013-08-12T09:00:00Z");
  EXPECT_EQ(fleet->limits.grow_cooldown, seconds(2));
  EXPECT_EQ(fleet->limits.memory_margin, 16_MiB);
  EXPECT_EQ(fleet->pool.migration.post_copy_after, seconds(30));
  EXPECT_TRUE(fleet->pool.migration.trust_shared_paths && fleet->pool.migration.tls);
}

TEST(LiveFleet, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(mistake("fleet: x\n"), "f.yaml:1: a fleet file has no key 'hosts'");
  EXPECT_THAT(mistake(kHead + "hosts:\n  - {name: h1}\n"), StartsWith("f.yaml:3: host 'h1' has no key 'uri'"));
  EXPECT_EQ(mistake(kHead + "hosts:\n  - {uri: h1}\n"),
            "f.yaml:3: 'uri' in host 1: 'h1' is no URI; write qemu+tls://host/system, or qemu:///system for this machine");
  EXPECT_EQ(mistake(kHead + kHost + "  - {uri: \"qemu+tls://h1/system\"}\n"), "f.yaml:4: host 2: qemu+tls://h1/system is there twice; remove one");
  EXPECT_EQ(mistake(kHead + "hosts:\n  - {uri: \"a://1\", name: h}\n  - {uri: \"a://2\", name: h}\n"),
            "f.yaml:4: host 'h': a://1 is called 'h' too; rename one");
  EXPECT_EQ(mistake(kHead + "every: 10m\n" + kHost), "f.yaml:2: a fleet file: a round comes at least once a step, which is 5m; write 5m or less");
  EXPECT_EQ(mistake(kHead + "poll: 2m\n" + kHost), "f.yaml:2: a fleet file: hosts are looked at in every round, so every 1m or more often");
  EXPECT_THAT(mistake(kHead + "level: full\n" + kHost), StartsWith("f.yaml:2: 'level' in a fleet file: "));
  EXPECT_THAT(mistake(kHead + "forecast horizons: [15m, 5m]\n" + kHost), HasSubstr("horizons must ascend"));
  EXPECT_THAT(mistake(kHead + kHost + "sharedpaths: [/srv]\n"), HasSubstr("f.yaml:4: unknown key 'sharedpaths'"));
  EXPECT_THAT(mistake(kHead + kHost + "limits: {migrations: 0}\n"), StartsWith("f.yaml:4: 'migrations' in limits"));
  EXPECT_THAT(mistake(kHead + kHost + "limits: {max sample age: 20s}\n"), HasSubstr("are not acted on; raise it"));
  EXPECT_THAT(mistake(kHead + kHost + "migration: {bandwidth: 100}\n"), HasSubstr("has no unit"));
  EXPECT_THAT(mistake(kHead + kHost + "migration: {tunnelled: true, tls: true}\n"), HasSubstr("give the hosts peers of qemu+tls"));
  EXPECT_THAT(mistake(kHead + kHost + "migration: {tunnelled: true, post copy after: 30s}\n"), HasSubstr("no post-copy through a tunnel"));
  EXPECT_THAT(mistake(kHead + "hosts:\n  - {uri: \"a://1\", capacity: {cpu: 1 core}, reserve: {cpu: 1 core}}\n"),
              HasSubstr("its cpu leaves nothing of its capacity for VMs"));
  EXPECT_THAT(mistake(kHead + "hosts:\n  - {uri: \"a://1\", rented: spot}\n"), HasSubstr("the fleet names no 'price book'"));
  EXPECT_THAT(mistake("scenario: x\n"), StartsWith("f.yaml"));
  EXPECT_EQ(load_live_fleet("/nonexistent/f.yaml").error().code, ErrorCode::kNotFound);
}

// A file may be anything: it is read, or told to be wrong in one line.
TEST(LiveFleet, ListensToAgentsWhereItSaysSo) {
  EXPECT_FALSE(read(kHead + kHost)->agents);
  const auto fleet = read(kHead + kHost + "agents: {listen: \"[::1]:7000\", interval: 5s, certificates last: 8h, ca certificate: ca.crt, ca key: ca.key, connections: 100}\n");
  ASSERT_TRUE(fleet) << fleet.error().message;
  EXPECT_EQ(fleet->agents->ingest.address, "::1");
  EXPECT_EQ(fleet->agents->ingest.port, 7000);
  EXPECT_EQ(fleet->agents->ingest.interval, seconds(5));
  EXPECT_EQ(fleet->agents->certificates_last, std::chrono::hours(8));
  EXPECT_EQ(fleet->agents->ingest.most_connections, 100u);
  EXPECT_EQ(fleet->agents->authority->certificate, std::filesystem::path(HEADROOM_SOURCE_DIR "/examples/ca.crt"));
  EXPECT_EQ(fleet->agents->near_limit, seconds(2));
  EXPECT_EQ(fleet->agents->calm, seconds(5)) << "as usual, unless said";
  EXPECT_EQ(fleet->agents->drain_within, seconds(5));
  const auto paced = read(kHead + kHost + "agents: {interval near a limit: 1s, interval when calm: 1m, drain within: 0s}\n");
  ASSERT_TRUE(paced) << paced.error().message;
  EXPECT_EQ(paced->agents->near_limit, seconds(1));
  EXPECT_EQ(paced->agents->calm, seconds(60));
  EXPECT_EQ(paced->agents->drain_within, seconds(0));
  EXPECT_THAT(mistake(kHead + kHost + "agents: {interval near a limit: 20s}\n"), HasSubstr("more seldom than the usual interval of 10s"));
  EXPECT_THAT(mistake(kHead + kHost + "agents: {interval when calm: 5s}\n"), HasSubstr("oftener than the usual interval of 10s"));
  EXPECT_THAT(mistake(kHead + kHost + "agents: {listen: 7475}\n"), HasSubstr("'7475' is not ADDRESS:PORT; write 0.0.0.0:7475"));
  EXPECT_THAT(mistake(kHead + kHost + "agents: {ca key: ca.key}\n"), HasSubstr("an authority of your own is both: 'ca certificate' and 'ca key'"));
  EXPECT_THAT(mistake(kHead + kHost + "agents: {certificates last: 2d}\n"), HasSubstr("certificates last"));
}

TEST(LiveFleet, SurvivesAnyFile) {
  const char* given = std::getenv("HEADROOM_SEED");
  const auto seed = given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 10)) : std::random_device{}();
  SCOPED_TRACE("HEADROOM_SEED=" + std::to_string(seed));
  std::mt19937 random(seed);
  const std::string good = kHead + "step: 10s\nlimits: {migrations: 3}\nowners: [{vms: \"a*\", owner: b}]\nceilings: {cpu: 2 vCPU}\n" + kHost;
  for (int i = 0; i < 2000; ++i) {
    std::string text = good;
    for (int edits = 1 + static_cast<int>(random() % 4); edits > 0 && !text.empty(); --edits) {
      const std::size_t at = random() % text.size();
      if (random() % 2 == 0) text.erase(at, 1 + random() % 8);
      else text[at] = static_cast<char>(" :-[]{},\"#\n\tz9%"[random() % 16]);
    }
    const auto fleet = read(text);
    if (fleet) continue;
    EXPECT_THAT(fleet.error().message, StartsWith("f.yaml")) << text;
    EXPECT_EQ(fleet.error().message.find('\n'), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace headroom
