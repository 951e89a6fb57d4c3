#include "uuid_table.h"

#include "vm_index.h"

namespace headroom::history {

VmEntry* UuidTable::find(std::string_view uuid, std::uint64_t hash) const {
  if (slots_.empty()) return nullptr;
  for (std::size_t at = home(hash); slots_[at].vm != nullptr; at = after(at))
    if (slots_[at].hash == hash && slots_[at].vm->uuid == uuid) return slots_[at].vm;
  return nullptr;
}

void UuidTable::insert(VmEntry& vm, std::uint64_t hash) {
  if (2 * (used_ + 1) > slots_.size()) grow();
  put({hash, &vm});
  ++used_;
}

void UuidTable::put(const Slot& slot) {
  std::size_t at = home(slot.hash);
  while (slots_[at].vm != nullptr) at = after(at);
  slots_[at] = slot;
}

void UuidTable::grow() {
  constexpr std::size_t kFirst = 64;
  std::vector<Slot> old(slots_.empty() ? kFirst : 2 * slots_.size());
  old.swap(slots_);
  for (const Slot& slot : old)
    if (slot.vm != nullptr) put(slot);
}

// What stands behind it moves up, where it may, so that no look-up ends too early (Knuth, vol. 3, 6.4, algorithm R).
void UuidTable::remove(const VmEntry& vm, std::uint64_t hash) {
  std::size_t gap = home(hash);
  while (slots_[gap].vm != &vm) gap = after(gap);
  for (std::size_t at = after(gap); slots_[at].vm != nullptr; at = after(at)) {
    const std::size_t mask = slots_.size() - 1, from_home = (at - home(slots_[at].hash)) & mask;
    if (from_home < ((at - gap) & mask)) continue;   // it would stand before its home
    slots_[gap] = slots_[at];
    gap = at;
  }
  slots_[gap] = Slot();
  --used_;
}

}  // namespace headroom::history
