// Chunks as they were written at first, which are still read: behind the head a varint of how many bytes the columns have unpacked, then
// zstd over them. Columns: times as second differences; each `used` as its unit and differences; `stalled` and the flag as runs.
#pragma once

#include <span>

#include "stored_sample.h"
#include "varint.h"

namespace headroom::history {

// What is wrong, or nullptr; then all `samples` are filled.
const char* read_chunk_v1(VarintReader& in, std::span<StoredSample> samples);

}  // namespace headroom::history
