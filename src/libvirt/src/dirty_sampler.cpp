#include "dirty_sampler.h"

#include <algorithm>
#include <optional>

#include "records.h"

namespace headroom::libvirt {
namespace {

constexpr Duration kLookEvery = std::chrono::milliseconds(500);
constexpr int kLooks = 10;  // after its window
constexpr std::int64_t kMebibyte = 1 << 20;

struct Told {
  bool measuring = false;
  std::optional<std::int64_t> mib_per_second{};  // of a window that is over
};

Told told_of(virDomain* domain) {
  const Records records = statistics_of(domain, VIR_DOMAIN_STATS_DIRTYRATE);
  if (!records || *records == nullptr) return {};
  const Fields told = fields_of(**records);
  const Counter status = told.number("dirtyrate.calc_status"), rate = told.number("dirtyrate.megabytes_per_second");
  const auto is = [&](int which) { return status == static_cast<std::uint64_t>(which); };
  return {is(VIR_DOMAIN_DIRTYRATE_MEASURING), is(VIR_DOMAIN_DIRTYRATE_MEASURED) && rate ? std::optional(static_cast<std::int64_t>(*rate)) : std::nullopt};
}

std::optional<Bytes> sample(virDomain* domain, Duration window, Bytes in_shorter, const Stop& left) {
  const auto seconds = static_cast<int>(std::chrono::floor<std::chrono::seconds>(window).count());
  if (virDomainStartDirtyRateCalc(domain, seconds, VIR_DOMAIN_DIRTYRATE_MODE_PAGE_SAMPLING) != 0) return std::nullopt;
  if (left.wait_for(window)) return std::nullopt;
  for (int i = 0; i < kLooks; ++i) {
    if (const auto rate = told_of(domain).mib_per_second) return dirtied_within(window, *rate, in_shorter);
    if (left.wait_for(kLookEvery)) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

bool is_being_sampled(virDomain* domain) { return domain != nullptr && told_of(domain).measuring; }

Bytes dirtied_within(Duration window, std::int64_t mib_per_second, Bytes in_shorter) {
  const std::int64_t most = (std::max<std::int64_t>(0, mib_per_second) + 1) * kMebibyte * window.count() / 1000;
  return std::max(in_shorter, Bytes(most));
}

DirtySampler::DirtySampler(DirtySampling how, KeepAlive keep_alive, std::shared_ptr<const Clock> clock)
    : how_(how), keep_alive_(keep_alive), clock_(std::move(clock)), book_(std::move(how)), desk_(std::make_shared<Desk>()) {}

DirtySampler::~DirtySampler() {
  for (Job& job : jobs_) job.left->request();
}

void DirtySampler::leave(const std::string& vm) {
  for (Job& job : jobs_)
    if (job.vm == vm) job.left->request();
}

void DirtySampler::take_in() {
  std::vector<Found> found;
  {
    const std::lock_guard lock(desk_->mutex);
    found.swap(desk_->found);
  }
  for (Found& f : found) book_.end(f.vm, std::move(f.samples));
  std::erase_if(jobs_, [](const Job& job) { return !job.worker->busy(); });
}

void DirtySampler::round(const std::vector<Candidate>& candidates) {
  take_in();
  std::vector<DirtyBook::Candidate> all;
  for (const Candidate& c : candidates) all.push_back(c.who);
  const auto next = book_.begin(all, clock_->now());
  if (!next) return;
  const auto found = std::find_if(candidates.begin(), candidates.end(), [&](const Candidate& c) { return c.who.vm == next->vm; });
  jobs_.push_back({next->vm, std::make_shared<Stop>(), std::make_unique<Worker>()});
  jobs_.back().worker->begin([desk = desk_, left = jobs_.back().left, uri = found->uri, vm = next->vm, windows = how_.windows,
                              keep_alive = keep_alive_, clock = clock_] {
    Found f{vm, {}};
    const auto connection = open_connection(uri, keep_alive);
    const Handle<virDomain> domain(connection ? virDomainLookupByUUIDString(connection->get(), vm.c_str()) : nullptr);
    for (Duration window : windows) {
      const Bytes so_far = f.samples.empty() ? Bytes() : f.samples.back().amount;
      const auto amount = domain && !left->requested() ? sample(domain.get(), window, so_far, *left) : std::nullopt;
      if (!amount) break;
      f.samples.push_back({window, *amount, clock->now()});
    }
    if (left->requested()) f.samples.clear();
    return [desk, f] {
      const std::lock_guard lock(desk->mutex);
      desk->found.push_back(f);
    };
  });
}

std::vector<DirtiedMemory> DirtySampler::of(const std::string& vm) const { return book_.of(vm, clock_->now()); }

}  // namespace headroom::libvirt
