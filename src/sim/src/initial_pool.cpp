#include "initial_pool.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace headroom {
namespace {

constexpr std::int64_t kUnlimited = std::int64_t{1} << 50;

Host make_host(const World& world, const HostType& type, std::size_t number, PowerState power) {
  Host host;
  host.id = HostId(static_cast<std::uint32_t>(number));
  host.name = fmt::format("{}-{}", type.name, number + 1);
  host.type = type.name;
  host.physical = type.physical;
  host.overcommit = world.scenario.overcommit;
  host.price = type.price;
  host.power = power;
  return host;
}

void one_endless_host(World& world) {
  HostType type{"endless", Resources(MilliCores(kUnlimited), Bytes(kUnlimited), BytesPerSecond(kUnlimited),
                                     BytesPerSecond(kUnlimited)), {}};
  world.hosts.push_back(make_host(world, type, 0, PowerState::kOn));
  world.hosts[0].overcommit.fill(1);
  for (Vm& vm : world.vms) vm.host = HostId(0);
}

// Prices go with size, so a type that had to grow costs in proportion.
void grow_largest_type(std::vector<HostType>& types, const World& world) {
  auto largest = std::max_element(types.begin(), types.end(),
                                  [](const HostType& a, const HostType& b) { return a.physical.cpu() < b.physical.cpu(); });
  double times = 1;
  for (const Vm& vm : world.vms)
    for (Resource r : {Resource::kCpu, Resource::kMemory})
      times = std::max(times, static_cast<double>(vm.ceiling[r]) / static_cast<double>(std::max<std::int64_t>(1, largest->physical[r])));
  for (Resource r : kAllResources)
    largest->physical[r] = static_cast<std::int64_t>(static_cast<double>(largest->physical[r]) * times);
  largest->price.usd_per_hour *= times;
  largest->price.watts_idle *= times;
  largest->price.watts_full *= times;
  for (double& w : largest->price.watts_curve) w *= times;
}

class Packing {
 public:
  Packing(World& world, std::vector<HostType> types) : world_(world), types_(std::move(types)) {}

  void place_all() {
    std::vector<std::size_t> order(world_.vms.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return weight(a) > weight(b); });
    for (const Vm& vm : world_.vms) need_ += vm.allocation.cpu().count();
    for (std::size_t i : order) place(i);
  }

  // Hosts that are off, the on-demand types in turn, until their cores are the share of those that are on.
  void add_spare() {
    double missing = 0;
    for (const Host& h : world_.hosts) missing += world_.scenario.spare_share * static_cast<double>(h.physical.cpu().count());
    const auto for_rent = [](const HostType& t) { return t.price.price_class == PriceClass::kOnDemand; };
    if (std::none_of(types_.begin(), types_.end(), for_rent)) return;
    for (std::size_t next = 0; missing > 0; next = (next + 1) % types_.size()) {
      if (!for_rent(types_[next])) continue;
      world_.hosts.push_back(make_host(world_, types_[next], world_.hosts.size(), PowerState::kOff));
      missing -= static_cast<double>(types_[next].physical.cpu().count());
    }
  }

 private:
  double weight(std::size_t i) const {
    const Resources& a = world_.vms[i].allocation;
    return static_cast<double>(a.cpu().count()) / 1000 + static_cast<double>(a.memory().count()) / (4.0 * 1024 * 1024 * 1024);
  }

  void place(std::size_t i) {
    Vm& vm = world_.vms[i];
    for (std::size_t h = 0; h < world_.hosts.size(); ++h)
      if (vm.allocation.fits_in(room_[h])) return put(vm, h);
    const HostType& type = next_type(vm.allocation);
    world_.hosts.push_back(make_host(world_, type, world_.hosts.size(), PowerState::kOn));
    room_.push_back(world_.hosts.back().admissible());
    if (type.price.price_class == PriceClass::kReserved) reserved_ += world_.hosts.back().admissible().cpu().count();
    put(vm, world_.hosts.size() - 1);
  }

  void put(Vm& vm, std::size_t h) {
    vm.host = world_.hosts[h].id;
    room_[h] -= vm.allocation;
  }

  // Reserved until their share of the need is covered, then the largest on-demand type; always one that holds the VM.
  const HostType& next_type(const Resources& allocation) const {
    const HostType* best = nullptr;
    const bool want_reserved =
        static_cast<double>(reserved_) < world_.scenario.reserved_share * static_cast<double>(need_);
    for (const HostType& t : types_) {
      Host probe = make_host(world_, t, 0, PowerState::kOn);
      if (!allocation.fits_in(probe.admissible())) continue;
      const bool preferred = (t.price.price_class == PriceClass::kReserved) == want_reserved;
      const bool best_preferred = best && (best->price.price_class == PriceClass::kReserved) == want_reserved;
      if (!best || (preferred && !best_preferred) ||
          (preferred == best_preferred && t.physical.cpu() > best->physical.cpu()))
        best = &t;
    }
    return best ? *best : types_.front();
  }

  World& world_;
  std::vector<HostType> types_;
  std::vector<Resources> room_;
  std::int64_t need_ = 0, reserved_ = 0;
};

}  // namespace

Result<void> build_pool(World& world) {
  if (world.view == View::kVertical) {
    one_endless_host(world);
    return {};
  }
  std::vector<HostType> types = world.scenario.host_types;
  if (types.empty()) return invalid("the scenario has no host types");
  grow_largest_type(types, world);
  Packing packing(world, types);
  packing.place_all();
  if (world.view == View::kElastic) packing.add_spare();
  return {};
}

}  // namespace headroom
