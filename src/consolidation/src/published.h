// The published policies: a test of overload, the VM that migrates fastest leaves (MMT), best fit by power, and every other
// host is tried for emptying.
#pragma once

#include "placement.h"
#include "policy.h"

namespace headroom::consolidation {

class PublishedPolicy final : public Policy {
 public:
  explicit PublishedPolicy(Overloaded overloaded) : overloaded_(std::move(overloaded)) {}
  std::vector<Move> decide(Trial& trial) override;

 private:
  std::vector<Move> relieve(Trial& trial, const std::vector<std::size_t>& over, const std::vector<bool>& excluded);
  std::vector<Move> empty_hosts(Trial& trial, const std::vector<bool>& over);
  std::vector<Move> empty_host(Trial& trial, std::size_t h, const std::vector<bool>& excluded);

  Overloaded overloaded_;
};

}  // namespace headroom::consolidation
