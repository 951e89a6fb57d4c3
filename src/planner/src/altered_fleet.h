// A snapshot that changes are made to, one after another (what_if.h).
#pragma once

#include "seekers.h"

namespace headroom {

class AlteredFleet {
 public:
  AlteredFleet(const Snapshot& snapshot, const Policy& policy);  // the policy outlives it

  // The change, and a place on a running host for whoever it takes one from, if there is one. After an error the fleet is of no use.
  Result<void> apply(const Change& change);
  // The fleet as it is then, hosts started for who still waits, into an answer: `changed`, `placed`, `arrivals`.
  void finish(WhatIf& answer) &&;

 private:
  Result<void> make(const AddHosts& change);
  Result<void> make(const LoseHost& change);
  Result<void> make(const DrainHost& change);
  Result<void> make(const ScaleLoad& change);
  Result<void> make(const AddVms& change);

  Result<Host*> host_called(const std::string& name, const char* change);
  Result<Vm> model_vm(const AddVms& change) const;
  void end_flights(const Host& host, bool as_meant);
  std::string fresh_name(const std::string& stem, std::size_t& number) const;

  Snapshot fleet_;
  const Policy& policy_;
  Seekers seekers_;
  std::size_t hosts_added_ = 0, vms_added_ = 0;
};

}  // namespace headroom
