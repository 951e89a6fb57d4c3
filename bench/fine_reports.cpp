#include "fine_reports.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace headroom::bench {
namespace {

constexpr int kStepsInSlot = 300 / FineReports::kEvery_s;
constexpr double kPage = 4096;
constexpr float kRemembers = 0.7F, kReturns = 0.99F;
constexpr double kSpread = 0.4;             // of log-normal noise
constexpr std::uint64_t kSeldom = 1000;     // one report in so many begins to be held back

std::uint64_t draw(std::uint64_t& state) {  // splitmix64
  std::uint64_t z = (state += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

// Mean 0, deviation 1: four uniform numbers added up, which is near enough to normal.
float noise(std::uint64_t& state) {
  const std::uint64_t bits = draw(state);
  float sum = 0;
  for (int i = 0; i < 4; ++i) sum += static_cast<float>(bits >> (16 * i) & 0xffff);
  constexpr float kMiddle = 2 * 65535.0F, kDeviation = 65535.0F * 0.57735F;   // of a uniform one 1/sqrt(12), of four twice that
  return (sum - kMiddle) / kDeviation;
}

float held_back(std::uint16_t& left, bool now, std::uint64_t& random) {
  const std::uint64_t bits = draw(random);
  if (now || (left == 0 && bits % kSeldom == 0)) left = static_cast<std::uint16_t>(1 + bits / kSeldom % 8);
  if (left == 0) return 0;
  --left;
  return static_cast<float>(100 + bits / (kSeldom * 8) % 300) / 1000.0F;
}

}  // namespace

FineReports::FineReports(const Fleet& fleet, int copies, std::uint64_t seed, Instant start) : fleet_(fleet), start_(start) {
  std::mt19937_64 random(seed);
  const std::size_t count = fleet.vms.size() * static_cast<std::size_t>(copies);
  for (std::size_t i = 0; i < count; ++i) {
    Vm vm;
    vm.slot = random() % fleet.vms[i % fleet.vms.size()].slots();
    vm.random = random();
    vms_.push_back(vm);
    uuids_.push_back(fmt::format("{:08x}-{:04x}-4000-8000-{:012x}", random() & 0xffffffff, random() & 0xffff, i));
  }
}

void FineReports::next(std::vector<VmSample>& reports) {
  reports.clear();
  for (std::size_t i = 0; i < vms_.size(); ++i) {
    VmSample report{VmId(static_cast<std::uint32_t>(i)), {}};
    if (!report_of(vms_[i], fleet_.vms[i % fleet_.vms.size()], report.sample)) continue;
    reports.push_back(report);
  }
  ++step_;
}

bool FineReports::report_of(Vm& vm, const VmTrace& trace, Sample& sample) const {
  const std::size_t slot = (vm.slot + static_cast<std::size_t>(step_ / kStepsInSlot)) % trace.slots(), after = (slot + 1) % trace.slots();
  const double share = static_cast<double>(step_ % kStepsInSlot) / kStepsInSlot;
  std::array<double, kResourceCount> line{};
  for (std::size_t r = 0; r < kResourceCount; ++r) {
    line[r] = trace.demand[r][slot] * (1 - share) + trace.demand[r][after] * share;
    if (std::isnan(line[r])) return false;
  }
  const auto cpu = index(Resource::kCpu), memory = index(Resource::kMemory), disk = index(Resource::kDisk), network = index(Resource::kNetwork);
  vm.cpu_noise = kRemembers * vm.cpu_noise + std::sqrt(1 - kRemembers * kRemembers) * noise(vm.random);
  vm.pages = kReturns * vm.pages + 16 * noise(vm.random);
  sample.at = time_of(step_) + Duration(draw(vm.random) % 2);
  sample.used[cpu] = std::round(std::max(0.0, line[cpu] + (0.05 * line[cpu] + 5) * vm.cpu_noise));
  sample.used[memory] = std::max(0.0, std::floor(line[memory] / kPage) + std::floor(vm.pages)) * kPage;
  sample.used[disk] = std::round(std::floor(line[disk] * std::exp(kSpread * noise(vm.random)) * kEvery_s / kPage) * kPage / kEvery_s);
  sample.used[network] = std::round(line[network] * std::exp(kSpread * noise(vm.random)));
  sample.stalled[cpu] = held_back(vm.held_for[0], sample.used[cpu] >= 900.0 * trace.cores, vm.random);
  sample.stalled[memory] = held_back(vm.held_for[1], false, vm.random);
  return true;
}

}  // namespace headroom::bench
