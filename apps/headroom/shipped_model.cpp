#include "shipped_model.h"

namespace headroom::cli {

Result<std::shared_ptr<const GlobalModel>> shipped_model() {
  std::error_code ignored;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  const auto installed = program.parent_path().parent_path() / "share" / "headroom" / "ple.model";
  if (std::filesystem::exists(installed, ignored)) return GlobalModel::load(installed);
  return GlobalModel::load(std::filesystem::path(HEADROOM_SOURCE_DIR) / "models" / "ple.model");
}

}  // namespace headroom::cli
