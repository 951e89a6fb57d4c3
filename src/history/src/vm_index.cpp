#include "vm_index.h"

#include <fmt/format.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <array>

#include "keys.h"

namespace headroom::history {
namespace {

std::string number_value(std::uint32_t number) {
  std::string value;
  put_big_endian(value, number);
  return value;
}

}  // namespace

Result<void> VmIndex::load(const Database& database) {
  const std::unique_ptr<rocksdb::Iterator> it(database.db->NewIterator({}, database.names));
  for (it->Seek("v"); it->Valid() && it->key().starts_with("v"); it->Next()) {
    const auto number = get_big_endian<std::uint32_t>(it->value().ToStringView());
    if (number >= max_vms_ || find(number) != nullptr)
      return fail(ErrorCode::kFailed,
                  fmt::format("history {}: the list of VMs is damaged; restore the directory from "
                              "a backup, or move it away to start anew",
                              database.directory.string()));
    VmEntry& vm = add(it->key().ToStringView().substr(1), number);
    vm.named_on_disk = true;
    vm.seal_at = chunk_samples_;
  }
  for (it->Seek("s"); it->Valid() && it->key().starts_with("s"); it->Next()) {
    VmEntry* const vm = find(get_big_endian<std::uint32_t>(it->key().ToStringView().substr(1)));
    if (vm == nullptr || it->value().size() != 16) continue;
    vm->sealed_row = get_big_endian<std::uint64_t>(it->value().ToStringView());
    vm->last_ms = get_big_endian<std::int64_t>(it->value().ToStringView().substr(8));
  }
  for (it->Seek("m"); it->Valid() && it->key().starts_with("m"); it->Next())
    if (VmEntry* const vm = find(it->key().ToStringView().substr(1))) vm->mark = it->value().ToString();
  if (!it->status().ok()) return database.failed("the list of VMs cannot be read", it->status());
  return {};
}

VmEntry* VmIndex::find(std::string_view uuid) const { return table_.find(uuid, UuidTable::hash_of(uuid)); }

VmEntry* VmIndex::find(std::uint32_t number) const {
  return number < by_number_.size() ? by_number_[number].get() : nullptr;
}

VmEntry* VmIndex::find_or_add(std::string_view uuid) {
  if (VmEntry* const known = find(uuid)) return known;
  if (by_number_.size() >= max_vms_) return nullptr;
  return &add(uuid, static_cast<std::uint32_t>(by_number_.size()));
}

std::vector<VmEntry*> VmIndex::find_or_add(std::span<const std::string_view> uuids) {
  constexpr std::size_t kTogether = 16, kLine = 64;
  std::vector<VmEntry*> entries;
  entries.reserve(uuids.size());
  std::array<std::uint64_t, kTogether> hashes{};
  for (std::size_t begin = 0; begin < uuids.size(); begin += kTogether) {
    const std::span<const std::string_view> now = uuids.subspan(begin, std::min(kTogether, uuids.size() - begin));
    for (std::size_t i = 0; i < now.size(); ++i) table_.fetch(hashes[i] = UuidTable::hash_of(now[i]));
    for (std::size_t i = 0; i < now.size(); ++i)
      if (const VmEntry* const vm = table_.guess(hashes[i]))
        for (std::size_t at = 0; at < sizeof *vm; at += kLine) __builtin_prefetch(reinterpret_cast<const char*>(vm) + at);
    for (std::size_t i = 0; i < now.size(); ++i)
      if (const VmEntry* const vm = table_.guess(hashes[i])) {
        __builtin_prefetch(vm->uuid.data());
        __builtin_prefetch(vm->waiting.records.data() + vm->waiting.records.size());
      }
    for (std::size_t i = 0; i < now.size(); ++i) {
      VmEntry* const known = table_.find(now[i], hashes[i]);
      entries.push_back(known != nullptr ? known : find_or_add(now[i]));
      if (entries.back() == nullptr) return entries;
    }
  }
  return entries;
}

VmEntry& VmIndex::add(std::string_view uuid, std::uint32_t number) {
  auto vm = std::make_unique<VmEntry>();
  vm->number = number;
  vm->uuid = uuid;
  // A fleet that starts reporting in one moment must not seal in one moment ever after: first chunks differ
  // in length.
  vm->seal_at = chunk_samples_ - number % (chunk_samples_ / 2 + 1);
  if (by_number_.size() <= number) by_number_.resize(number + 1);
  table_.insert(*vm, UuidTable::hash_of(uuid));
  by_number_[number] = std::move(vm);
  return *by_number_[number];
}

void VmIndex::remove(const VmEntry& vm) {
  table_.remove(vm, UuidTable::hash_of(vm.uuid));
  by_number_[vm.number].reset();
}

std::vector<VmEntry*> VmIndex::all() const {
  std::vector<VmEntry*> vms;
  for (const auto& vm : by_number_)
    if (vm != nullptr) vms.push_back(vm.get());
  std::sort(vms.begin(), vms.end(), [](const VmEntry* a, const VmEntry* b) { return a->uuid < b->uuid; });
  return vms;
}

void VmIndex::put_name(const Database& database, const VmEntry& vm, rocksdb::WriteBatch& batch) {
  batch.Put(database.names, uuid_key(vm.uuid), number_value(vm.number));
}

void VmIndex::put_seal(const Database& database, const VmEntry& vm, rocksdb::WriteBatch& batch) {
  std::string value;
  put_big_endian(value, vm.sealed_row);
  put_big_endian(value, vm.last_ms);
  batch.Put(database.names, sealed_key(vm.number), value);
}

void VmIndex::delete_records(const Database& database, const VmEntry& vm, rocksdb::WriteBatch& batch) {
  batch.Delete(database.names, uuid_key(vm.uuid));
  batch.Delete(database.names, sealed_key(vm.number));
  batch.Delete(database.names, mark_key(vm.uuid));
}

}  // namespace headroom::history
