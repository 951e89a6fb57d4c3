// Collects samples into one dense grid a VM, within the bounds of fleet.h, then hands out the Fleet.
#pragma once

#include <array>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "headroom/base/result.h"
#include "headroom/trace/fleet.h"

namespace headroom::trace {

inline constexpr std::int64_t kStep_s = 300;
inline constexpr std::int64_t kMaxSlots = 3 * 366 * 288;  // three years
inline constexpr double kMaxValue = 1e15;
inline constexpr double kMaxPercent = 1e6;
inline constexpr std::size_t kMemoryProvision = kResourceCount;  // the column after the four resources
inline constexpr std::size_t kColumns = kResourceCount + 1;

class GrowingVm {
 public:
  int cores = 0;  // 0 until known
  double core_mhz = 0;
  std::string memory_name;

  // Slots first..last inclusive and this column exist from now on; new ones are gaps.
  void cover(std::int64_t first, std::int64_t last);
  void carry(std::size_t column);
  void set(std::size_t column, std::int64_t slot, double value) {
    columns_[column][static_cast<std::size_t>(slot - first_)] = static_cast<float>(value);
  }
  std::int64_t first() const { return first_; }
  std::int64_t slots() const { return slots_; }
  // What has a value in `other` replaces what is here.
  void take(std::size_t column, const GrowingVm& other);
  VmTrace finish(std::string name) &&;

 private:
  std::int64_t first_ = 0;
  std::int64_t slots_ = 0;
  std::array<std::vector<float>, kColumns> columns_;
};

class FleetBuilder {
 public:
  using Vms = std::map<std::string, GrowingVm, std::less<>>;

  // The VM of that name, made ready for slots first..last in the columns named; kInvalid (without the place)
  // when a bound is passed.
  Result<GrowingVm*> grow(const std::string& name, std::int64_t first, std::int64_t last,
                          std::initializer_list<std::size_t> columns);
  Vms& vms() { return vms_; }
  Fleet finish() &&;

 private:
  Vms vms_;
  std::int64_t values_ = 0;
};

}  // namespace headroom::trace
