#include "headroom/wire/message.h"

#include <algorithm>

#include "headroom/base/check.h"
#include "headroom/wire/frame.h"
#include "shape.h"

namespace headroom::wire {
namespace {

template <class Message>
Result<void> decode_into(std::string_view payload, Message& message) {
  if (payload.size() > kMostFrameBytes) return invalid("a payload over the frames' limit");
  if (!message.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return invalid("a payload that is no message");
  return check_shape(message);
}

template <class Message>
Result<Message> decoded(std::string_view payload) {
  Message message;
  if (auto ok = decode_into(payload, message); !ok) return tl::unexpected(ok.error());
  return message;
}

// Straight behind its length: the message is written once.
template <class Message>
void append_message(const Message& message, std::string& out) {
  const std::size_t bytes = message.ByteSizeLong(), at = out.size();
  HEADROOM_CHECK(bytes > 0 && bytes <= kMostFrameBytes, "no message of ours is empty or over the limit");
  out.resize(at + kLengthBytes + bytes);
  for (std::size_t i = 0; i < kLengthBytes; ++i) out[at + i] = static_cast<char>(bytes >> (24 - 8 * i) & 0xff);
  message.SerializeWithCachedSizesToArray(reinterpret_cast<std::uint8_t*>(out.data() + at + kLengthBytes));
}

}  // namespace

Result<void> decode(std::string_view payload, v1::FromAgent& message) { return decode_into(payload, message); }
Result<void> decode(std::string_view payload, v1::ToAgent& message) { return decode_into(payload, message); }
Result<v1::FromAgent> decode_from_agent(std::string_view payload) { return decoded<v1::FromAgent>(payload); }
Result<v1::ToAgent> decode_to_agent(std::string_view payload) { return decoded<v1::ToAgent>(payload); }

void append(const v1::FromAgent& message, std::string& out) { append_message(message, out); }
void append(const v1::ToAgent& message, std::string& out) { append_message(message, out); }

std::string printable(std::string_view text) {
  std::string shown(text.substr(0, kMostTextBytes));
  std::replace_if(shown.begin(), shown.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return shown;
}

std::uint32_t common_version(std::uint32_t min, std::uint32_t max) {
  const std::uint32_t version = std::min(max, kVersionMax);
  return version >= std::max(min, kVersionMin) ? version : 0;
}

}  // namespace headroom::wire
