// The parts of a fleet file, a function each. Mistakes go to the section's document.
#pragma once

#include "headroom/config/section.h"
#include "headroom/fleet/live_fleet.h"

namespace headroom::fleet {

// cpu, memory, disk, network; those that are absent stay as they are.
void read_resources(config::Section& section, Resources& into);
void read_hosts(config::Section& top, LiveFleet& fleet);
void read_site(config::Section& top, libvirt::Site& site);
void read_safety(config::Section& top, LiveFleet& fleet);
void read_migration(config::Section& top, libvirt::MigrationOptions& migration);

}  // namespace headroom::fleet
