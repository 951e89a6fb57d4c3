// How VMs are moved: what operators may choose. A plain value.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "headroom/base/instant.h"
#include "headroom/base/quantity.h"

namespace headroom::libvirt {

// How a host's libvirtd is reached by another host's; absent: by the URI by which it is observed.
struct Peer {
  std::string uri{};          // "qemu+tls://h2/system"
  std::string memory_uri{};   // where the memory goes: "tcp://10.0.0.12"; empty: libvirt's own choice
};

struct MigrationOptions {
  std::map<std::string, Peer> peers{};                       // by the URI by which the host is observed
  bool tls = false;                                          // memory is encrypted too (QEMU's own TLS)
  // Memory goes through the connection of the two libvirtds, encrypted where that is (`peers`), and needs no port of its own; slower, for
  // both copy it once more. Then neither `tls` nor `memory_uri` counts, and libvirt does no post-copy.
  bool tunnelled = false;
  bool auto_converge = true;                                 // a guest that writes faster than is sent is slowed down
  std::optional<Duration> post_copy_after{};                 // absent: never; a VM that loses its wire in post-copy is lost
  BytesPerSecond bandwidth{};                                // where the plan says none; 0: libvirt's
  Duration max_downtime = std::chrono::milliseconds(300);
  Duration deadline = std::chrono::minutes(30);              // then it is ended, with the VM where it was
  Duration probe_within = std::chrono::seconds(5);           // that the destination has to answer first
  Duration settle = std::chrono::seconds(20);                // both hosts have to say the same for so long where it is not clear
  // A call whose caller died may still come to the source for so long, while the VM runs there as if nothing had been asked. Its connection
  // ended with its caller, so that it comes at once, or when a link is mended over which nobody could look before; should it come later
  // still, the move is another manager's for us: it is seen, and no second one can be begun beside it.
  Duration under_way = std::chrono::seconds(5);
  // Libvirt takes a disk for shared only on a file system or protocol it knows. Where operators say so of a path (Site::shared_paths),
  // their word counts instead.
  bool trust_shared_paths = false;
};

}  // namespace headroom::libvirt
