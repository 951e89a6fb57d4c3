#include "downtime_limit.h"

#include <algorithm>

namespace headroom::libvirt {

Duration DowntimeLimit::asked() const {
  const std::lock_guard lock(mutex_);
  return std::max(most_ - on_top_, most_ / 4);
}

void DowntimeLimit::learn(Duration asked, Duration measured) {
  const std::lock_guard lock(mutex_);
  on_top_ = std::max({measured - asked, on_top_ * 7 / 8, Duration::zero()});
}

}  // namespace headroom::libvirt
