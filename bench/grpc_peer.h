// What the same reports would take if they came over gRPC: a server with one thread and a completion queue, which was the cheapest of its ways,
// a stream both ways on a connection of its own for each agent, TLS with certificates both ways. The server reads each report as the manager's
// does and acknowledges every hundredth; it keeps none. Server and agents are processes of their own.
#pragma once

#include <string>
#include <vector>

#include "headroom/ingest/testing/test_agent.h"
#include "programs.h"

namespace headroom::bench {

struct GrpcCost {
  double reports_per_cpu_s = 0, reports_per_s = 0, connection_kib = 0, handshake_ms = 0;
};

class GrpcPeer {
 public:
  // In PEM. To be made before the process has threads.
  struct Server {
    std::string authority, certificate, key;
  };
  GrpcPeer(const Server& server, const std::vector<ingest::testing::Credential>& agents);

  // Connects all agents, has them report as fast as they are read for `warm`, and then counts for `counted`.
  Result<GrpcCost> run(Duration warm, Duration counted);

 private:
  std::size_t agents_;
  Forked server_, load_;
};

}  // namespace headroom::bench
