// The one call that moves a VM, in a thread of its own.
#pragma once

#include <mutex>
#include <string>

#include "migration_job.h"
#include "migration_state.h"
#include "worker.h"

namespace headroom::libvirt {

class MigrationCall {
 public:
  MigrationCall() : answer_(std::make_shared<Answer>()) {}

  void begin(const MigrationRun& run);
  // An earlier run made it: nobody hears its end.
  void assume_made();
  Call state() const;
  std::string message() const;  // of a call that failed

 private:
  struct Answer {
    std::mutex mutex;
    Call call = Call::kUnderWay;
    std::string message;
  };
  std::shared_ptr<Answer> answer_;
  std::unique_ptr<Worker> worker_;
};

}  // namespace headroom::libvirt
