#include "headroom/daemon/change_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "headroom/config/format.h"

namespace headroom {
namespace {

using config::in_quotes;

const std::vector<std::string_view> kKinds{"lose-host", "drain-host", "add-host", "load", "new-vm"};

struct Counted {
  std::string_view what;
  std::size_t count = 1;
};

// "big:3": what follows the last colon, where that is a number.
Result<Counted> split_count(std::string_view text, std::string_view kind) {
  const auto colon = text.rfind(':');
  const std::string_view tail = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  if (tail.empty() || tail.find_first_not_of("0123456789") != std::string_view::npos) return Counted{text, 1};
  const auto count = config::integer(1, static_cast<std::int64_t>(kMostAdded))(tail);
  if (!count) return invalid(fmt::format("{}: the count {}", kind, count.error().message));
  return Counted{text.substr(0, colon), static_cast<std::size_t>(*count)};
}

std::vector<std::string_view> split(std::string_view text, char by) {
  std::vector<std::string_view> parts;
  for (std::size_t from = 0;;) {
    const std::size_t to = text.find(by, from);
    parts.push_back(text.substr(from, to - from));
    if (to == std::string_view::npos) return parts;
    from = to + 1;
  }
}

// "+30%" is 1.3.
Result<double> parse_factor(std::string_view text) {
  const auto bad = [&] { return invalid(fmt::format("load: {} is not a change of the load; write +30% or -20%", in_quotes(text))); };
  if (text.size() < 3 || (text[0] != '+' && text[0] != '-') || text.back() != '%') return bad();
  const auto share = config::number(config::at_least(0))(text.substr(1, text.size() - 2));
  if (!share) return bad();
  const double factor = 1 + (text[0] == '+' ? *share : -*share) / 100;
  if (factor >= 0 && factor <= kMostLoadFactor) return factor;
  return invalid(fmt::format("load: {} is not between -100% and +{:.0f}%", in_quotes(text), 100 * (kMostLoadFactor - 1)));
}

// The resources of a list; nullopt where it is none.
std::optional<std::array<bool, kResourceCount>> parse_resources(std::string_view text) {
  std::array<bool, kResourceCount> named{};
  for (const std::string_view part : split(text, ',')) {
    const auto r = parse_resource(part);
    if (!r) return std::nullopt;
    named[index(*r)] = true;
  }
  return named;
}

Result<Change> parse_load(std::string_view text) {
  const auto parts = split(text, ':');
  ScaleLoad load;
  const auto factor = parse_factor(parts[0]);
  if (!factor) return tl::unexpected(factor.error());
  load.factor = *factor;
  if (parts.size() > 3) return invalid(fmt::format("load: {} has more than three parts; write +30%:VMS:RESOURCES", in_quotes(text)));
  const auto last = parts.size() > 1 ? parse_resources(parts.back()) : std::nullopt;
  if (last) load.resources = *last;
  if (!last && parts.size() == 3)
    return invalid(fmt::format("load: {} is no list of resources; write cpu,memory,disk,network or some of them", in_quotes(parts[2])));
  if (parts.size() == 3 || (parts.size() == 2 && !last)) load.vms = std::string(parts[1]);
  if (load.vms.empty()) return invalid("load: no VMs are named between the colons; write * for all");
  return load;
}

Result<std::int64_t> parse_amount(Resource r, std::string_view text) {
  const bool bare = r == Resource::kCpu && text.find_first_not_of("0123456789.") == std::string_view::npos;
  return config::amount(r)(bare ? fmt::format("{} cores", text) : std::string(text));
}

Result<Change> parse_new_vm(std::string_view text) {
  const auto counted = split_count(text, "new-vm");
  if (!counted) return tl::unexpected(counted.error());
  AddVms vms;
  vms.count = counted->count;
  if (counted->what.find('=') == std::string_view::npos) {
    vms.like = std::string(counted->what);
    return vms;
  }
  for (const std::string_view part : split(counted->what, ',')) {
    const auto equals = part.find('=');
    const auto r = equals == std::string_view::npos ? std::nullopt : parse_resource(part.substr(0, equals));
    if (!r) return invalid(fmt::format("new-vm: {} is not a resource with its amount, as in cpu=4,memory=8GiB", in_quotes(part)));
    if (vms.allocation[*r] != 0) return invalid(fmt::format("new-vm: {} is given twice", name(*r)));
    const auto amount = parse_amount(*r, part.substr(equals + 1));
    if (!amount) return invalid(fmt::format("new-vm: {}: {}", name(*r), amount.error().message));
    vms.allocation[*r] = *amount;
  }
  for (Resource r : {Resource::kCpu, Resource::kMemory})
    if (vms.allocation[r] == 0) return invalid(fmt::format("new-vm: {} has no {}; write cpu=4,memory=8GiB", in_quotes(counted->what), name(r)));
  return vms;
}

Result<Change> parse_add_host(std::string_view text) {
  const auto counted = split_count(text, "add-host");
  if (!counted) return tl::unexpected(counted.error());
  return AddHosts{std::string(counted->what), counted->count};
}

}  // namespace

Result<Change> parse_change(std::string_view text) {
  if (text.size() > kLongestChange) return invalid(fmt::format("{} is longer than {} bytes", in_quotes(text), kLongestChange));
  const auto equals = text.find('=');
  const std::string_view kind = text.substr(0, equals);
  if (std::find(kKinds.begin(), kKinds.end(), kind) == kKinds.end())
    return invalid(config::not_one_of(kind, kKinds));
  if (equals == std::string_view::npos || equals + 1 == text.size())
    return invalid(fmt::format("{}: nothing follows; write {}=...", kind, kind));
  const std::string_view rest = text.substr(equals + 1);
  if (kind == "lose-host") return LoseHost{std::string(rest)};
  if (kind == "drain-host") return DrainHost{std::string(rest)};
  if (kind == "add-host") return parse_add_host(rest);
  if (kind == "load") return parse_load(rest);
  return parse_new_vm(rest);
}

Result<std::vector<Change>> parse_changes(const std::vector<std::string>& texts) {
  if (texts.size() > kMostChanges)
    return invalid(fmt::format("{} changes are more than the {} that are taken at once", texts.size(), kMostChanges));
  std::vector<Change> changes;
  for (const std::string& text : texts) {
    auto change = parse_change(text);
    if (!change) return tl::unexpected(change.error());
    changes.push_back(std::move(*change));
  }
  return changes;
}

}  // namespace headroom
