#include "pool_lab.h"

#include <algorithm>

namespace headroom::lab {

using std::chrono::seconds;

libvirt::PoolOptions pool_options(const Lab& lab) {
  libvirt::PoolOptions options;
  options.observer.site.shared_paths = {lab.folder() + "/shared", HEADROOM_SOURCE_DIR "/build/lab"};
  options.observer.site.shared_networks = {"br0"};
  options.observer.keep_alive_every = seconds(2);
  options.migration.trust_shared_paths = true;
  for (const char* host : {"h1", "h2"}) {
    const std::string uri = lab.uri(host);
    options.migration.peers[uri] = {uri, "tcp://" + lab.say(std::string("address ") + host)};
  }
  return options;
}

void PoolLab::SetUp() {
  LabTest::SetUp();
  if (IsSkipped() || HasFatalFailure()) return;
  options_ = pool_options(lab);
  for (const char* host : {"h1", "h2"}) uris_[host] = lab.uri(host);
  restart();
}

void PoolLab::restart() {
  pool_.reset();
  book_.reset();
  auto opened = libvirt::StateBook::open(lab.folder() + "/tests.db");
  ASSERT_TRUE(opened) << opened.error().message;
  book_ = std::move(*opened);
  pool_ = std::make_unique<libvirt::LibvirtPool>(std::vector{uris_["h1"], uris_["h2"]}, options_, clock_, *book_, book_->claim(),
                                                 options_.power.switches.empty() ? nullptr : book_.get());
  look();
}

const Inventory& PoolLab::look() {
  auto seen = pool_->inventory();
  EXPECT_TRUE(seen) << seen.error().message;
  if (seen) seen_ = std::move(*seen);
  return seen_;
}

const Vm& PoolLab::vm(const std::string& name) {
  static const Vm none;
  const auto found = std::find_if(seen_.vms.begin(), seen_.vms.end(), [&](const Vm& v) { return v.name == name; });
  if (found != seen_.vms.end()) return *found;
  ADD_FAILURE() << "no VM " << name << " is seen";
  return none;
}

const Host& PoolLab::host(const std::string& name) {
  static const Host none;
  const auto& known = pool_->last_round().seen.hosts;
  for (std::size_t i = 0; i < known.size(); ++i)
    if (known[i].uri == uris_[name]) return seen_.hosts[i];
  ADD_FAILURE() << "no host " << name << " is seen";
  return none;
}

Action PoolLab::resize(const std::string& name, std::optional<long> cpu_millicores, std::optional<long> memory_mib) {
  look();
  const Vm& which = vm(name);
  Action a;
  a.vm = which.id;
  a.from = a.to = which.host;
  a.before = a.after = which.allocation;
  if (cpu_millicores) a.after[Resource::kCpu] = *cpu_millicores;
  if (memory_mib) a.after[Resource::kMemory] = *memory_mib << 20;
  return a;
}

Action PoolLab::move(const std::string& name, const std::string& to, double mib_per_s) {
  Action a = resize(name, {});
  a.kind = ActionKind::kMigrate;
  a.to = host(to).id;
  if (mib_per_s > 0) a.schedule.emplace().bandwidth = BytesPerSecond(static_cast<std::int64_t>(mib_per_s * 1024 * 1024));
  return a;
}

ActionId PoolLab::begin(const Action& action) {
  const ActionId id(++actions_);
  const auto started = pool_->start(id, action);
  EXPECT_TRUE(started) << started.error().message;
  return id;
}

Progress PoolLab::end_of(ActionId id, Duration limit) {
  Progress last;
  within(limit, [&] {
    auto told = pool_->progress(id);
    if (told) last = *told;
    return last.state != ActionState::kRunning || (!told && told.error().code == ErrorCode::kNotFound);
  });
  return last;
}

bool PoolLab::in_the_middle(ActionId id) {
  Result<Progress> told;
  const bool there = within(seconds(30), [&] {
    told = pool_->progress(id);
    return told && (told->share_done > 0.05 || told->state != ActionState::kRunning);
  });
  return there && told->state == ActionState::kRunning;
}

bool PoolLab::has_job(const std::string& host, const std::string& name) const {
  const Ran ran = lab.run(fmt::format("virsh {} domjobinfo {}", host, name));
  return ran.exit_code == 0 && ran.text.find("None") == std::string::npos;
}

}  // namespace headroom::lab
