// Keys of the three column families. Numbers are big-endian, so that RocksDB's order is theirs.
//   chunks: VM number (4 bytes), first sample's ms (8)          log: row number (8), version (1; the first had none)
//   default: 'v' + UUID -> VM number; 's' + VM number (4) -> what of it is sealed;
//            'm' + UUID -> its writer's mark, as the first version wrote it; the log's count more
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace headroom::history {

template <class Int>
void put_big_endian(std::string& out, Int value) {
  for (int shift = 8 * (static_cast<int>(sizeof(Int)) - 1); shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(static_cast<std::uint64_t>(value) >> shift));
}
// 0 when the bytes are too few: a foreign key, which then fails its checksum.
template <class Int>
Int get_big_endian(std::string_view bytes) {
  if (bytes.size() < sizeof(Int)) return 0;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(Int); ++i) value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
  return static_cast<Int>(value);
}

inline std::string chunk_key(std::uint32_t vm_number, std::int64_t first_ms) {
  std::string key;
  put_big_endian(key, vm_number);
  put_big_endian(key, first_ms);
  return key;
}
inline std::int64_t first_ms_of(std::string_view chunk_key) {
  return chunk_key.size() == 12 ? get_big_endian<std::int64_t>(chunk_key.substr(4)) : 0;
}
inline constexpr char kLogVersion = 2;
// Before all rows of this number, whatever their version.
inline std::string log_bound(std::uint64_t row) {
  std::string key;
  put_big_endian(key, row);
  return key;
}
inline std::string log_key(std::uint64_t row) {
  return log_bound(row) + kLogVersion;
}
inline std::string uuid_key(std::string_view uuid) {
  return std::string("v").append(uuid);
}
inline std::string mark_key(std::string_view uuid) {
  return std::string("m").append(uuid);
}
inline std::string sealed_key(std::uint32_t vm_number) {
  std::string key("s");
  put_big_endian(key, vm_number);
  return key;
}

}  // namespace headroom::history
