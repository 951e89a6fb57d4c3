// Others that tell what a guest uses, as Debian packages them, unpacked by bench.sh and not installed: they run beside our agent for the same
// time on the same machine. Those that are asked are asked as often as ours reports; what the asking costs is not counted.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "programs.h"

namespace headroom::bench {

class AgentPeer {
 public:
  virtual ~AgentPeer() = default;
  virtual std::string name() const = 0;
  virtual const Program& program() const = 0;
  virtual bool ask() = 0;  // once a sample; true: it answered, or there is nothing to ask
};

// Those of `unpacked` that are there. Files go into `scratch`.
std::vector<std::unique_ptr<AgentPeer>> start_agent_peers(const std::filesystem::path& unpacked, const std::filesystem::path& scratch, int interval_s);

}  // namespace headroom::bench
