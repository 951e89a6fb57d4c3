// What one host said in one round. A plain value.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "headroom/base/instant.h"
#include "headroom/libvirt/domain.h"
#include "headroom/libvirt/host_facts.h"
#include "headroom/libvirt/stats.h"

namespace headroom::libvirt {

struct SeenDomain {
  std::shared_ptr<const Domain> domain;  // never null
  DomainStats stats;
};

struct HostReading {
  HostFacts facts;
  std::vector<SeenDomain> domains;     // those that are off as well
  Instant at;                          // of the statistics, by our clock
  std::vector<std::string> troubles;   // of single domains, a sentence each
};

}  // namespace headroom::libvirt
