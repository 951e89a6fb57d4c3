// A sealed chunk: up to kMaxChunkSamples samples of one VM, column by column. Each column of `used` is
// divided by the greatest common divisor of its values (memory comes in pages, rates in whole bytes), then
// held as deltas in zigzag varints; the columns together are compressed with zstd -1.
//
//   version 1 byte | crc32 4 bytes | last_ms - first_ms varint | samples varint | unpacked bytes varint |
//   zstd frame
//
// The checksum covers everything behind it and the key, so a chunk found under another VM's or another time's
// key is as damaged as one with a flipped bit.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stored_sample.h"

namespace headroom::history {

inline constexpr std::size_t kMaxChunkSamples = 8192;

// One at a time; holds the compressor's tables, which are dear to build.
class ChunkCoder {
 public:
  ChunkCoder();
  ~ChunkCoder();
  ChunkCoder(const ChunkCoder&) = delete;

  // `samples` ascending by time, each instant once, 1 to kMaxChunkSamples of them.
  std::string encode(std::string_view key, std::span<const StoredSample> samples);
  // What is wrong with the chunk, or nullptr; its samples are appended to `samples`.
  const char* decode(std::string_view key, std::string_view chunk, std::vector<StoredSample>& samples);

 private:
  struct Contexts;
  std::unique_ptr<Contexts> contexts_;
  std::string columns_;
};

// last_ms - first_ms of a chunk, without unpacking it; nullopt when its checksum does not vouch for it.
std::optional<std::int64_t> chunk_length_ms(std::string_view key, std::string_view chunk);

}  // namespace headroom::history
