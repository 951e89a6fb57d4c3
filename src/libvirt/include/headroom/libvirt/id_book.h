// The small numbers that stand for UUIDs in the rest of Headroom (base/id.h): given once, never to another. The journal of actions
// holds them, so that a manager that acts must keep them (state_book.h); one that only looks may forget them.
//
// Threads: one caller at a time. Errors: kFailed when a new number cannot be written down; it is not given then.
#pragma once

#include <map>
#include <string>

#include "headroom/base/id.h"
#include "headroom/base/result.h"

namespace headroom::libvirt {

class IdBook {
 public:
  virtual ~IdBook() = default;
  virtual Result<HostId> host(const std::string& uuid) = 0;
  virtual Result<VmId> vm(const std::string& uuid) = 0;
};

class MemoryIdBook final : public IdBook {
 public:
  Result<HostId> host(const std::string& uuid) override;
  Result<VmId> vm(const std::string& uuid) override;

 private:
  std::map<std::string, HostId> hosts_;
  std::map<std::string, VmId> vms_;
};

}  // namespace headroom::libvirt
