// Frames of the agent's wire: a length in four bytes, big endian, then so many bytes of one protobuf message (docs/wire.md).
//
//   FrameReader frames(kMostFrameBytes);
//   if (auto ok = frames.push(what_was_read); !ok) close();      // a length over the limit is refused before anything is kept for it
//   while (const auto payload = frames.next()) take(*payload);
//
// Sizes are bytes. Threads: none of its own; a reader belongs to one. Ownership: a payload is a view into the reader, good
// until its next push(). Errors: a Result with one sentence, after which the connection is to be closed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "headroom/base/result.h"

namespace headroom::wire {

inline constexpr std::size_t kLengthBytes = 4;
inline constexpr std::size_t kMostFrameBytes = 64 << 10;  // of a payload. The longest honest message is some 4 KiB

class FrameReader {
 public:
  explicit FrameReader(std::size_t most_payload_bytes = kMostFrameBytes) : most_(most_payload_bytes) {}

  // Takes bytes as they came. Fails when a length that has become readable is zero or over the limit, and from then on
  // always. Call next() until it has no more before the next push(): what is held is then less than one frame.
  Result<void> push(std::string_view bytes);
  // The next whole payload, if there is one.
  std::optional<std::string_view> next();

  std::size_t held() const { return buffer_.size() - begun_; }
  void set_limit(std::size_t most_payload_bytes) { most_ = most_payload_bytes; }  // for the lengths that come

 private:
  Result<void> check_lengths();

  std::string buffer_;
  std::size_t begun_ = 0;    // of buffer_: where the next frame begins
  std::size_t checked_ = 0;  // of buffer_: where the first frame begins whose length was not looked at
  std::size_t most_;
  bool broken_ = false;
};

// Writes one frame at the end of `out`. The payload must not be empty or over kMostFrameBytes.
void append_frame(std::string_view payload, std::string& out);

}  // namespace headroom::wire
