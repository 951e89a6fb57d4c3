// Typed identifiers: passing a VmId where a HostId is wanted does not compile. An id is a small dense number
// given out by whoever owns the inventory; names and UUIDs are kept beside it, never used as keys in the core.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace headroom {

template <class Tag>
class Id {
 public:
  constexpr Id() = default;
  constexpr explicit Id(std::uint32_t value) : value_(value) {}
  constexpr std::uint32_t value() const { return value_; }
  constexpr bool valid() const { return value_ != kNone; }
  constexpr auto operator<=>(const Id&) const = default;

 private:
  static constexpr std::uint32_t kNone = 0xffffffff;
  std::uint32_t value_ = kNone;  // a default id names nothing
};

using HostId = Id<struct HostTag>;
using VmId = Id<struct VmTag>;
using ActionId = Id<struct ActionTag>;

}  // namespace headroom

template <class Tag>
struct std::hash<headroom::Id<Tag>> {
  std::size_t operator()(headroom::Id<Tag> id) const noexcept { return id.value(); }
};
