// headroom simulate --cloudsim: the published consolidation experiment (headroom/consolidation/experiment.h).
#pragma once

#include <filesystem>
#include <string>

#include "headroom/base/result.h"

namespace headroom::cli {

struct CloudsimArguments {
  std::filesystem::path day;     // empty: not asked for
  bool no_vm_deaths = false, enforce_ram = false;
};

// Runs the day under the policy of that name and prints what it came to, as a table or as JSON; writes it to `report`
// unless that is empty. kInvalid for a policy that the experiment does not know.
Result<void> run_cloudsim(const CloudsimArguments& arguments, const std::string& policy, bool json,
                          const std::filesystem::path& report);

}  // namespace headroom::cli
