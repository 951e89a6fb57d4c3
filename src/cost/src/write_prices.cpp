#include <fmt/format.h>
#include <fmt/ranges.h>

#include "headroom/cost/price_book.h"

namespace headroom::cost {
namespace {

std::string watts_text(const HostPrice& price) {
  if (!price.watts_curve.empty()) return fmt::format(", watts: [{}]", fmt::join(price.watts_curve, ", "));
  if (price.price_class != PriceClass::kPower && price.watts_full == 0) return "";
  return fmt::format(", watts idle: {}, watts full: {}", price.watts_idle, price.watts_full);
}

std::string reserved_text(const HostTypePrice& type) {
  std::vector<std::string> parts;
  std::optional<Term> held_at;
  for (Term t : kAllTerms) {
    if (!type.committed(t)) continue;
    parts.push_back(fmt::format("{}: {}", name(t), *type.committed(t)));
    if (!held_at && *type.committed(t) == type.held.usd_per_hour) held_at = t;
  }
  if (parts.empty()) return "";
  if (type.held.hosts > 0 && held_at) {
    parts.push_back(fmt::format("hosts: {}", type.held.hosts));
    parts.push_back(fmt::format("term: {}", name(*held_at)));
  }
  return fmt::format(",\n      reserved: {{{}}}", fmt::join(parts, ", "));
}

std::string host_text(const HostTypePrice& type) {
  std::string text = fmt::format("price: {}, usd per hour: {}", name(type.price.price_class), type.price.usd_per_hour);
  if (type.price.interruptions_per_day > 0) text += fmt::format(", interruptions per day: {}", type.price.interruptions_per_day);
  text += watts_text(type.price);
  if (type.size)
    text += fmt::format(", cpu: {} vCPU, memory: {} GiB", static_cast<double>(type.size->cpu().count()) / 1000,
                        static_cast<double>(type.size->memory().count()) / static_cast<double>((1_GiB).count()));
  text += reserved_text(type);
  if (type.spot_usd_per_hour)
    text += fmt::format(",\n      spot: {{usd per hour: {}, interruptions per day: {}}}", *type.spot_usd_per_hour,
                        type.spot_interruptions_per_day);
  return text;
}

std::string rates_text(const Prices& p) {
  std::vector<std::string> unmet;
  for (Resource r : kAllResources) unmet.push_back(fmt::format("{}: {}", name(r), p.usd_per_short_vm_hour[index(r)]));
  return fmt::format(
      "  energy: {} USD/kWh\n  interruption: {} USD\n  interruption takes: {}\n  unmet demand: {{{}}}\n"
      "  migration: {{gib: {}, slow-down: {}}}\n  host start: {{wear: {}, takes: {}, stop takes: {}}}\n",
      p.usd_per_kwh, p.usd_per_interruption, to_text(p.interrupted_for), fmt::join(unmet, ", "), p.usd_per_gib_moved,
      p.migration_slowdown, p.usd_per_host_start, to_text(p.host_start_takes), to_text(p.host_stop_takes));
}

}  // namespace

std::string write_prices(const PriceBook& book, std::string_view comment) {
  std::string text;
  for (std::size_t at = 0; at < comment.size();) {
    const std::size_t end = std::min(comment.find('\n', at), comment.size());
    text += fmt::format("# {}\n", comment.substr(at, end - at));
    at = end + 1;
  }
  const AllocationPrice& a = book.allocation;
  text += fmt::format("prices:\n  allocation: {{vcpu: {}, gib: {}, disk mbps: {}, network mbps: {}}}\n", a.usd_per_vcpu_hour,
                      a.usd_per_gib_hour, a.usd_per_disk_mbps_hour, a.usd_per_network_mbps_hour);
  text += rates_text(book.prices);
  if (!book.host_types.empty()) text += "  hosts:\n";
  for (const auto& [type, price] : book.host_types) text += fmt::format("    {}: {{{}}}\n", type, host_text(price));
  return text;
}

}  // namespace headroom::cost
