// Which VM has a UUID: a hash table in one piece (open addressing, linear probing, at most half full), since a fleet's VMs report in turn, so
// that each look-up meets memory that was last touched many seconds ago. Who has many to look up can have it fetched beforehand.
// It holds pointers only; entries outlive it or are removed first. Not locked.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace headroom::history {

struct VmEntry;

class UuidTable {
 public:
  static std::uint64_t hash_of(std::string_view uuid) { return std::hash<std::string_view>{}(uuid); }

  VmEntry* find(std::string_view uuid, std::uint64_t hash) const;   // nullptr: it has none
  void insert(VmEntry& vm, std::uint64_t hash);                     // whose UUID it has not
  void remove(const VmEntry& vm, std::uint64_t hash);               // which it has

  void fetch(std::uint64_t hash) const {
    if (!slots_.empty()) __builtin_prefetch(&slots_[home(hash)]);
  }
  // Most likely what find() will return.
  const VmEntry* guess(std::uint64_t hash) const { return slots_.empty() ? nullptr : slots_[home(hash)].vm; }

 private:
  struct Slot {
    std::uint64_t hash = 0;
    VmEntry* vm = nullptr;   // nullptr: free
  };
  std::size_t home(std::uint64_t hash) const { return hash & (slots_.size() - 1); }
  std::size_t after(std::size_t slot) const { return (slot + 1) & (slots_.size() - 1); }
  void put(const Slot& slot);
  void grow();

  std::vector<Slot> slots_;   // a power of two, or none
  std::size_t used_ = 0;
};

}  // namespace headroom::history
