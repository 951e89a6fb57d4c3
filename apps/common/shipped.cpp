#include "shipped.h"

#include <unistd.h>

#include <cstdlib>

namespace headroom::cli {

std::filesystem::path shipped(const std::filesystem::path& name) {
  std::error_code ignored;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", ignored);
  const auto installed = self.parent_path() / "../share/headroom" / name;
  if (std::filesystem::exists(installed, ignored)) return installed;
  return std::filesystem::path(HEADROOM_SOURCE_DIR) / name;
}

std::filesystem::path default_socket() {
  constexpr const char* kName = "headroomd.sock";
  constexpr const char* kOfService = "/run/headroom/headroomd.sock";
  std::error_code ignored;
  if (geteuid() == 0 && std::filesystem::exists(kOfService, ignored)) return kOfService;
  if (const char* runtime = std::getenv("XDG_RUNTIME_DIR"); runtime != nullptr && *runtime == '/')
    return std::filesystem::path(runtime) / kName;
  if (geteuid() == 0) return std::filesystem::path("/run") / kName;
  const char* home = std::getenv("HOME");
  return std::filesystem::path(home != nullptr ? home : "/") / ".headroom" / kName;
}

std::filesystem::path default_state() {
  if (geteuid() == 0) return "/var/lib/headroom";
  if (const char* state = std::getenv("XDG_STATE_HOME"); state != nullptr && *state != '\0') return std::filesystem::path(state) / "headroom";
  const char* home = std::getenv("HOME");
  return std::filesystem::path(home != nullptr ? home : "/") / ".local/state/headroom";
}

}  // namespace headroom::cli
