#include "headroom/libvirt/policy_change.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "headroom/config/format.h"

namespace headroom::libvirt {
namespace {

// "cpu=1vCPU,memory=2GiB", "none".
Result<void> read_bounds(std::string_view which, const std::optional<std::string>& text, VmPolicy::Bounds& into) {
  if (!text) return {};
  if (*text == "none") {
    into = {};
    return {};
  }
  for (std::size_t begin = 0; begin <= text->size();) {
    const std::size_t end = std::min(text->find(',', begin), text->size());
    const std::string part = text->substr(begin, end - begin);
    const std::size_t equals = part.find('=');
    const auto resource = config::resource()(part.substr(0, equals));
    if (!resource || equals == std::string::npos)
      return invalid(fmt::format("{}: '{}' is not of the form RESOURCE=AMOUNT; write cpu=2vCPU,memory=4GiB, or none", which, part));
    const auto amount = config::amount(*resource)(part.substr(equals + 1));
    if (!amount) return invalid(fmt::format("{}: {}", which, amount.error().message));
    into[index(*resource)] = *amount;
    begin = end + 1;
  }
  return {};
}

Result<void> read_level(const std::string& text, std::optional<AutomationLevel>& into) {
  into = text == "fleet" ? std::nullopt : parse_automation_level(text);
  if (into || text == "fleet") return {};
  return invalid(fmt::format("level: '{}' is no level; write observe, recommend, auto, or fleet for the fleet's", text));
}

Result<void> read_moves(const std::string& text, bool& into) {
  if (text != "yes" && text != "no") return invalid(fmt::format("moves: '{}' is neither yes nor no", text));
  into = text == "yes";
  return {};
}

}  // namespace

std::string in_words(const PolicyChange& change) {
  std::vector<std::string> parts;
  if (change.clear) parts.emplace_back("clear");
  if (change.level) parts.push_back("level " + *change.level);
  if (change.floor) parts.push_back("floor " + *change.floor);
  if (change.ceiling) parts.push_back("ceiling " + *change.ceiling);
  if (change.moves) parts.push_back("moves " + *change.moves);
  return fmt::format("{}", fmt::join(parts, ", "));
}

Result<VmPolicy> changed(VmPolicy policy, const PolicyChange& change) {
  if (change.clear) policy = {};
  if (change.level)
    if (auto good = read_level(*change.level, policy.level); !good) return tl::unexpected(good.error());
  if (change.moves)
    if (auto good = read_moves(*change.moves, policy.may_move); !good) return tl::unexpected(good.error());
  if (auto good = read_bounds("floor", change.floor, policy.floor); !good) return tl::unexpected(good.error());
  if (auto good = read_bounds("ceiling", change.ceiling, policy.ceiling); !good) return tl::unexpected(good.error());
  if (const auto r = floor_over_ceiling(policy))
    return invalid(fmt::format("the floor of {} would be over its ceiling; change both, or write none", name(*r)));
  return policy;
}

Result<VmPolicy> change_policy(DomainMetadata& metadata, const std::string& vm, const PolicyChange& change, const std::function<bool()>& wanted) {
  auto policy = metadata.policy(vm);
  if (!policy && policy.error().code == ErrorCode::kInvalid && change.clear) policy = VmPolicy{};
  if (!policy) return policy;
  policy = changed(std::move(*policy), change);
  if (!policy) return policy;
  if (wanted && !wanted()) return fail(ErrorCode::kUnreachable, "nobody waits for the change any more; nothing was changed");
  if (auto set = metadata.set_policy(vm, *policy); !set) return tl::unexpected(set.error());
  return policy;
}

}  // namespace headroom::libvirt
