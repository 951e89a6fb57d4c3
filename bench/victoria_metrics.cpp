#include "victoria_metrics.h"

#include <fmt/format.h>
#include <httplib.h>

#include <array>
#include <charconv>
#include <cstring>
#include <sstream>

#include "headroom/base/stop.h"

namespace headroom::bench {
namespace {

namespace fs = std::filesystem;

constexpr Duration kPatience = std::chrono::seconds(30);
constexpr std::array<const char*, 2 * kResourceCount> kNames{"used_cpu", "used_memory", "used_disk", "used_network",
                                                             "held_cpu", "held_memory", "held_disk", "held_network"};

// In thousandths at most, as the history keeps them.
double value_of(const Sample& s, std::size_t i) {
  return i < kResourceCount ? s.used[i] : std::round(static_cast<double>(s.stalled[i - kResourceCount]) * 1000) / 1000;
}

std::int64_t ms_of(const Sample& s) { return s.at.time_since_epoch().count(); }

// Protobuf by hand: the message has four fields.
void put_varint(std::string& out, std::uint64_t v) {
  for (; v >= 0x80; v >>= 7) out.push_back(static_cast<char>(v | 0x80));
  out.push_back(static_cast<char>(v));
}
void put_bytes(std::string& out, int field, std::string_view bytes) {
  put_varint(out, static_cast<std::uint64_t>(field << 3 | 2));
  put_varint(out, bytes.size());
  out.append(bytes);
}
void put_label(std::string& series, std::string_view name, std::string_view value) {
  std::string label;
  put_bytes(label, 1, name);
  put_bytes(label, 2, value);
  put_bytes(series, 1, label);
}
void put_sample(std::string& series, double value, std::int64_t at_ms) {
  std::string sample(9, '\x09');   // field 1, 8 bytes
  std::memcpy(sample.data() + 1, &value, sizeof value);
  sample.push_back('\x10');        // field 2, varint
  put_varint(sample, static_cast<std::uint64_t>(at_ms));
  put_bytes(series, 2, sample);
}

// Snappy's format with nothing compressed, which is the least work to read: the length, then one literal of all.
std::string in_snappy(std::string_view bytes) {
  std::string out;
  put_varint(out, bytes.size());
  out.push_back(static_cast<char>(63 << 2));
  const auto length = static_cast<std::uint32_t>(bytes.size() - 1);
  for (int shift = 0; shift < 32; shift += 8) out.push_back(static_cast<char>(length >> shift));
  return out.append(bytes);
}

}  // namespace

VictoriaMetrics::VictoriaMetrics(const fs::path& program, const fs::path& data, int port)
    : data_(data),
      program_({program.string(), "-storageDataPath=" + data.string(), fmt::format("-httpListenAddr=127.0.0.1:{}", port), "-retentionPeriod=100y", "-loggerLevel=ERROR"}),
      http_(std::make_unique<httplib::Client>("127.0.0.1", port)) {
  http_->set_keep_alive(true);
  http_->set_tcp_nodelay(true);
  http_->set_read_timeout(kPatience);
}

VictoriaMetrics::~VictoriaMetrics() = default;

Result<std::unique_ptr<VictoriaMetrics>> VictoriaMetrics::start(const fs::path& program, const fs::path& data) {
  std::unique_ptr<VictoriaMetrics> started(new VictoriaMetrics(program, data, free_port()));
  if (!poll_until([&] { return started->get("/health").has_value(); }, kPatience)) return fail(ErrorCode::kFailed, "VictoriaMetrics does not answer");
  return started;
}

Result<void> VictoriaMetrics::post(const std::string& path, const std::string& body) {
  const auto answer = http_->Post(path, body, "application/octet-stream");
  if (answer && answer->status / 100 == 2) return {};
  return fail(ErrorCode::kFailed, "VictoriaMetrics refuses what it is sent: " + (answer ? answer->body : std::string("no answer")));
}

Result<std::string> VictoriaMetrics::get(const std::string& path) {
  const auto answer = http_->Get(path);
  if (answer && answer->status / 100 == 2) return answer->body;
  return fail(ErrorCode::kFailed, "VictoriaMetrics does not answer " + path);
}

Result<void> VictoriaMetrics::remote_write(std::span<const HistorySample> samples) {
  std::string request;
  for (std::size_t begin = 0, end = 0; begin < samples.size(); begin = end) {
    while (end < samples.size() && samples[end].vm_uuid == samples[begin].vm_uuid) ++end;
    for (std::size_t value = 0; value < kNames.size(); ++value) {
      std::string series;
      put_label(series, "__name__", kNames[value]);
      put_label(series, "vm", samples[begin].vm_uuid);
      for (std::size_t i = begin; i < end; ++i) put_sample(series, value_of(samples[i].sample, value), ms_of(samples[i].sample));
      put_bytes(request, 1, series);
    }
  }
  return post("/api/v1/write", in_snappy(request));
}

Result<void> VictoriaMetrics::write_lines(std::span<const HistorySample> samples) {
  fmt::memory_buffer lines;
  for (const HistorySample& s : samples) {
    fmt::format_to(std::back_inserter(lines), "h,vm={} ", s.vm_uuid);
    for (std::size_t value = 0; value < kNames.size(); ++value)
      fmt::format_to(std::back_inserter(lines), "{}{}={}", value == 0 ? "" : ",", kNames[value], value_of(s.sample, value));
    fmt::format_to(std::back_inserter(lines), " {}000000\n", ms_of(s.sample));
  }
  return post("/write", fmt::to_string(lines));
}

Result<double> VictoriaMetrics::metric(std::string_view begins) {
  const auto page = get("/metrics");
  if (!page) return tl::unexpected(page.error());
  std::istringstream lines(*page);
  double sum = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(begins)) continue;
    double value = 0;
    const char* const at = line.data() + line.rfind(' ') + 1;
    std::from_chars(at, line.data() + line.size(), value);
    sum += value;
  }
  return sum;
}

Result<double> VictoriaMetrics::values() { return metric("vm_rows{type=\"storage/"); }

Result<void> VictoriaMetrics::flush() {
  if (const auto ok = get("/internal/force_flush"); !ok) return tl::unexpected(ok.error());
  return {};
}

Result<double> VictoriaMetrics::merged_bytes() {
  if (const auto ok = get("/internal/force_merge"); !ok) return tl::unexpected(ok.error());
  const auto over = [&] { return metric("vm_active_force_merges").value_or(1) == 0 && metric("vm_active_merges{type=\"storage/").value_or(1) == 0; };
  if (!poll_until(over, kPatience)) return fail(ErrorCode::kFailed, "VictoriaMetrics does not end its merges");
  double bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(data_ / "data"))
    if (entry.is_regular_file()) bytes += static_cast<double>(entry.file_size());
  return bytes;
}

}  // namespace headroom::bench
