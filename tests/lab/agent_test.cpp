// headroom-agent in a real guest, with the manager's ingest on this machine: over the guest's network and over its virtio-serial port, on over live
// migrations.
#include "../../src/ingest/tests/rig.h"
#include "lab.h"

namespace headroom::lab {
namespace {

using std::chrono::seconds;

constexpr char kPort[] = "/dev/virtio-ports/org.headroom.agent.0";

ingest::IngestOptions every_second() {
  ingest::IngestOptions options;
  options.interval = seconds(1);
  return options;
}

class LabAgent : public LabTest {
 protected:
  LabAgent() : rig_(every_second()) {
    rig_.options.address = "0.0.0.0";
    rig_.stop();
    rig_.start();
  }
  void TearDown() override {
    if (IsSkipped()) return;
    (void)lab.run("ask vm1 'run killall headroom-agent; rm -rf /agent'");
    for (const std::string host : {"h1", "h2"}) {
      if (relays_) (void)lab.run("inside " + host + " pkill -f 'headroom-agent rela[y]'");
    }
  }

  // The guest's address of this machine, or the hosts'.
  std::string manager(int network) const { return fmt::format("10.{}.{}.1:{}", Setting().net, network, rig_.port()); }
  std::string uuid() const { return lab.say("uuid vm1"); }

  // Through its network, whatever it talks over later.
  void join() {
    const std::string token = rig_.token(uuid());
    lab.guest_says("vm1", "mkdir -p /agent && echo " + token + " > /agent/token");
    const std::string said = lab.guest_says("vm1", fmt::format("headroom-agent join /agent/token --state /agent --manager {}", manager(1)));
    ASSERT_EQ(said, "ok") << said;
  }
  void start(const std::string& manager) {
    lab.guest_says("vm1", fmt::format("setsid headroom-agent run --state /agent --manager {} > /agent/log 2>&1 < /dev/null &", manager));
  }
  void start_relays() {
    relays_ = true;
    for (const std::string host : {"h1", "h2"}) {
      const Ran ran = lab.run(fmt::format("inside {} setsid -f {}/headroom-agent relay --manager {} --channels '/var/lib/libvirt/qemu/channel/target/*/org.headroom.agent.0' "
                                          "> /dev/null 2>&1 < /dev/null", host, HEADROOM_BINARY_DIR, manager(0)));
      ASSERT_EQ(ran.exit_code, 0) << ran.text;
    }
  }
  std::size_t reports() { return rig_.samples(uuid()).size(); }
  bool reports_more(std::size_t by, Duration limit = seconds(60)) {
    const std::size_t had = reports();
    return within(limit, [&] { return reports() >= had + by; });
  }
  Duration longest_gap() {
    const auto samples = rig_.samples(uuid());
    Duration longest{};
    for (std::size_t i = 1; i < samples.size(); ++i) longest = std::max(longest, samples[i].at - samples[i - 1].at);
    return longest;
  }
  std::string guest_log() { return lab.guest_says("vm1", "cat /agent/log"); }

  void report_over_moves(const std::string& what) {
    ASSERT_TRUE(reports_more(5)) << guest_log();
    for (int move = 0; move < times(5); ++move) {
      const std::string to = other(lab.where("vm1"));
      const Ran moved = lab.run("migrate vm1 " + to);
      ASSERT_EQ(moved.exit_code, 0) << moved.text;
      EXPECT_TRUE(reports_more(5)) << guest_log();
      EXPECT_EQ(lab.where("vm1"), to);
    }
    fmt::print("{}: {} reports of vm1, the longest time between two of them {:.1f} s\n", what, reports(), static_cast<double>(longest_gap().count()) / 1000);
    EXPECT_LT(longest_gap(), seconds(20));
    const Sample last = rig_.samples(uuid()).back();
    EXPECT_GT(last.used[index(Resource::kMemory)], 0);
    EXPECT_TRUE(last.guest_statistics);
  }

  ingest::testing::Rig rig_;
  bool relays_ = false;
};

TEST_F(LabAgent, ReportsOverTheGuestsNetworkAndGoesOnAfterALiveMigration) {
  join();
  start(manager(1));
  report_over_moves("TCP");
}

TEST_F(LabAgent, ReportsOverTheVirtioSerialPortAndGoesOnAfterALiveMigration) {
  join();
  start_relays();
  start(kPort);
  report_over_moves("virtio-serial");
}

}  // namespace
}  // namespace headroom::lab
