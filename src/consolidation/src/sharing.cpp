#include "sharing.h"

#include <algorithm>
#include <cmath>

namespace headroom::consolidation {
namespace {

constexpr double kLeaverGets = 0.9, kArriverGets = 0.1;

// A HashMap of Java begins with 16 places and doubles when over three quarters are taken.
std::size_t places(std::size_t most_guests) {
  std::size_t n = 16;
  while (most_guests * 4 > n * 3) n *= 2;
  return n;
}

// Positions in host.guests, as an iteration over the host's hash table meets them: by place, then as they came.
std::vector<std::size_t> table_order(const HostState& host, std::size_t count, const std::vector<VmState>& vms) {
  const std::size_t mask = places(host.most_guests) - 1;
  std::vector<std::size_t> order(count);
  for (std::size_t i = 0; i < count; ++i) order[i] = i;
  const auto place = [&](std::size_t i) { return vms[host.guests[i].vm].java_hash & mask; };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return place(a) < place(b); });
  return order;
}

double capped(const HostState& host, const Guest& guest) { return std::min(guest.asked, host.kind->core_mips); }

double counted(const HostState& host, const Guest& guest) {
  return guest.stay == Stay::kArriving ? capped(host, guest) * kArriverGets : capped(host, guest);
}

void give_share_of_wish(HostState& host, Guest& guest, double scale) {
  double mips = capped(host, guest);
  if (guest.stay == Stay::kLeaving) mips = mips * scale * kLeaverGets;
  else if (guest.stay == Stay::kArriving) mips = mips * kArriverGets * scale;
  else mips *= scale;
  guest.given = std::floor(mips);
}

// Among the first `count` guests, in `order` of their positions.
void ration(HostState& host, std::size_t count, const std::vector<VmState>& vms) {
  double wanted = 0;
  for (std::size_t i : table_order(host, count, vms)) wanted += counted(host, host.guests[i]);
  const double scale = host.kind->mips / wanted;
  for (std::size_t i = 0; i < count; ++i) give_share_of_wish(host, host.guests[i], scale);
  host.free_mips = 0;
}

bool give_what_is_asked(HostState& host, Guest& guest) {
  if (host.free_mips < counted(host, guest)) return false;
  guest.given = capped(host, guest);
  if (guest.stay == Stay::kLeaving) guest.given *= kLeaverGets;
  else if (guest.stay == Stay::kArriving) guest.given *= kArriverGets;
  host.free_mips -= counted(host, guest);
  return true;
}

}  // namespace

bool share_in_order(HostState& host, const std::vector<VmState>& vms) {
  host.most_guests = std::max(host.most_guests, host.guests.size());
  host.free_mips = host.kind->mips;
  bool rationed = false;
  for (std::size_t i = 0; i < host.guests.size(); ++i) {
    if (give_what_is_asked(host, host.guests[i])) continue;
    ration(host, i + 1, vms);
    rationed = true;
  }
  return rationed;
}

void share_after_removal(HostState& host, const std::vector<VmState>& vms) {
  host.free_mips = host.kind->mips;
  for (std::size_t i : table_order(host, host.guests.size(), vms))
    if (!give_what_is_asked(host, host.guests[i])) ration(host, host.guests.size(), vms);
}

void share_with_last(HostState& host, const std::vector<VmState>& vms) {
  host.most_guests = std::max(host.most_guests, host.guests.size());
  if (!give_what_is_asked(host, host.guests.back())) ration(host, host.guests.size(), vms);
}

std::uint32_t java_hash(std::string_view text) {
  std::uint32_t hash = 0;
  for (char c : text) hash = hash * 31 + static_cast<unsigned char>(c);
  return hash ^ hash >> 16;
}

}  // namespace headroom::consolidation
