#include "headroom/power/adapters.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cstring>
#include <fstream>

#include "parts.h"

namespace headroom {
namespace {

constexpr std::size_t kLongestSecret = 1024;

}  // namespace

std::string_view name(SwitchState state) {
  switch (state) {
    case SwitchState::kUnknown: return "unknown";
    case SwitchState::kOff: return "off";
    case SwitchState::kStarting: return "starting";
    case SwitchState::kOn: return "on";
    case SwitchState::kStopping: return "stopping";
    case SwitchState::kFailed: return "failed";
  }
  return "unknown";
}

Result<std::string> read_secret(const std::string& file) {
  struct stat about {};
  if (stat(file.c_str(), &about) != 0) return invalid(fmt::format("the password file {}: {}", file, std::strerror(errno)));
  if (!S_ISREG(about.st_mode)) return invalid(fmt::format("the password file {} is no file", file));
  if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return invalid(fmt::format("the password file {} may be read by others; chmod 600 it", file));
  std::ifstream in(file);
  std::string secret;
  std::getline(in, secret);
  if (!secret.empty() && secret.back() == '\r') secret.pop_back();
  if (secret.empty()) return invalid(fmt::format("the password file {} has no password on its first line", file));
  if (secret.size() > kLongestSecret) return invalid(fmt::format("the password in {} is over {} bytes", file, kLongestSecret));
  return secret;
}

Result<std::unique_ptr<HostPower>> make_power(PowerSettings settings) {
  return std::visit([](auto&& one) { return make(std::move(one)); }, std::move(settings));
}

}  // namespace headroom
