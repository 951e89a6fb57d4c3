// What the engine takes from the heap: nothing once it knows its VMs, and so much for each of their series.
#include <gtest/gtest.h>
#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "headroom/forecast/engine.h"
#include "synthetic.h"

namespace {

std::atomic<std::size_t> allocations{0}, bytes_in_use{0};

void* counted(std::size_t size) {
  void* const p = std::malloc(size);
  if (p == nullptr) std::abort();
  ++allocations;
  bytes_in_use += malloc_usable_size(p) + sizeof(std::size_t);  // and what malloc notes of it
  return p;
}

void counted_free(void* p) {
  if (p == nullptr) return;
  bytes_in_use -= malloc_usable_size(p) + sizeof(std::size_t);
  std::free(p);
}

}  // namespace

void* operator new(std::size_t size) { return counted(size); }
void* operator new[](std::size_t size) { return counted(size); }
void operator delete(void* p) noexcept { counted_free(p); }
void operator delete[](void* p) noexcept { counted_free(p); }
void operator delete(void* p, std::size_t) noexcept { counted_free(p); }
void operator delete[](void* p, std::size_t) noexcept { counted_free(p); }

namespace headroom {
namespace {

constexpr std::uint32_t kVms = 20;

std::shared_ptr<const GlobalModel> shipped() { return GlobalModel::load(HEADROOM_SOURCE_DIR "/models/ple.model").value(); }

class Fleet {
 public:
  Fleet() {
    for (std::uint32_t vm = 0; vm < kVms; ++vm) vms_.push_back(VmId(vm));
    for (std::uint32_t vm = 0; vm < kVms; ++vm) load_.push_back(wave(vm, 700));
  }
  void observe(PredictiveLoadEngine& engine, int step) const {
    for (std::uint32_t vm = 0; vm < kVms; ++vm) {
      VmSample sample = sample_at(step, static_cast<double>(load_[vm][static_cast<std::size_t>(step)]));
      sample.vm = VmId(vm);
      engine.observe(sample);
    }
  }
  void forecast(PredictiveLoadEngine& engine, int step) { engine.forecast(kBeginning + (step + 1) * kStep, vms_, out_); }

 private:
  std::vector<VmId> vms_;
  std::vector<std::vector<float>> load_;
  std::vector<Forecast> out_;
};

TEST(Engine, AllocatesNothingOnceItKnowsItsVms) {
  PredictiveLoadEngine engine(shipped());
  Fleet fleet;
  int step = 0;
  for (; step < 20; ++step) fleet.observe(engine, step), fleet.forecast(engine, step);
  const std::size_t before = allocations;
  for (; step < 700; ++step) fleet.observe(engine, step), fleet.forecast(engine, step);
  EXPECT_EQ(allocations - before, 0U);
  const std::size_t counted_before = allocations;
  PredictiveLoadEngine another(engine.horizons().empty() ? nullptr : shipped());
  EXPECT_GT(allocations, counted_before) << "or nothing is counted here";
}

// All of it: the four series, their calibrations and fallbacks, the grid, and the place in the table of VMs.
TEST(Engine, HoldsASeriesInSevenAndAHalfKilobytes) {
  PredictiveLoadEngine engine(shipped());
  Fleet fleet;
  const std::size_t before = bytes_in_use;
  for (int step = 0; step < 300; ++step) fleet.observe(engine, step);
  const double per_series = static_cast<double>(bytes_in_use - before) / (kVms * kResourceCount);
  EXPECT_LE(per_series, 7500);
  EXPECT_GE(per_series, sizeof(Series)) << "or not all is counted here";
}

}  // namespace
}  // namespace headroom
