// What one append() brings, on its way into the log and from there to what waits in memory:
//
//   Arrival arrival(database, index, log);
//   arrival.encode(samples, marks, batch);     // rows of the log, names of new VMs
//   ... the batch is written ...
//   arrival.settle(full);                      // memory follows
//
// Unless it was settled, the next records and marks of its VMs lean on none of its own. Callers lock.
// Errors: kRefused when the store can number no further VM; then nothing is encoded.
#pragma once

#include <rocksdb/write_batch.h>

#include <span>
#include <string>
#include <vector>

#include "sample_log.h"
#include "vm_index.h"

namespace headroom::history {

class Arrival {
 public:
  Arrival(const Database& database, VmIndex& index, SampleLog& log) : database_(database), index_(index), log_(log) {}
  ~Arrival();
  Arrival(const Arrival&) = delete;
  Arrival& operator=(const Arrival&) = delete;

  Result<void> encode(std::span<const HistorySample> samples, std::span<const HistoryMark> marks, rocksdb::WriteBatch& batch);
  // VMs that have enough for a chunk are added to `full`, ascending by number, each once. Returns by how many bytes what has to stay in
  // the log grew.
  std::size_t settle(std::vector<VmEntry*>& full);

 private:
  template <class Told>
  Result<std::vector<VmEntry*>> entries_of(std::span<const Told> told);
  void encode_samples(std::span<const HistorySample> samples, rocksdb::WriteBatch& batch);
  void encode_marks(std::span<const HistoryMark> marks, rocksdb::WriteBatch& batch);
  void put_name(VmEntry& vm, rocksdb::WriteBatch& batch);
  void add(RowWriter& row, std::uint32_t vm_number, std::string_view entry, rocksdb::WriteBatch& batch);
  void finish(RowWriter& row, rocksdb::WriteBatch& batch);

  const Database& database_;
  VmIndex& index_;
  SampleLog& log_;
  std::vector<VmEntry*> of_samples_, of_marks_;
  std::string records_;               // of the samples, one after the other
  std::vector<std::size_t> ends_;     // of each in it
  std::span<const HistoryMark> marks_;
  bool settled_ = false;
};

}  // namespace headroom::history
