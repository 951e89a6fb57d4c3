// A sealed chunk of history as it may lie on a disk. A checksum would turn away nearly everything, so that the first byte says how much
// of the frame is made to fit: nothing; the checksum; or all of it, the input being the columns it holds, as either version packs them.
#include <zlib.h>
#include <zstd.h>

#include "chunk.h"
#include "text.h"
#include "varint.h"

namespace {

using namespace headroom::history;

constexpr std::string_view kKey = "key";

std::string sealed(char version, std::string_view body) {
  std::string chunk(5, '\0');
  chunk[0] = version;
  const auto add = [](uLong sum, std::string_view bytes) {
    return crc32(sum, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size()));
  };
  const auto sum = static_cast<std::uint32_t>(add(add(crc32(0, nullptr, 0), kKey), body));
  for (int i = 0; i < 4; ++i) chunk[1 + i] = static_cast<char>(sum >> (8 * i));
  return chunk.append(body);
}

std::string head_of(std::uint8_t samples) {
  std::string head;
  put_varint(head, 1);
  put_varint(head, samples);
  return head;
}

std::string packed_first(std::uint8_t samples, std::string_view columns) {
  std::string body = head_of(samples);
  put_varint(body, columns.size());
  std::string frame(ZSTD_compressBound(columns.size()), '\0');
  frame.resize(ZSTD_compress(frame.data(), frame.size(), columns.data(), columns.size(), 1));
  return sealed(1, body + frame);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view rest = headroom::fuzz::text(data + 2, size - 2);
  std::string chunk(rest);
  if (data[0] % 4 == 1) chunk = sealed(data[1] % 2 == 0 ? 1 : 2, rest);
  if (data[0] % 4 == 2) chunk = packed_first(data[1], rest);
  if (data[0] % 4 == 3) chunk = sealed(2, head_of(data[1]).append(rest));
  std::vector<StoredSample> samples;
  const char* const wrong = decode_chunk(kKey, chunk, samples);
  if (wrong != nullptr && !samples.empty()) std::abort();   // nothing of a bad chunk is handed out
  if (wrong == nullptr && samples.empty()) std::abort();
  static_cast<void>(chunk_length_ms(kKey, chunk));
  return 0;
}
