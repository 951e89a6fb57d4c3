#include <fmt/format.h>

#include <algorithm>

#include "parts.h"
#include "program.h"

namespace headroom {
namespace {

ErrorCode code_of(int exit_code) {
  switch (exit_code) {
    case 3: return ErrorCode::kNotFound;
    case 4: return ErrorCode::kRefused;
    case 5: return ErrorCode::kUnreachable;
    default: return ErrorCode::kFailed;
  }
}

std::string first_word(const std::string& text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) return {};
  return text.substr(begin, std::min<std::size_t>(40, text.find_first_of(" \t\r\n", begin) - begin));
}

class CommandPower final : public HostPower {
 public:
  explicit CommandPower(PowerCommand settings) : settings_(std::move(settings)) {}

  bool can_start() const override { return true; }
  bool can_stop() const override { return true; }
  Result<void> start() override { return say("start").map([](const auto&) {}); }
  Result<void> stop() override { return say("stop").map([](const auto&) {}); }

  Result<SwitchState> state() override {
    const auto said = say("state");
    if (!said) return tl::unexpected(said.error());
    const std::string word = first_word(*said);
    for (const SwitchState state : kSwitchStates)
      if (word == name(state)) return state;
    return fail(ErrorCode::kFailed, fmt::format("{} state {} said '{}', which is none of off, starting, on, stopping, failed, unknown",
                                                settings_.program, settings_.host, last_line(word)));
  }

 private:
  Result<std::string> say(const char* verb) const {
    std::vector<std::string> command{settings_.program};
    command.insert(command.end(), settings_.arguments.begin(), settings_.arguments.end());
    command.insert(command.end(), {verb, settings_.host});
    auto end = run_program(command, settings_.deadline);
    if (!end) return fail(end.error().code, fmt::format("{} {}: {}", verb, settings_.host, end.error().message));
    if (end->exit_code == 0) return std::move(end->out);
    const std::string why = last_line(end->err);
    const std::string what = fmt::format("{} {} {} ended with {}", settings_.program, verb, settings_.host, end->exit_code);
    return fail(code_of(end->exit_code), why.empty() ? what : what + ": " + why);
  }

  const PowerCommand settings_;
};

}  // namespace

Result<std::unique_ptr<HostPower>> make(PowerCommand settings) {
  if (!settings.program.starts_with('/')) return invalid(fmt::format("'{}' is no absolute path of a program", settings.program));
  if (settings.host.empty() || settings.host.starts_with('-'))
    return invalid(fmt::format("'{}' is no name of a host that a program could be given", settings.host));
  if (settings.deadline <= Duration(0)) return invalid("a program that switches a host needs time for it");
  return std::make_unique<CommandPower>(std::move(settings));
}

}  // namespace headroom
