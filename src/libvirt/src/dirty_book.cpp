#include "headroom/libvirt/dirty_book.h"

#include <algorithm>
#include <set>

namespace headroom::libvirt {

bool DirtyBook::is_old(const Entry& entry, Instant now) const {
  return std::none_of(entry.samples.begin(), entry.samples.end(), [&](const DirtiedMemory& d) { return now - d.at <= how_.good_for; });
}

// VMs that are no candidates any more, once their samples are of no use.
void DirtyBook::forget_others(const std::vector<Candidate>& all, Instant now) {
  std::set<std::string> wanted;
  for (const Candidate& c : all) wanted.insert(c.vm);
  std::erase_if(entries_, [&](const auto& e) {
    return !wanted.contains(e.first) && !e.second.under_way_on && is_old(e.second, now);
  });
}

bool DirtyBook::is_time(std::size_t candidates, Instant now) const {
  if (how_.every <= Duration::zero() || candidates == 0) return false;
  return !last_begun_ || now - *last_begun_ >= how_.every / static_cast<std::int64_t>(candidates);
}

std::optional<DirtyBook::Candidate> DirtyBook::begin(const std::vector<Candidate>& all, Instant now) {
  forget_others(all, now);
  if (!is_time(all.size(), now)) return std::nullopt;
  std::set<HostId> taken;
  for (const auto& [vm, entry] : entries_)
    if (entry.under_way_on) taken.insert(*entry.under_way_on);
  if (taken.size() >= how_.at_once) return std::nullopt;
  const Candidate* next = nullptr;
  const auto waits_since = [&](const Candidate& c) { return std::pair(entries_[c.vm].begun_at, c.vm); };  // never begun comes first
  for (const Candidate& c : all) {
    const Entry& entry = entries_[c.vm];
    if (entry.under_way_on || taken.contains(c.host) || (entry.begun_at && now - *entry.begun_at < how_.every)) continue;
    if (next == nullptr || waits_since(c) < waits_since(*next)) next = &c;
  }
  if (next == nullptr) return std::nullopt;
  Entry& entry = entries_[next->vm];
  entry.begun_at = last_begun_ = now;
  entry.under_way_on = next->host;
  return *next;
}

void DirtyBook::end(const std::string& vm, std::vector<DirtiedMemory> found) {
  Entry& entry = entries_[vm];
  entry.under_way_on.reset();
  if (!found.empty()) entry.samples = std::move(found);
}

std::vector<DirtiedMemory> DirtyBook::of(const std::string& vm, Instant now) const {
  const auto found = entries_.find(vm);
  return found == entries_.end() || is_old(found->second, now) ? std::vector<DirtiedMemory>() : found->second.samples;
}

}  // namespace headroom::libvirt
