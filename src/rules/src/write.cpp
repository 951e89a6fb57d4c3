#include <fmt/format.h>

#include <iterator>

#include "headroom/rules/rules.h"

namespace headroom::rules {
namespace {

// Shortest decimal that reads back to the same number: a share in percent may not survive the division by 100.
std::string share(double value) { return fmt::format("{}", value); }

std::string amount(Resource r, std::int64_t count) {
  switch (r) {
    case Resource::kCpu: return fmt::format("{} mcores", count);
    case Resource::kMemory:
      if (count % (1 << 20) == 0) return fmt::format("{} MiB", count >> 20);
      return fmt::format("{} B", count);
    case Resource::kDisk:
    case Resource::kNetwork: return fmt::format("{} B/s", count);
  }
  return {};
}

// YAML's double-quoted form; names hold no control characters (config::text refuses them).
std::string quoted_name(std::string_view name) {
  std::string out = "\"";
  for (char c : name) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string limits(const Rule& r) {
  std::string inside;
  if (r.at_least) inside += "at least: " + amount(r.metric, *r.at_least);
  if (r.at_least && r.at_most) inside += ", ";
  if (r.at_most) inside += "at most: " + amount(r.metric, *r.at_most);
  return "{" + inside + "}";
}

}  // namespace

std::string to_yaml(const std::vector<Rule>& rules) {
  std::string out = "rules:\n";
  const auto line = [&](std::string_view key, const std::string& value) {
    fmt::format_to(std::back_inserter(out), "    {}: {}\n", key, value);
  };
  for (const Rule& r : rules) {
    out += "  - name: " + quoted_name(r.name) + "\n";
    line("metric", std::string(name(r.metric)));
    if (r.quantile) line("quantile", share(*r.quantile));
    if (r.quantile) line("horizon", to_text(r.horizon));
    if (r.action != RuleAction::kShrink) line("threshold", share(r.threshold));
    line("sustained for", to_text(r.sustained_for));
    line("action", std::string(name(r.action)));
    if (r.action != RuleAction::kAlert) line("target", share(r.target));
    if (r.action == RuleAction::kShrink) line("min change", share(r.min_change));
    if (r.action != RuleAction::kAlert && (r.at_least || r.at_most)) line("limits", limits(r));
    line("cooldown", to_text(r.cooldown));
    line("automation level", std::string(name(r.level)));
  }
  return out;
}

}  // namespace headroom::rules
