// A VM's mark (store.h) as the log has it: whole, or what changed of its bytes since the one before, for a mark mostly stays as it was.
//
//   0 varint | length varint | bytes                    or
//   number of runs + 1, varint | (unchanged before it varint, length varint, bytes) each
#pragma once

#include <string>
#include <string_view>

#include "varint.h"

namespace headroom::history {

// `before`: none, nullptr: whole.
void put_mark_change(std::string& out, const std::string* before, std::string_view mark);
// Changes `mark`, which is the one before. False when the bytes are no such change.
bool read_mark_change(VarintReader& in, std::string& mark);

}  // namespace headroom::history
