// Bits into bytes and back, the lowest first; a stream starts and ends on a whole byte.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace headroom::history {

class BitWriter {
 public:
  explicit BitWriter(std::string& out) : out_(out) {}

  // The lowest `count` bits of `value`, up to 64; those above are to be 0.
  void put(std::uint64_t value, unsigned count) {
    if (held_ + count > kWord) {
      const unsigned now = kWord - held_;
      held_bits_ |= value << held_;
      flush();
      value >>= now;   // below 64: nothing held would have left room for all of it
      count -= now;
    }
    held_bits_ |= value << held_;
    held_ += count;
    if (held_ == kWord) flush();
  }
  // What is left, with zeros up to a whole byte.
  void finish() {
    for (; held_ > 0; held_ -= held_ < 8 ? held_ : 8) {
      out_.push_back(static_cast<char>(held_bits_));
      held_bits_ >>= 8;
    }
    held_bits_ = 0;
  }

 private:
  static constexpr unsigned kWord = 64;

  void flush() {
    char bytes[8];
    for (unsigned i = 0; i < 8; ++i) bytes[i] = static_cast<char>(held_bits_ >> (8 * i));
    out_.append(bytes, sizeof bytes);
    held_bits_ = 0;
    held_ = 0;
  }

  std::string& out_;
  std::uint64_t held_bits_ = 0;
  unsigned held_ = 0;   // 0 to 63
};

// Once ok() is false, for want of bits, what is taken means nothing.
class BitReader {
 public:
  explicit BitReader(std::string_view bytes) : bytes_(bytes) {}

  std::uint64_t take(unsigned count) {   // up to 64
    if (count > kAtOnce) {
      const std::uint64_t low = take(32);
      return low | take(count - 32) << 32;
    }
    if (count > held_) fill();
    if (count > held_) {
      ok_ = false;
      return 0;
    }
    const std::uint64_t value = held_bits_ & ((std::uint64_t{1} << count) - 1);
    drop(count);
    return value;
  }
  // How many zeros stand before the next one, which is taken with them; `most`, at most 32, where there are as many, and those alone are taken.
  unsigned take_zeros(unsigned most) {
    if (held_ <= most) fill();
    const unsigned zeros = held_bits_ == 0 ? kWord : static_cast<unsigned>(std::countr_zero(held_bits_));
    const unsigned taken = zeros < most ? zeros + 1 : most;
    if (taken > held_) {
      ok_ = false;
      return 0;
    }
    drop(taken);
    return zeros < most ? zeros : most;
  }
  bool ok() const { return ok_; }
  // Bytes of which at least a bit was taken.
  std::size_t used() const { return at_ - held_ / 8; }

 private:
  static constexpr unsigned kWord = 64, kAtOnce = 56;

  void drop(unsigned count) {
    held_bits_ >>= count;
    held_ -= count;
  }
  void fill() {
    while (held_ <= kAtOnce && at_ < bytes_.size()) {
      held_bits_ |= std::uint64_t{static_cast<std::uint8_t>(bytes_[at_++])} << held_;
      held_ += 8;
    }
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  std::uint64_t held_bits_ = 0;
  unsigned held_ = 0;   // up to 64
  bool ok_ = true;
};

}  // namespace headroom::history
