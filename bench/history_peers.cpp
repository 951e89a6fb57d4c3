#include "history_peers.h"

#include <fmt/format.h>

#include <algorithm>

#include "fine_reports.h"
#include "history_load.h"
#include "victoria_metrics.h"

namespace headroom::bench {
namespace {

constexpr std::size_t kTogether = 60;   // samples of a series in one request
constexpr int kFirstSteps = 3;

Result<void> all_stored(VictoriaMetrics& peer, double sent) {
  const auto stored = peer.values();
  if (!stored) return tl::unexpected(stored.error());
  if (*stored != sent) return fail(ErrorCode::kFailed, fmt::format("VictoriaMetrics says that it has {} of {} values", *stored, sent));
  return {};
}

Result<PeerCost> cost_of(VictoriaMetrics& peer, double values, double before_cpu_s, double sent) {
  if (auto ok = peer.flush(); !ok) return tl::unexpected(ok.error());
  PeerCost cost;
  cost.values_per_cpu_s = values / (peer.cpu_seconds() - before_cpu_s);
  if (auto ok = all_stored(peer, sent); !ok) return tl::unexpected(ok.error());
  const auto bytes = peer.merged_bytes();
  if (!bytes) return tl::unexpected(bytes.error());
  cost.bytes_per_value = *bytes / sent;
  return cost;
}

}  // namespace

std::optional<std::filesystem::path> victoria_metrics_program() {
  const std::filesystem::path program = HEADROOM_PEERS "/usr/bin/victoria-metrics";
  if (std::filesystem::exists(program)) return program;
  fmt::print("  SKIPPED: VictoriaMetrics is not there; bench.sh unpacks Debian's victoria-metrics\n");
  return std::nullopt;
}

Result<PeerCost> victoria_day(const std::filesystem::path& program, const Fleet& fleet, int copies, int steps, const Setting& setting) {
  auto peer = VictoriaMetrics::start(program, setting.scratch / "victoria-day");
  if (!peer) return tl::unexpected(peer.error());
  FineReports reports(fleet, copies, setting.seed, kHistoryStart);
  std::vector<std::vector<HistorySample>> of_vm(reports.uuids().size());
  std::vector<HistorySample> request;
  std::vector<std::size_t> numbers;
  double values = 0;
  for (int step = 0; step < steps; ++step) {
    const std::vector<HistorySample> now = samples_of(reports, &numbers);
    for (std::size_t i = 0; i < now.size(); ++i) of_vm[numbers[i]].push_back(now[i]);
    if (static_cast<std::size_t>(step + 1) % kTogether != 0 && step + 1 != steps) continue;
    request.clear();
    for (auto& samples : of_vm) {
      request.insert(request.end(), samples.begin(), samples.end());
      samples.clear();
    }
    if (auto ok = (*peer)->remote_write(request); !ok) return tl::unexpected(ok.error());
    values += static_cast<double>(request.size() * kValuesInReport);
  }
  return cost_of(**peer, values, 0, values);
}

Result<PeerCost> victoria_wide(const std::filesystem::path& program, const Fleet& fleet, int copies, int steps, Way way, const Setting& setting) {
  auto peer = VictoriaMetrics::start(program, setting.scratch / (way == Way::kLines ? "victoria-lines" : "victoria-write"));
  if (!peer) return tl::unexpected(peer.error());
  FineReports reports(fleet, copies, setting.seed, kHistoryStart);
  double sent = 0, counted = 0, before_cpu_s = 0;
  for (int step = 0; step < kFirstSteps + steps; ++step) {
    if (step == kFirstSteps) {
      counted = -sent;
      before_cpu_s = (*peer)->cpu_seconds();
    }
    const std::vector<HistorySample> now = samples_of(reports);
    for (const auto second : seconds_of(now)) {
      if (auto ok = way == Way::kLines ? (*peer)->write_lines(second) : (*peer)->remote_write(second); !ok) return tl::unexpected(ok.error());
      sent += static_cast<double>(second.size() * kValuesInReport);
    }
  }
  return cost_of(**peer, counted + sent, before_cpu_s, sent);
}

}  // namespace headroom::bench
