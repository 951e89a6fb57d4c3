// What the benchmark "history" feeds to the store and to its peers.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "fine_reports.h"
#include "headroom/history/store.h"

namespace headroom::bench {

inline constexpr Instant kHistoryStart = instant_from_epoch_seconds(1'700'000'000);

// The next step's, VM by VM. `numbers`, when given, becomes the VM's number beside each.
inline std::vector<HistorySample> samples_of(FineReports& reports, std::vector<std::size_t>* numbers = nullptr) {
  std::vector<VmSample> now;
  reports.next(now);
  std::vector<HistorySample> samples;
  samples.reserve(now.size());
  if (numbers != nullptr) numbers->clear();
  for (const VmSample& report : now) {
    samples.push_back({reports.uuids()[report.vm.value()], report.sample});
    if (numbers != nullptr) numbers->push_back(report.vm.value());
  }
  return samples;
}

// A step's in ten parts: agents that report every 10 s, a tenth of them each second.
inline std::vector<std::span<const HistorySample>> seconds_of(std::span<const HistorySample> samples) {
  const std::size_t part = samples.size() / FineReports::kEvery_s + 1;
  std::vector<std::span<const HistorySample>> parts;
  for (std::size_t begin = 0; begin < samples.size(); begin += part) parts.push_back(samples.subspan(begin, std::min(part, samples.size() - begin)));
  return parts;
}

}  // namespace headroom::bench
