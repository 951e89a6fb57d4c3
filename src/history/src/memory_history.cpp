#include "headroom/history/memory_history.h"

#include <iterator>
#include <map>
#include <mutex>

#include "stored_sample.h"

namespace headroom {
namespace {

class MemoryHistory final : public HistoryStore {
 public:
  using HistoryStore::append;
  Result<void> append(std::span<const HistorySample> samples, std::span<const HistoryMark> marks) override {
    if (auto ok = history::check_samples(samples); !ok) return ok;
    if (auto ok = history::check_marks(marks); !ok) return ok;
    const std::lock_guard lock(mutex_);
    for (const HistorySample& s : samples) {
      auto vm = vms_.find(s.vm_uuid);
      if (vm == vms_.end()) vm = vms_.emplace(s.vm_uuid, Series()).first;
      // Rounded like the store on disk, so that a replay in memory sees the same numbers.
      vm->second.insert_or_assign(s.sample.at, history::to_sample(history::to_stored(s.sample)));
    }
    for (const HistoryMark& m : marks) marks_.insert_or_assign(std::string(m.vm_uuid), std::string(m.value));
    return {};
  }
  Result<void> sync() override { return {}; }
  Result<std::string> mark(std::string_view vm_uuid) override {
    const std::lock_guard lock(mutex_);
    const auto found = marks_.find(vm_uuid);
    return found == marks_.end() ? std::string() : found->second;
  }
  Result<std::vector<Sample>> read(std::string_view vm_uuid, Instant from, Instant to) override {
    const std::lock_guard lock(mutex_);
    std::vector<Sample> out;
    const auto vm = vms_.find(vm_uuid);
    if (vm == vms_.end() || from >= to) return out;
    for (auto at = vm->second.lower_bound(from); at != vm->second.end() && at->first < to; ++at)
      out.push_back(at->second);
    return out;
  }
  Result<std::vector<std::string>> vms() override {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> out;
    for (const auto& [uuid, series] : vms_) out.push_back(uuid);
    return out;
  }
  Result<std::size_t> drop_before(Instant before) override {
    const std::lock_guard lock(mutex_);
    std::size_t dropped = 0;
    for (auto& [uuid, series] : vms_) {
      const auto end = series.lower_bound(before);
      dropped += static_cast<std::size_t>(std::distance(series.begin(), end));
      series.erase(series.begin(), end);
    }
    std::erase_if(vms_, [this](const auto& vm) { return vm.second.empty() && (marks_.erase(vm.first), true); });
    return dropped;
  }

 private:
  using Series = std::map<Instant, Sample>;
  std::mutex mutex_;
  std::map<std::string, Series, std::less<>> vms_;
  std::map<std::string, std::string, std::less<>> marks_;
};

}  // namespace

std::unique_ptr<HistoryStore> make_memory_history() {
  return std::make_unique<MemoryHistory>();
}

}  // namespace headroom
