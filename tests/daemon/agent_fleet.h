// A fleet of libvirt's test driver whose VMs have agents, as headroomd is told of it: one host with so many VMs of 2 GiB. Agents find the
// manager at the same port whenever it is started again.
#pragma once

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "../support/folder.h"
#include "headroom/base/descriptor.h"

namespace headroom {

class AgentFleet {
 public:
  explicit AgentFleet(int vms, const std::string& settings = "every: 1s\npoll: 1s\n") : port_(free_port()) {
    std::ofstream node(folder_ / "h1.xml");
    node << "<node><cpu><mhz>2000</mhz><model>x</model><active>64</active><nodes>1</nodes><sockets>1</sockets><cores>64</cores><threads>1</threads></cpu>"
         << "<memory>4000000000</memory>";
    for (int i = 0; i < vms; ++i)
      node << fmt::format("<domain type='test'><name>{}</name><uuid>{}</uuid><memory>2097152</memory><vcpu>1</vcpu><os><type>hvm</type></os></domain>", name(i), uuid(i));
    node << "</node>";
    std::ofstream(folder_ / "fleet.yaml") << fmt::format("fleet: shop\n{}hosts:\n  - {{uri: \"test://{}\", name: h1}}\nagents: {{listen: \"127.0.0.1:{}\", interval: 1s}}\n",
                                                         settings, folder_.at("h1.xml"), port_);
  }

  static std::string name(int vm) { return fmt::format("vm-{}", vm); }
  static std::string uuid(int vm) { return fmt::format("aaaaaaaa-1111-4000-8000-{:012x}", vm + 1); }
  int port() const { return port_; }
  std::filesystem::path state() const { return folder_ / "state"; }
  std::vector<std::string> options() const { return {"--fleet", folder_.at("fleet.yaml"), "--state", state().string()}; }

 private:
  // Below those that the system gives to whoever connects somewhere, so that it is still free when the manager comes back.
  static int free_port() {
    std::mt19937 random(std::random_device{}());
    for (int tried = 0; tried < 100; ++tried) {
      sockaddr_in at{};
      at.sin_family = AF_INET;
      at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      at.sin_port = htons(static_cast<std::uint16_t>(10'000 + random() % 20'000));
      const Descriptor probe(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      if (bind(probe.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0) return ntohs(at.sin_port);
    }
    ADD_FAILURE() << "no port is free";
    return 0;
  }

  const Folder folder_;
  const int port_;
};

}  // namespace headroom
