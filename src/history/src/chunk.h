// A sealed chunk: up to kMaxChunkSamples samples of one VM, column by column (columns.h). Each column of `used` is divided by the greatest
// common divisor of its values: memory comes in pages, rates in whole bytes.
//
//   version 1 byte | crc32 4 bytes | last_ms - first_ms varint | samples varint |
//   first_ms varint | if there are more: step_ms varint, what each is off that pace as a column |
//   four times `used`: unit varint, column | four times `stalled`: column | guest_statistics: column
//
// The checksum covers everything behind it and the key, so a chunk found under another VM's or another time's
// key is as damaged as one with a flipped bit. Version 1 is read as well (chunk_v1.h).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stored_sample.h"

namespace headroom::history {

inline constexpr std::size_t kMaxChunkSamples = 8192;

// `samples` ascending by time, each instant once, 1 to kMaxChunkSamples of them.
std::string encode_chunk(std::string_view key, std::span<const StoredSample> samples);
// What is wrong with the chunk, or nullptr; its samples are appended to `samples`.
const char* decode_chunk(std::string_view key, std::string_view chunk, std::vector<StoredSample>& samples);

// last_ms - first_ms of a chunk, without unpacking it; nullopt when its checksum does not vouch for it.
std::optional<std::int64_t> chunk_length_ms(std::string_view key, std::string_view chunk);

}  // namespace headroom::history
