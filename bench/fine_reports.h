// Reports every 10 s out of traces of every 5 minutes, as agents make them: each VM replays one of the traces from a seeded offset on, in
// between what the recorded means say, with noise of ours:
//
//   cpu       the trace in a straight line from slot to slot, plus AR(1) noise of 5 % of it and half a percent of a core; whole millicores
//   memory    the same line, plus a random walk in pages of 4 KiB that returns
//   disk      the line times log-normal noise, in blocks of 4 KiB an interval; network likewise, in bytes a second
//   held back mostly 0: cpu where it is at nine tenths of its cores, else cpu and memory now and then, for some reports; disk and network never
//   times     up to a millisecond late
//
// A column in four is thus next to constant. Where the trace has a gap there is none.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "headroom/model/sample.h"
#include "headroom/trace/fleet.h"

namespace headroom::bench {

inline constexpr std::size_t kValuesInReport = 2 * kResourceCount;   // used, and held back

class FineReports {
 public:
  static constexpr int kEvery_s = 10;

  // `copies` VMs out of each of the fleet's, which must outlive this. Equal seeds give equal reports.
  FineReports(const Fleet& fleet, int copies, std::uint64_t seed, Instant start);

  // The reports of all VMs at the next step, VM i being number i.
  void next(std::vector<VmSample>& reports);
  Instant time_of(int step) const { return start_ + step * std::chrono::seconds(kEvery_s); }
  const std::vector<std::string>& uuids() const { return uuids_; }

 private:
  struct Vm {
    std::size_t slot = 0;        // where its trace begins
    std::uint64_t random = 0;
    float cpu_noise = 0, pages = 0;
    std::array<std::uint16_t, 2> held_for{};   // reports yet, of cpu and memory
  };
  bool report_of(Vm& vm, const VmTrace& trace, Sample& sample) const;

  const Fleet& fleet_;
  Instant start_;
  int step_ = 0;
  std::vector<Vm> vms_;
  std::vector<std::string> uuids_;
};

}  // namespace headroom::bench
