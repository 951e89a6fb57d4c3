// VictoriaMetrics as a peer of the history: a single node of it on this machine's loopback, fed over HTTP with what the history is fed with.
//
// Threads: one. Errors: kFailed where it does not answer or takes something else than what it was sent.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "headroom/base/result.h"
#include "headroom/history/store.h"
#include "programs.h"

namespace httplib {
class Client;
}

namespace headroom::bench {

class VictoriaMetrics {
 public:
  static Result<std::unique_ptr<VictoriaMetrics>> start(const std::filesystem::path& program, const std::filesystem::path& data);
  ~VictoriaMetrics();

  // Prometheus's remote write: the samples of a VM in one series a value, however many; those of a VM one after the other.
  Result<void> remote_write(std::span<const HistorySample> samples);
  // InfluxDB's line protocol: a line a sample, with all its values.
  Result<void> write_lines(std::span<const HistorySample> samples);
  // What it has in memory goes to files.
  Result<void> flush();
  double cpu_seconds() const { return program_.cpu_seconds(); }
  // How many values it has stored, as it counts them itself.
  Result<double> values();
  // Bytes of its blocks, without its index, once it has merged them all.
  Result<double> merged_bytes();

 private:
  VictoriaMetrics(const std::filesystem::path& program, const std::filesystem::path& data, int port);
  Result<void> post(const std::string& path, const std::string& body);
  Result<std::string> get(const std::string& path);
  // The sum of its own metrics whose names begin so.
  Result<double> metric(std::string_view begins);

  std::filesystem::path data_;
  Program program_;
  std::unique_ptr<httplib::Client> http_;
};

}  // namespace headroom::bench
