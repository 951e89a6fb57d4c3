// What comes over the agent's wire, in pieces of any length: the frames are the same however it was cut, and none is over the limit.
#include <string>
#include <vector>

#include "headroom/wire/frame.h"
#include "text.h"

namespace {

using namespace headroom::wire;

constexpr std::size_t kLimit = 512;

struct Read {
  std::vector<std::string> payloads;
  bool good = true;
};

Read read_in_pieces(std::string_view bytes, std::size_t piece) {
  Read read;
  FrameReader frames(kLimit);
  for (std::size_t at = 0; at < bytes.size() && read.good; at += piece) {
    read.good = frames.push(bytes.substr(at, piece)).has_value();
    while (const auto payload = frames.next()) {
      if (payload->empty() || payload->size() > kLimit) std::abort();
      read.payloads.emplace_back(*payload);
    }
    if (read.good && frames.held() >= kLimit + kLengthBytes) std::abort();   // less than one frame is kept
  }
  return read;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes = headroom::fuzz::text(data + 1, size - 1);
  const Read pieces = read_in_pieces(bytes, 1 + data[0] % 64), whole = read_in_pieces(bytes, bytes.size());
  if (pieces.good != whole.good) std::abort();
  if (pieces.good && pieces.payloads != whole.payloads) std::abort();
  return 0;
}
