// The parts of a fleet file, a function each. Mistakes go to the section's document.
#pragma once

#include "headroom/config/section.h"
#include "headroom/fleet/live_fleet.h"

namespace headroom::fleet {

// cpu, memory, disk, network; those that are absent stay as they are.
void read_resources(config::Section& section, Resources& into);
void read_hosts(config::Section& top, LiveFleet& fleet);
// What switches a host, from its `power`; none where it has none.
void read_switch(config::Section& host, const std::string& uri, const std::string& name, libvirt::PowerOptions& power);
// The times, from the fleet's own `power`.
void read_power(config::Section& top, libvirt::PowerOptions& power);
void read_site(config::Section& top, libvirt::Site& site);
void read_safety(config::Section& top, LiveFleet& fleet);
// `folder`: where relative files are taken from.
void read_agents(config::Section& top, const std::filesystem::path& folder, std::optional<AgentSettings>& agents);
void read_migration(config::Section& top, libvirt::MigrationOptions& migration);

}  // namespace headroom::fleet
