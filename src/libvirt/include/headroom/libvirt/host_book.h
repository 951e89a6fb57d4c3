// What has to be known of hosts that do not answer because they are off: what they were when they were heard last, and that it is on
// purpose. Kept across restarts (state_book.h), or a manager that starts would not know what it could start.
//
// Threads: one caller at a time. Errors: kFailed when it cannot be read or written; nothing is changed then.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "headroom/base/instant.h"
#include "headroom/libvirt/host_facts.h"
#include "headroom/model/host.h"

namespace headroom::libvirt {

struct AbsentHost {
  std::string uri;                       // by which it is observed
  PowerState power = PowerState::kOff;   // kFailed: it was to start and did not get ready; kOn: it is being stopped
  Instant since, heard_at;
  std::string why{};                     // of a failure
  HostFacts facts{};
};

class HostBook {
 public:
  virtual ~HostBook() = default;
  virtual Result<std::vector<AbsentHost>> absent() = 0;        // by URI
  // On the disk when it returns. One of the same URI is replaced.
  virtual Result<void> note_absent(const AbsentHost& host) = 0;
  virtual Result<void> note_present(const std::string& uri) = 0;
};

class MemoryHostBook final : public HostBook {
 public:
  Result<std::vector<AbsentHost>> absent() override;
  Result<void> note_absent(const AbsentHost& host) override;
  Result<void> note_present(const std::string& uri) override;

 private:
  std::map<std::string, AbsentHost> hosts_;
};

// A host's facts as one line of JSON, and back. kInvalid for what is not that.
std::string to_json_text(const HostFacts& facts);
Result<HostFacts> parse_host_facts(const std::string& json_text);

}  // namespace headroom::libvirt
