#include "arrival.h"

#include <fmt/format.h>

#include <algorithm>

#include "stored_sample.h"

namespace headroom::history {
namespace {

constexpr std::size_t kRowBytes = 256 << 10;

}  // namespace

Arrival::~Arrival() {
  if (settled_) return;
  for (VmEntry* vm : of_samples_) vm->waiting.base.known = false;
  for (VmEntry* vm : of_marks_) vm->mark_in_log = false;
}

template <class Told>
Result<std::vector<VmEntry*>> Arrival::entries_of(std::span<const Told> told) {
  std::vector<std::string_view> uuids;
  uuids.reserve(told.size());
  for (const Told& t : told) uuids.push_back(t.vm_uuid);
  auto entries = index_.find_or_add(uuids);
  if (entries.empty() || entries.back() != nullptr) return entries;
  return fail(ErrorCode::kRefused,
              fmt::format("history {}: holds {} VMs, dropped ones counted, and can number no more; nothing of this "
                          "call is stored; move the directory away to start anew",
                          database_.directory.string(), kMaxVms));
}

Result<void> Arrival::encode(std::span<const HistorySample> samples, std::span<const HistoryMark> marks, rocksdb::WriteBatch& batch) {
  auto of_samples = entries_of(samples);
  if (!of_samples) return tl::unexpected(of_samples.error());
  auto of_marks = entries_of(marks);
  if (!of_marks) return tl::unexpected(of_marks.error());
  of_samples_ = std::move(*of_samples);
  of_marks_ = std::move(*of_marks);
  marks_ = marks;
  encode_samples(samples, batch);
  encode_marks(marks, batch);
  return {};
}

void Arrival::put_name(VmEntry& vm, rocksdb::WriteBatch& batch) {
  if (!vm.named_on_disk) VmIndex::put_name(database_, vm, batch);
}

void Arrival::add(RowWriter& row, std::uint32_t vm_number, std::string_view entry, rocksdb::WriteBatch& batch) {
  row.add(vm_number, entry);
  if (row.bytes().size() >= kRowBytes) finish(row, batch);
}

void Arrival::finish(RowWriter& row, rocksdb::WriteBatch& batch) {
  if (!row.bytes().empty()) log_.add(row.bytes(), batch);
  row.clear();
}

void Arrival::encode_samples(std::span<const HistorySample> samples, rocksdb::WriteBatch& batch) {
  RowWriter row = RowWriter::reports();
  ends_.reserve(samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    VmEntry& vm = *of_samples_[i];
    put_name(vm, batch);
    const std::size_t before = records_.size();
    put_record(records_, to_stored(samples[i].sample), vm.waiting.base);
    ends_.push_back(records_.size());
    add(row, vm.number, std::string_view(records_).substr(before), batch);
  }
  finish(row, batch);
}

// Of several for one VM only the last is written: each would have to be against the one before.
void Arrival::encode_marks(std::span<const HistoryMark> marks, rocksdb::WriteBatch& batch) {
  RowWriter row = RowWriter::marks();
  std::string change;
  for (std::size_t i = marks.size(); i-- > 0;) {
    VmEntry& vm = *of_marks_[i];
    if (std::exchange(vm.marked, true)) continue;
    put_name(vm, batch);
    change.clear();
    put_mark_change(change, vm.mark_in_log ? &vm.mark : nullptr, marks[i].value);
    add(row, vm.number, change, batch);
  }
  finish(row, batch);
  for (VmEntry* vm : of_marks_) vm->marked = false;
}

std::size_t Arrival::settle(std::vector<VmEntry*>& full) {
  std::size_t at = 0, grown = records_.size();
  for (std::size_t i = 0; i < of_samples_.size(); ++i) {
    VmEntry& vm = *of_samples_[i];
    vm.named_on_disk = true;
    vm.waiting.records.append(records_, at, ends_[i] - at);
    at = ends_[i];
    if (++vm.waiting.count >= vm.seal_at) full.push_back(&vm);
  }
  std::sort(full.begin(), full.end(), [](const VmEntry* a, const VmEntry* b) { return a->number < b->number; });
  full.erase(std::unique(full.begin(), full.end()), full.end());
  for (std::size_t i = 0; i < of_marks_.size(); ++i) {
    VmEntry& vm = *of_marks_[i];
    vm.named_on_disk = true;
    grown += marks_[i].value.size() - vm.mark.size();   // wraps, and back
    vm.mark = marks_[i].value;
    vm.mark_in_log = true;
  }
  settled_ = true;
  return grown;
}

}  // namespace headroom::history
