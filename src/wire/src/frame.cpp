#include "headroom/wire/frame.h"

#include "headroom/base/check.h"

namespace headroom::wire {
namespace {

constexpr std::size_t kMostKeptBytes = 2 << 10;  // of an empty reader: one burst must not be held for each of 100,000 connections

std::size_t length_at(std::string_view bytes) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i) length = length << 8 | static_cast<unsigned char>(bytes[i]);
  return length;
}

}  // namespace

Result<void> FrameReader::push(std::string_view bytes) {
  if (broken_) return invalid("the frames before were broken");
  if (begun_ == buffer_.size() && buffer_.capacity() > kMostKeptBytes) {
    buffer_ = std::string();
  } else {
    buffer_.erase(0, begun_);
  }
  checked_ -= begun_;
  begun_ = 0;
  buffer_.append(bytes);
  return check_lengths();
}

Result<void> FrameReader::check_lengths() {
  while (checked_ + kLengthBytes <= buffer_.size()) {
    const std::size_t length = length_at(std::string_view(buffer_).substr(checked_));
    if (length == 0 || length > most_) {
      broken_ = true;
      buffer_ = std::string();
      begun_ = checked_ = 0;
      return invalid("a frame of " + std::to_string(length) + " bytes; from 1 to " + std::to_string(most_) + " are taken");
    }
    checked_ += kLengthBytes + length;
  }
  return {};
}

std::optional<std::string_view> FrameReader::next() {
  const std::string_view rest = std::string_view(buffer_).substr(begun_);
  if (rest.size() < kLengthBytes) return std::nullopt;
  const std::size_t length = length_at(rest);
  if (rest.size() < kLengthBytes + length) return std::nullopt;
  begun_ += kLengthBytes + length;
  return rest.substr(kLengthBytes, length);
}

void append_frame(std::string_view payload, std::string& out) {
  HEADROOM_CHECK(!payload.empty() && payload.size() <= kMostFrameBytes, "no message of ours is empty or over the limit");
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(payload.size() >> shift & 0xff);
  out.append(payload);
}

}  // namespace headroom::wire
