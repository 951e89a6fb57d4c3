// Tables of 32-bit counts, a row for each host or item. A row is 8, 16 or 32 lanes wide, the lanes that a problem does not
// use being 0, and starts at a cache line, so that one or two vector instructions compare or add a whole row.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <new>

namespace headroom::placement {

class Rows {
 public:
  Rows() = default;
  Rows(std::size_t rows, std::size_t width) : rows_(rows), width_(width), data_(allocate(rows * width)) {}
  Rows(const Rows& other) : Rows(other.rows_, other.width_) { copy(other); }
  Rows(Rows&&) = default;
  Rows& operator=(Rows&&) = default;
  Rows& operator=(const Rows& other) { return *this = Rows(other); }

  std::int32_t* operator[](std::size_t row) { return data_.get() + row * width_; }
  const std::int32_t* operator[](std::size_t row) const { return data_.get() + row * width_; }
  std::size_t width() const { return width_; }

 private:
  static constexpr std::align_val_t kLine{64};
  struct Free {
    void operator()(std::int32_t* p) const { ::operator delete(p, kLine); }
  };
  using Data = std::unique_ptr<std::int32_t[], Free>;
  static Data allocate(std::size_t count) {
    auto* p = static_cast<std::int32_t*>(::operator new(count * sizeof(std::int32_t) + 1, kLine));
    std::memset(p, 0, count * sizeof(std::int32_t));
    return Data(p);
  }
  void copy(const Rows& other) {
    if (rows_ != 0) std::memcpy(data_.get(), other.data_.get(), rows_ * width_ * sizeof(std::int32_t));
  }

  std::size_t rows_ = 0, width_ = 0;
  Data data_;
};

}  // namespace headroom::placement
