// Endless reports of many VMs out of few recorded ones: each VM replays one of the traces from a seeded offset on, round and
// round.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "headroom/model/sample.h"
#include "headroom/trace/fleet.h"

namespace headroom::bench {

class Reports {
 public:
  // `copies` VMs out of each of the fleet's, which must outlive this. Report k ends at start + k * every.
  Reports(const Fleet& fleet, int copies, std::uint64_t seed, Instant start, Duration every);

  Instant time_of(int step) const { return start_ + step * every_; }
  // The reports of all VMs at one step, VM i being number i; gaps of the trace are gaps here.
  void at(int step, std::vector<VmSample>& reports) const;
  const std::vector<std::string>& uuids() const { return uuids_; }
  const VmTrace& trace_of(std::size_t vm) const { return fleet_.vms[vm % fleet_.vms.size()]; }

 private:
  const Fleet& fleet_;
  Instant start_;
  Duration every_;
  std::vector<std::size_t> offsets_;
  std::vector<std::string> uuids_;
};

}  // namespace headroom::bench
