// What Headroom may do by itself in a fleet, and how VMs are moved.
#include <limits>

#include "headroom/config/format.h"
#include "sections.h"

namespace headroom::fleet {
namespace {

using config::Section;
using std::chrono::hours;
using std::chrono::seconds;

config::Format<int> count(int low) {
  return [low](std::string_view given) -> Result<int> {
    const auto number = config::integer(low, 1'000'000)(given);
    if (!number) return tl::unexpected(number.error());
    return static_cast<int>(*number);
  };
}

config::Format<AutomationLevel> level() {
  return config::one_of<AutomationLevel>(
      {{"observe", AutomationLevel::kObserve}, {"recommend", AutomationLevel::kRecommend}, {"auto", AutomationLevel::kAuto}});
}

void read_limits(Section& s, SafetyLimits& limits) {
  s.optional("migrations per host", limits.migrations_per_host, count(1));
  s.optional("migrations", limits.migrations, count(1));
  s.optional("resizes per host", limits.resizes_per_host, count(1));
  s.optional("resizes", limits.resizes, count(1));
  s.optional("actions per hour", limits.actions_per_hour, count(0));
  const auto cooldown = config::duration(Duration(0), hours(24 * 30));
  s.optional("grow cooldown", limits.grow_cooldown, cooldown);
  s.optional("shrink cooldown", limits.shrink_cooldown, cooldown);
  s.optional("migrate cooldown", limits.migrate_cooldown, cooldown);
  s.optional("failures to open", limits.failures_to_open, count(1));
  s.optional("breaker open for", limits.breaker_open_for, config::duration(seconds(1), hours(24)));
  const auto age = config::duration(seconds(1), hours(24));
  s.optional("max snapshot age", limits.max_snapshot_age, age);
  s.optional("max sample age", limits.max_sample_age, age);
  s.optional("max host age", limits.max_host_age, age);
  s.optional("memory margin", limits.memory_margin, [](std::string_view given) -> Result<Bytes> {
    const auto bytes = config::amount(Resource::kMemory)(given);
    if (!bytes) return tl::unexpected(bytes.error());
    return Bytes(*bytes);
  });
  s.optional("memory margin share", limits.memory_margin_share, config::percent(config::between(0, 10)));
  s.optional("undo window", limits.undo_window, age);
  s.optional("confirm within", limits.confirm_within, age);
  // What was asked of a host may still be on its way for so long; less would take a slow host's word for a denial.
  s.optional("lost after", limits.lost_after, config::duration(seconds(30), hours(24)));
}

}  // namespace

void read_safety(Section& top, LiveFleet& fleet) {
  top.optional("level", fleet.limits.level, level());
  // A VM that says nothing is what the fleet is. The lower of both holds, so that this alone lets nothing happen.
  fleet.pool.observer.site.level = fleet.limits.level;
  if (auto s = top.optional_section("limits")) read_limits(*s, fleet.limits);
  if (fleet.limits.max_sample_age < fleet.every)
    top.reject("every", "VMs whose newest sample is older than 'max sample age' are not acted on; raise it, or let rounds come more often");
}

void read_migration(Section& top, libvirt::MigrationOptions& migration) {
  auto s = top.optional_section("migration");
  if (!s) return;
  std::int64_t bandwidth = 0;
  s->optional("bandwidth", bandwidth, config::amount(Resource::kNetwork));
  migration.bandwidth = BytesPerSecond(bandwidth);
  s->optional("tls", migration.tls, config::boolean());
  s->optional("tunnelled", migration.tunnelled, config::boolean());
  s->optional("auto converge", migration.auto_converge, config::boolean());
  s->optional("post copy after", migration.post_copy_after, config::duration(seconds(1), hours(24)));
  s->optional("max downtime", migration.max_downtime, config::duration(Duration(1), seconds(60)));
  s->optional("deadline", migration.deadline, config::duration(seconds(1), hours(24)));
  if (migration.tunnelled && migration.tls) s->reject("tls", "a tunnel is as safe as the connection it goes through: give the hosts peers of qemu+tls instead");
  if (migration.tunnelled && migration.post_copy_after) s->reject("post copy after", "libvirt does no post-copy through a tunnel");
  s->optional("trust shared paths", migration.trust_shared_paths, config::boolean());
}

}  // namespace headroom::fleet
