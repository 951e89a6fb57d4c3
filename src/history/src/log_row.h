// Rows of the log: a kind, then
//   reports: a record (record.h) each, of any VM, in the order they came: zigzag(VM number - the one before) varint | record
//   groups:  what waits of a VM, whole: VM number varint | length varint | records
//   marks:   a change each (mark_change.h) to a VM's mark: zigzag(VM number - the one before) varint | change
//
// A record among reports is against its VM's one before in the log. None of the VM's chunks is needed to read it, since the first after
// each chunk is absolute.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "mark_change.h"
#include "record.h"

namespace headroom::history {

// A row of reports or of marks, as it is written.
class RowWriter {
 public:
  static RowWriter reports();
  static RowWriter marks();

  void add(std::uint32_t vm_number, std::string_view record_or_change);
  const std::string& bytes() const { return bytes_; }   // empty when nothing was added
  void clear();

 private:
  explicit RowWriter(char kind) : kind_(kind) {}

  char kind_;
  std::string bytes_;
  std::uint32_t last_ = 0;
};

void put_group(std::string& row, std::uint32_t vm_number, std::string_view records);

// What a VM's records are to be added to; nullptr: what the row has of it does not count.
using FindWaiting = std::function<Waiting*(std::uint32_t vm_number)>;
// The mark that is to be changed; nullptr likewise.
using FindMark = std::function<std::string*(std::uint32_t vm_number)>;

// False when the row is damaged.
bool read_row(std::string_view row, const FindWaiting& find, const FindMark& find_mark);
// The same of the rows that were written at first: groups of whole samples.
bool read_row_v1(std::string_view row, const FindWaiting& find);

}  // namespace headroom::history
