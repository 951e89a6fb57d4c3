// IPMI 2.0 by ipmitool: "chassis power" with on, soft (an orderly shutdown by ACPI) and status.
#include <fmt/format.h>

#include "parts.h"
#include "program.h"

namespace headroom {
namespace {

class IpmiPower final : public HostPower {
 public:
  explicit IpmiPower(IpmiBoard settings) : settings_(std::move(settings)) {}

  bool can_start() const override { return true; }
  bool can_stop() const override { return true; }
  Result<void> start() override { return say("on").map([](const auto&) {}); }
  Result<void> stop() override { return say("soft").map([](const auto&) {}); }

  Result<SwitchState> state() override {
    const auto said = say("status");
    if (!said) return tl::unexpected(said.error());
    const std::string line = last_line(*said);
    if (line == "Chassis Power is on") return SwitchState::kOn;
    if (line == "Chassis Power is off") return SwitchState::kOff;
    return fail(ErrorCode::kFailed, fmt::format("{}: ipmitool said '{}'", settings_.address, line));
  }

 private:
  // ipmitool ends with 1 whatever went wrong, so that its words decide.
  static ErrorCode code_of(const std::string& why) {
    const auto says = [&](std::string_view words) { return why.find(words) != std::string::npos; };
    if (says("Unable to establish") || says("timeout") || says("Address lookup")) return ErrorCode::kUnreachable;
    return says("insufficient privilege") || says("Insufficient privilege") ? ErrorCode::kRefused : ErrorCode::kFailed;
  }

  Result<std::string> say(const char* verb) const {
    // It reads the file itself; this only looks whether the file is fit.
    if (auto secret = read_secret(settings_.password_file); !secret) return tl::unexpected(secret.error());
    std::vector<std::string> command{settings_.program, "-I", "lanplus", "-H", settings_.address, "-p", fmt::format("{}", settings_.port),
                                     "-U", settings_.user, "-f", settings_.password_file};
    if (settings_.cipher_suite) command.insert(command.end(), {"-C", fmt::format("{}", *settings_.cipher_suite)});
    command.insert(command.end(), {"chassis", "power", verb});
    auto end = run_program(command, settings_.deadline);
    if (!end) return fail(end.error().code, fmt::format("{}: {}", settings_.address, end.error().message));
    if (end->exit_code == 0) return std::move(end->out);
    const std::string why = last_line(end->err);
    return fail(code_of(why), fmt::format("{}: ipmitool chassis power {} ended with {}: {}", settings_.address, verb, end->exit_code, why));
  }

  const IpmiBoard settings_;
};

}  // namespace

Result<std::unique_ptr<HostPower>> make(IpmiBoard settings) {
  if (settings.address.empty() || settings.address.starts_with('-'))
    return invalid(fmt::format("'{}' is no address of a management board", settings.address));
  if (settings.port < 1 || settings.port > 65535) return invalid(fmt::format("{} is no UDP port", settings.port));
  if (!settings.program.starts_with('/')) return invalid(fmt::format("'{}' is no absolute path of ipmitool", settings.program));
  if (settings.cipher_suite && (*settings.cipher_suite < 0 || *settings.cipher_suite > 17))
    return invalid(fmt::format("{} is no cipher suite of IPMI 2.0; they go from 0 to 17", *settings.cipher_suite));
  if (auto secret = read_secret(settings.password_file); !secret) return tl::unexpected(secret.error());
  return std::make_unique<IpmiPower>(std::move(settings));
}

}  // namespace headroom
