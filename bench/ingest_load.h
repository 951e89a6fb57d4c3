// Agents that report as fast as they are read, in a process of their own, so that what the manager's takes can be told apart.
#pragma once

#include <optional>
#include <vector>

#include "headroom/ingest/testing/test_agent.h"
#include "programs.h"

namespace headroom::bench {

class IngestLoad {
 public:
  // To be made before the process has threads: it is a fork of it.
  explicit IngestLoad(const std::vector<ingest::testing::Credential>& agents);

  bool connect(int port);   // all of them, hello included, and anew by their tickets if they are; false: not all could
  void flood();
  void stop() { process_.reset(); }

 private:
  std::optional<Forked> process_;
};

}  // namespace headroom::bench
