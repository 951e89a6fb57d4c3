// Agents that report as fast as they are read, in a process of their own, so that what the manager's takes can be told apart.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <vector>

#include "headroom/ingest/testing/test_agent.h"

namespace headroom::bench {

// A process that was begun, and is killed at the end.
class IngestLoad {
 public:
  // To be made before the process has threads: it is a fork of it.
  explicit IngestLoad(const std::vector<ingest::testing::Credential>& agents);
  ~IngestLoad();
  IngestLoad(const IngestLoad&) = delete;
  IngestLoad& operator=(const IngestLoad&) = delete;

  bool connect(int port);   // all of them, hello included, and anew by their tickets if they are; false: not all could
  void flood();

 private:
  pid_t child_ = -1;
  int told_ = -1, tell_ = -1;
};

}  // namespace headroom::bench
