#include "report_store.h"

#include <algorithm>
#include <cstdint>

#include "headroom/base/check.h"

namespace headroom::agent {
namespace {

using wire::v1::Report;

std::uint32_t fit32(std::int64_t value) { return static_cast<std::uint32_t>(std::clamp<std::int64_t>(value, 0, UINT32_MAX)); }
std::uint64_t fit64(std::int64_t value) { return static_cast<std::uint64_t>(std::max<std::int64_t>(value, 0)); }
void set_name(std::string* text, const Name& name) { text->assign(name.view()); }

void write_devices(const Sample& sample, Report& report) {
  for (const DiskUse& use : sample.disks) {
    wire::v1::Disk& disk = *report.add_disks();
    set_name(disk.mutable_name(), use.name);
    disk.set_read_bytes_per_s(fit64(use.read_bytes_per_s));
    disk.set_write_bytes_per_s(fit64(use.write_bytes_per_s));
    disk.set_ops_per_ks(fit32(use.ops_per_ks));
    disk.set_latency_us(fit32(use.latency_us));
  }
  for (const NicUse& use : sample.nics) {
    wire::v1::Nic& nic = *report.add_nics();
    set_name(nic.mutable_name(), use.name);
    nic.set_rx_bytes_per_s(fit64(use.rx_bytes_per_s));
    nic.set_tx_bytes_per_s(fit64(use.tx_bytes_per_s));
    nic.set_drops_per_ks(fit32(use.drops_per_ks));
  }
}

void write_processes(const Sample& sample, Report& report) {
  for (const ProcessUse& use : sample.processes) {
    wire::v1::Process& process = *report.add_processes();
    set_name(process.mutable_name(), use.name);
    process.set_cpu_mcores(fit32(use.cpu_mcores));
    process.set_memory_kib(fit64(use.memory_kib));
  }
}

// A list that a single sample does not have is its mean.
std::int64_t value(const google::protobuf::RepeatedField<std::int64_t>& list, const Report& report, int metric) {
  return list.empty() ? report.mean(metric) : list.Get(metric);
}

std::int64_t mean_by_span(std::int64_t a, std::int64_t span_a, std::int64_t b, std::int64_t span_b) {
  if (a == kUnknown || b == kUnknown) return a == kUnknown ? b : a;
  const auto whole = static_cast<double>(span_a + span_b);
  return static_cast<std::int64_t>((static_cast<double>(a) * static_cast<double>(span_a) + static_cast<double>(b) * static_cast<double>(span_b)) / whole + 0.5);
}

std::int64_t known_min(std::int64_t a, std::int64_t b) { return a == kUnknown ? b : b == kUnknown ? a : std::min(a, b); }

}  // namespace

ReportStore::ReportStore(std::size_t capacity) : capacity_(capacity) {
  HEADROOM_CHECK(capacity >= 8, "half of the reports may wait for their acknowledgement, the rest must leave two to roll up");
}

void ReportStore::add(const Sample& sample) {
  if (reports_.size() == capacity_) make_room();
  Report& report = reports_.emplace_back();
  report.set_sequence(++sequence_);
  report.set_boottime_ns(fit64(sample.boottime_ns));
  report.set_wall_ns(sample.wall_ns);
  report.set_span_ms(fit32(std::max<std::int64_t>(sample.span_ms, 1)));
  report.set_samples(1);
  report.mutable_mean()->Add(sample.values.begin(), sample.values.end());
  write_devices(sample, report);
  write_processes(sample, report);
}

const Report* ReportStore::next_to_send() {
  if (sent_ == reports_.size() || sent_ >= capacity_ / 2) return nullptr;
  const Report* report = &reports_[sent_++];
  ever_sent_ = std::max(ever_sent_, sent_);
  return report;
}

void ReportStore::acknowledge(std::uint64_t through_sequence, const std::function<void(const Report&)>& had) {
  while (!reports_.empty() && reports_.front().sequence() <= through_sequence) {
    if (had) had(reports_.front());
    reports_.pop_front();
    if (sent_ > 0) --sent_;
    if (ever_sent_ > 0) --ever_sent_;
  }
}

void ReportStore::begin_new_run() {
  sequence_ = 0;
  for (Report& report : reports_) report.set_sequence(++sequence_);
  sent_ = ever_sent_ = 0;
}

void ReportStore::make_room() {
  std::size_t best = ever_sent_;
  const auto samples = [&](std::size_t at) { return reports_[at].samples() + reports_[at + 1].samples(); };
  for (std::size_t at = ever_sent_; at + 1 < reports_.size(); ++at) {
    if (samples(at) < samples(best)) best = at;
  }
  reports_[best + 1] = rolled_up(reports_[best], reports_[best + 1]);
  reports_.erase(reports_.begin() + static_cast<std::ptrdiff_t>(best));
}

Report rolled_up(const Report& older, const Report& newer) {
  Report both;
  both.set_sequence(newer.sequence());
  both.set_boottime_ns(newer.boottime_ns());
  both.set_wall_ns(newer.wall_ns());
  both.set_span_ms(fit32(static_cast<std::int64_t>(older.span_ms()) + newer.span_ms()));
  both.set_samples(older.samples() + newer.samples());
  for (int metric = 0; metric < newer.mean_size(); ++metric) {
    both.add_mean(mean_by_span(older.mean(metric), older.span_ms(), newer.mean(metric), newer.span_ms()));
    both.add_least(known_min(value(older.least(), older, metric), value(newer.least(), newer, metric)));
    both.add_most(std::max(value(older.most(), older, metric), value(newer.most(), newer, metric)));
  }
  // Kills are counted, not averaged.
  const auto kills = wire::v1::METRIC_OOM_KILLS;
  if (older.mean(kills) >= 0 && newer.mean(kills) >= 0) both.set_mean(kills, older.mean(kills) + newer.mean(kills));
  return both;
}

}  // namespace headroom::agent
