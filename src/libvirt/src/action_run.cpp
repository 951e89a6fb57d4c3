#include "action_run.h"

namespace headroom::libvirt {

void Alarm::raise(const std::string& why) {
  const std::lock_guard lock(mutex_);
  if (!why_) why_ = why;
}

std::optional<std::string> Alarm::raised() const {
  const std::lock_guard lock(mutex_);
  return why_;
}

void ActionRun::tell(Finding finding) {
  const std::lock_guard lock(mutex_);
  if (finding_.progress.state == ActionState::kRunning) finding_ = std::move(finding);
}

Finding ActionRun::finding() const {
  const std::lock_guard lock(mutex_);
  return finding_;
}

}  // namespace headroom::libvirt
