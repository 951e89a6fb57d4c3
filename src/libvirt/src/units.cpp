#include "units.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>

namespace headroom::libvirt {
namespace {

constexpr std::int64_t kMost = std::int64_t{1} << 62;

std::optional<std::int64_t> factor(std::string_view unit) {
  static constexpr std::array<std::pair<std::string_view, std::int64_t>, 13> kUnits{{
      {"", 1LL << 10}, {"b", 1}, {"bytes", 1}, {"KB", 1000}, {"k", 1LL << 10}, {"KiB", 1LL << 10}, {"MB", 1'000'000},
      {"M", 1LL << 20}, {"MiB", 1LL << 20}, {"GB", 1'000'000'000}, {"G", 1LL << 30}, {"GiB", 1LL << 30}, {"TiB", 1LL << 40}}};
  for (const auto& [name, size] : kUnits)
    if (name == unit) return size;
  return std::nullopt;
}

unsigned hexadecimal(std::string_view text) {
  if (text.starts_with("0x")) text.remove_prefix(2);
  unsigned value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return value;
}

}  // namespace

std::optional<Bytes> bytes_of(std::int64_t count, const std::string& unit) {
  const auto size = factor(unit);
  if (!size || count < 0 || count > kMost / *size) return std::nullopt;
  return Bytes(count * *size);
}

std::optional<Bytes> bytes_in(const xml::Element& element) {
  const auto count = element.number();
  return count ? bytes_of(*count, element.attribute("unit")) : std::nullopt;
}

std::string pci_address(const xml::Element& address) {
  if (!address.has("bus") || !address.has("slot")) return {};
  return fmt::format("{:04x}:{:02x}:{:02x}.{:x}", hexadecimal(address.attribute("domain")), hexadecimal(address.attribute("bus")),
                     hexadecimal(address.attribute("slot")), hexadecimal(address.attribute("function")));
}

}  // namespace headroom::libvirt
