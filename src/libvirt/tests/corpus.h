// The files under tests/data: domains and hosts made up for the tests, with what real ones of their kind have in them.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "headroom/libvirt/domain.h"
#include "headroom/libvirt/host_facts.h"
#include "headroom/libvirt/site.h"

namespace headroom::libvirt {

inline const std::filesystem::path kData = std::filesystem::path(HEADROOM_SOURCE_DIR) / "src/libvirt/tests/data";

inline std::string data(const std::string& name) {
  std::ifstream file(kData / (name + ".xml"));
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_FALSE(text.str().empty()) << name;
  return text.str();
}

inline Domain domain(const std::string& name) {
  auto read = parse_domain(data(name));
  EXPECT_TRUE(read) << name << ": " << (read ? "" : read.error().message);
  return read ? *read : Domain{};
}

// host_a has all that the domains want; host_b lacks much of it.
inline HostFacts host(const std::string& name) {
  HostFacts facts;
  EXPECT_TRUE(read_capabilities(data(name + "_capabilities"), facts));
  EXPECT_TRUE(read_domain_capabilities(data(name + "_domain_capabilities"), facts));
  facts.hypervisor = "QEMU";
  facts.pools = {{"default", "dir", "/var/lib/libvirt/images"}, {"vg0", "logical", "/dev/vg0"}};
  facts.networks = {"br-guests", "br0"};
  if (name == "host_a") {
    facts.pools.push_back({"nfs", "netfs", "/var/lib/libvirt/nfs"});
    facts.networks.push_back("tenants");
  }
  return facts;
}

inline Site site() {
  Site s;
  s.shared_paths = {"/san", "/srv/lab"};
  return s;
}

}  // namespace headroom::libvirt
