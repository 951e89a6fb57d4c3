#include "dirty_sampler.h"

#include <algorithm>
#include <cstring>
#include <optional>

namespace headroom::libvirt {
namespace {

constexpr Duration kLookEvery = std::chrono::milliseconds(500);
constexpr int kLooks = 10;  // after its window
constexpr std::int64_t kMebibyte = 1 << 20;

struct FreeRecords {
  void operator()(virDomainStatsRecord** records) const { virDomainStatsRecordListFree(records); }
};

// In MiB/s; absent while it is being measured, or where it is not told.
std::optional<std::int64_t> measured_rate(virDomain* domain) {
  virDomain* only[] = {domain, nullptr};
  virDomainStatsRecord** found = nullptr;
  if (virDomainListGetStats(only, VIR_DOMAIN_STATS_DIRTYRATE, &found, 0) < 0) return std::nullopt;
  const std::unique_ptr<virDomainStatsRecord*, FreeRecords> records(found);
  if (found[0] == nullptr) return std::nullopt;
  std::optional<std::int64_t> rate;
  bool over = false;
  for (int i = 0; i < found[0]->nparams; ++i) {
    const virTypedParameter& p = found[0]->params[i];
    if (std::strcmp(p.field, "dirtyrate.calc_status") == 0) over = p.value.i == VIR_DOMAIN_DIRTYRATE_MEASURED;
    if (std::strcmp(p.field, "dirtyrate.megabytes_per_second") == 0) rate = p.value.l;
  }
  return over ? rate : std::nullopt;
}

std::optional<Bytes> sample(virDomain* domain, Duration window, Bytes in_shorter, const Stop& abandoned) {
  const auto seconds = static_cast<int>(std::chrono::floor<std::chrono::seconds>(window).count());
  if (virDomainStartDirtyRateCalc(domain, seconds, VIR_DOMAIN_DIRTYRATE_MODE_PAGE_SAMPLING) != 0) return std::nullopt;
  if (abandoned.wait_for(window)) return std::nullopt;
  for (int i = 0; i < kLooks; ++i) {
    if (const auto rate = measured_rate(domain)) return dirtied_within(window, *rate, in_shorter);
    if (abandoned.wait_for(kLookEvery)) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

Bytes dirtied_within(Duration window, std::int64_t mib_per_second, Bytes in_shorter) {
  const std::int64_t most = (std::max<std::int64_t>(0, mib_per_second) + 1) * kMebibyte * window.count() / 1000;
  return std::max(in_shorter, Bytes(most));
}

DirtySampler::DirtySampler(DirtySampling how, KeepAlive keep_alive, std::shared_ptr<const Clock> clock)
    : how_(how), keep_alive_(keep_alive), clock_(std::move(clock)), book_(std::move(how)), desk_(std::make_shared<Desk>()) {}

DirtySampler::~DirtySampler() { desk_->abandoned.request(); }

void DirtySampler::take_in() {
  std::vector<Found> found;
  {
    const std::lock_guard lock(desk_->mutex);
    found.swap(desk_->found);
  }
  for (Found& f : found) book_.end(f.vm, std::move(f.samples));
  std::erase_if(workers_, [](const auto& worker) { return !worker->busy(); });
}

void DirtySampler::round(const std::vector<Candidate>& candidates) {
  take_in();
  std::vector<DirtyBook::Candidate> all;
  for (const Candidate& c : candidates) all.push_back(c.who);
  const auto next = book_.begin(all, clock_->now());
  if (!next) return;
  const auto found = std::find_if(candidates.begin(), candidates.end(), [&](const Candidate& c) { return c.who.vm == next->vm; });
  workers_.push_back(std::make_unique<Worker>());
  workers_.back()->begin([desk = desk_, uri = found->uri, vm = next->vm, windows = how_.windows, keep_alive = keep_alive_, clock = clock_] {
    Found f{vm, {}};
    const auto connection = open_connection(uri, keep_alive);
    const Handle<virDomain> domain(connection ? virDomainLookupByUUIDString(connection->get(), vm.c_str()) : nullptr);
    for (Duration window : windows) {
      const Bytes so_far = f.samples.empty() ? Bytes() : f.samples.back().amount;
      const auto amount = domain ? sample(domain.get(), window, so_far, desk->abandoned) : std::nullopt;
      if (!amount) break;
      f.samples.push_back({window, *amount, clock->now()});
    }
    return [desk, f] {
      const std::lock_guard lock(desk->mutex);
      desk->found.push_back(f);
    };
  });
}

std::vector<DirtiedMemory> DirtySampler::of(const std::string& vm) const { return book_.of(vm, clock_->now()); }

}  // namespace headroom::libvirt
