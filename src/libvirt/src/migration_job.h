// A live migration from its claim to its proof, in a worker's thread. The call that moves lasts as long as the move, so that it has a
// thread and a connection of its own; this one follows it over connections of its own to both hosts: how far it is, whether it is to
// be ended, and at the end where the VM runs (migration_state.h).
//
// It is a peer-to-peer migration: the source's libvirtd carries it out, and goes on when this program dies. One that an earlier run
// began is followed in the same way, without the call.
#pragma once

#include "action_run.h"
#include "connection.h"
#include "downtime_limit.h"
#include "headroom/libvirt/claim.h"
#include "headroom/libvirt/migration.h"
#include "resize_job.h"

namespace headroom::libvirt {

struct MigrationPlace {
  std::string source, destination;  // URIs by which we reach them
  Peer peer;                        // the destination, as the source reaches it
};

struct MigrationRun {
  MigrationPlace place;
  Claim ours;
  MigrationOptions options;
  std::shared_ptr<DowntimeLimit> downtime;
  ResizeOptions resize;     // of the allocation that a move carries, once the VM is there
  ActionSetting setting;
};

void run_migration(const MigrationRun& run);

}  // namespace headroom::libvirt
