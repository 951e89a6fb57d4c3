// How samples are written before they are in a chunk. A record is one sample without its VM (about 25 bytes);
// the records of a VM that wait for their chunk lie one after the other in a string. A row of the log is
// groups of (VM number, length, records), so putting what waits into a new row is copying.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "stored_sample.h"

namespace headroom::history {

void put_record(std::string& out, const StoredSample& sample);

// False when the bytes are no whole number of records; what could be read is appended all the same.
bool read_records(std::string_view records, std::vector<StoredSample>& samples);

void put_group(std::string& row, std::uint32_t vm_number, std::string_view records);

// Calls `group(vm_number, records)` for each; false when the row is damaged.
bool read_groups(std::string_view row, const std::function<void(std::uint32_t, std::string_view)>& group);

}  // namespace headroom::history
