// The model that comes with Headroom (models/ple.model): looked for beside the program's prefix, then in the source tree
// it was built from. kNotFound when neither has it.
#pragma once

#include <memory>

#include "headroom/forecast/global_model.h"

namespace headroom::cli {

Result<std::shared_ptr<const GlobalModel>> shipped_model();

}  // namespace headroom::cli
