// What running a fleet costs: an hour of 20 VMs on two libvirt hosts, looked at every 10 s with a round every minute, on a clock that the
// benchmark moves. All that headroomd does is done: statistics as libvirt names them are read and become rates and an inventory, samples go
// to the history store and the engine, forecasts are made, the planner plans, the board is put up. Libvirt's client, which takes the
// answers off the wire, is not in it; docs/benchmarks.md has the figure of a whole process.
#include <fmt/format.h>

#include <random>

#include "bench.h"
#include "headroom/actuator/memory_journal.h"
#include "headroom/base/clock.h"
#include "headroom/daemon/live_run.h"
#include "headroom/history/rocksdb_history.h"
#include "headroom/libvirt/census.h"

namespace headroom::bench {
namespace {

constexpr int kVms = 20, kHosts = 2;
constexpr Instant kStart = instant_from_epoch_seconds(1'700'000'100);
constexpr Duration kLasts = std::chrono::hours(1);

// Statistics of domains with two vCPUs, a disk and a NIC that do something, as they come from libvirt.
class Hosts final : public Hypervisor {
 public:
  Hosts(const Clock& clock, std::uint64_t seed) : clock_(clock), random_(seed), fields_(kVms) {
    for (int v = 0; v < kVms; ++v) {
      domains_.push_back(std::make_shared<const libvirt::Domain>(domain(v)));
      fields_[static_cast<std::size_t>(v)] = first_fields();
    }
  }

  Result<Inventory> inventory() override {
    std::vector<libvirt::HostView> views;
    for (int h = 0; h < kHosts; ++h) views.push_back({fmt::format("qemu+tls://h{}/system", h), read(h), true});
    last_ = census_.take(views);
    samples_.insert(samples_.end(), last_.samples.begin(), last_.samples.end());
    return last_.inventory;
  }
  Result<std::vector<VmSample>> samples() override { return std::exchange(samples_, {}); }
  Result<void> start(ActionId, const Action&) override { return fail(ErrorCode::kRefused, "only looked at"); }
  Result<Progress> progress(ActionId) override { return fail(ErrorCode::kNotFound, "nothing was begun"); }
  Result<void> cancel(ActionId) override { return fail(ErrorCode::kNotFound, "nothing was begun"); }

 private:
  static libvirt::Domain domain(int v) {
    const std::string xml = fmt::format(
        "<domain type='kvm' id='{0}'><name>vm-{0}</name><uuid>aaaaaaaa-1111-4000-8000-0000000001{0:02}</uuid><memory>8388608</memory>"
        "<currentMemory>4194304</currentMemory><vcpu current='2'>8</vcpu><os><type arch='x86_64' machine='q35'>hvm</type></os>"
        "<devices><disk type='network' device='disk'><source protocol='rbd' name='vms/{0}'/><target dev='vda'/></disk>"
        "<interface type='bridge'><source bridge='br0'/><model type='virtio'/></interface><memballoon model='virtio'/></devices></domain>", v);
    return libvirt::parse_domain(xml).value();
  }
  static libvirt::Fields first_fields() {
    libvirt::Fields f;
    f.numbers = {{"state.state", 1},           {"state.reason", 1},         {"cpu.time", 1},           {"cpu.user", 1},
                 {"cpu.system", 1},            {"vcpu.current", 2},         {"vcpu.maximum", 8},       {"vcpu.0.state", 1},
                 {"vcpu.0.time", 1},           {"vcpu.0.delay", 1},         {"vcpu.1.state", 1},       {"vcpu.1.time", 1},
                 {"vcpu.1.delay", 1},          {"balloon.current", 4194304}, {"balloon.maximum", 8388608}, {"balloon.rss", 3000000},
                 {"balloon.available", 4000000}, {"balloon.usable", 2500000}, {"balloon.unused", 1000000}, {"balloon.swap_in", 0},
                 {"balloon.swap_out", 0},      {"balloon.last-update", 1'700'000'000}, {"block.count", 1}, {"block.0.rd.bytes", 1},
                 {"block.0.wr.bytes", 1},      {"block.0.rd.reqs", 1},      {"block.0.wr.reqs", 1},    {"net.count", 1},
                 {"net.0.rx.bytes", 1},        {"net.0.tx.bytes", 1},       {"net.0.rx.pkts", 1},      {"net.0.tx.pkts", 1}};
    f.texts = {{"block.0.name", "vda"}, {"net.0.name", "vnet0"}};
    return f;
  }
  std::shared_ptr<const libvirt::HostReading> read(int host) {
    auto reading = std::make_shared<libvirt::HostReading>();
    reading->facts.uuid = reading->facts.name = fmt::format("h{}", host);
    reading->facts.cpus = 32;
    reading->facts.memory = 256_GiB;
    reading->at = clock_.now();
    for (int v = host; v < kVms; v += kHosts) {
      libvirt::Fields& f = fields_[static_cast<std::size_t>(v)];
      for (const char* grows : {"cpu.time", "vcpu.0.time", "vcpu.1.time"}) f.numbers[grows] += random_() % 5'000'000'000;
      for (const char* grows : {"block.0.rd.bytes", "block.0.wr.bytes", "net.0.rx.bytes", "net.0.tx.bytes"}) f.numbers[grows] += random_() % 10'000'000;
      f.numbers["balloon.usable"] = 1'000'000 + random_() % 2'000'000;
      f.numbers["balloon.last-update"] += 10;
      reading->domains.push_back({domains_[static_cast<std::size_t>(v)], libvirt::read_stats(f)});
    }
    return reading;
  }

  const Clock& clock_;
  std::mt19937_64 random_;
  std::vector<std::shared_ptr<const libvirt::Domain>> domains_;
  std::vector<libvirt::Fields> fields_;
  libvirt::MemoryIdBook ids_;
  libvirt::Census census_{{}, {}, ids_};
  libvirt::Observation last_;
  std::vector<VmSample> samples_;
};

}  // namespace

Result<std::vector<Figure>> loop_bench(const Setting& setting) {
  auto model = GlobalModel::load(setting.models / "ple.model");
  if (!model) return tl::unexpected(model.error());
  auto store = open_rocksdb_history(setting.scratch / "history");
  if (!store) return tl::unexpected(store.error());
  ManualClock clock(kStart);
  Hosts hosts(clock, setting.seed);
  MemoryJournal journal;
  LiveFleet fleet;
  fleet.name = "bench";
  double begun = 0;
  const auto wait = [&](Instant next) {
    if (begun == 0) begun = cpu_seconds();  // the first round opens files and starts threads
    clock.set(next);
    return next < kStart + kLasts;
  };
  LiveOptions options;
  options.model = *model;
  options.history = store->get();
  auto run = LiveRun::make(fleet, {hosts, journal, clock, wait}, options);
  if (!run) return tl::unexpected(run.error());
  if (auto ok = (*run)->go(); !ok) return tl::unexpected(ok.error());
  const double share = (cpu_seconds() - begun) / (static_cast<double>(kLasts.count()) / 1000);
  return std::vector<Figure>{{"20 VMs, looked at every 10 s", "% of a core", 100 * share, {{"bar", 1}}}};
}

}  // namespace headroom::bench
