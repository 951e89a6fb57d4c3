// A sample of one VM as it waits for its chunk, in memory and in the log: what changed since the one before, some 10 bytes. Records of
// a VM one after the other are read back in that order.
//
//   flags 1 byte | [which `stalled` changed 1 byte] | [zigzag(step - the step before) varint, or absolute: time varint] |
//   four times zigzag(used - the one before) varint, divided by what the flags say | the changed `stalled`, varint each
//
// An absolute record is against zeros, so that it can be read without any before it: a VM's first, and the first after each chunk.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "stored_sample.h"
#include "varint.h"

namespace headroom::history {

// What a VM's next record is against.
struct RecordBase {
  StoredSample last;
  std::int64_t step_ms = 0;
  bool known = false;   // false: the next one is absolute
};

// Both move `base` on.
void put_record(std::string& out, const StoredSample& sample, RecordBase& base);
// False when there is none, or when it is against one that is not known.
bool read_record(VarintReader& in, RecordBase& base);

// What waits of a VM for its next chunk.
struct Waiting {
  std::string records;   // in the order they came, from an absolute one on
  std::size_t count = 0;
  RecordBase base;       // for the next

  void add(const StoredSample& sample) {
    put_record(records, sample, base);
    ++count;
  }
};

// All records of a VM, from an absolute one on. False when they are not whole; what could be read is appended all the same.
bool read_records(std::string_view records, std::vector<StoredSample>& samples);

}  // namespace headroom::history
