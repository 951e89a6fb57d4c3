// headroom-agent run | join | relay | check-config: what runs in a VM's guest, and the relay on its host (docs/agent.md).
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/agent/agent.h"
#include "headroom/agent/relay.h"
#include "headroom/agent/settings.h"

namespace headroom::agent {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr rlim_t kMostDataBytes = RLIM_INFINITY;  // what a sanitizer keeps beside each byte counts too
#else
constexpr rlim_t kMostDataBytes = 64 << 20;  // a tenth of it is used; a leak must end the agent, not the guest
#endif

int usage(std::FILE* to) {
  std::fprintf(to,
               "headroom-agent COMMAND [--config FILE] [--KEY VALUE]...\n\n"
               "  run                  reports and obeys, until it is told to end\n"
               "  join TOKEN_FILE      gets this VM its certificate; the file holds the token, - is the standard input\n"
               "  check-config         says whether the settings are good\n"
               "  relay --manager ADDRESS:PORT --channels PATTERN...\n"
               "                       on a host: joins its VMs' channels with the manager\n"
               "  version\n\nSettings, also as \"key = value\" in %.*s:\n%s",
               static_cast<int>(kDefaultConfig.size()), kDefaultConfig.data(), settings_help().c_str());
  return to == stdout ? 0 : 2;
}

int failed(const Error& error) {
  std::fprintf(stderr, "headroom-agent: %s\n", error.message.c_str());
  return exit_code(error.code);
}

struct Command {
  Settings settings;
  std::vector<std::string> words, channels;
};

// Options in any order; a file that is named must be there, the usual one may be missing.
Result<Command> parse(const std::vector<std::string>& arguments) {
  Command command;
  std::string config(kDefaultConfig);
  bool named = false;
  std::vector<std::pair<std::string, std::string>> options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (!arguments[i].starts_with("--")) {
      command.words.push_back(arguments[i]);
      continue;
    }
    std::string key = arguments[i].substr(2), value;
    if (const auto equals = key.find('='); equals != std::string::npos) {
      value = key.substr(equals + 1);
      key.resize(equals);
    } else if (++i < arguments.size()) {
      value = arguments[i];
    } else {
      return invalid("--" + key + " wants a value");
    }
    if (key == "config") config = value, named = true;
    else if (key == "channels") command.channels.push_back(value);
    else options.emplace_back(key, value);
  }
  auto read = read_settings(command.settings, config);
  if (!read && (named || read.error().code != ErrorCode::kNotFound)) return tl::unexpected(read.error());
  for (const auto& [key, value] : options) {
    if (auto ok = set(command.settings, key, value, ""); !ok) return tl::unexpected(ok.error());
  }
  return command;
}

int stop_signals() {
  signal(SIGPIPE, SIG_IGN);  // a connection that is gone is told by the write
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

void hold_back(const Settings& settings) {
  setpriority(PRIO_PROCESS, 0, settings.nice);
  const rlimit limit{kMostDataBytes, kMostDataBytes};
  setrlimit(RLIMIT_DATA, &limit);
}

Result<std::string> read_token(const std::string& path) {
  std::FILE* file = path == "-" ? stdin : std::fopen(path.c_str(), "re");
  if (file == nullptr) return fail(ErrorCode::kNotFound, path + " cannot be opened: " + std::strerror(errno));
  char line[512] = "";
  const bool got = std::fgets(line, sizeof line, file) != nullptr;
  if (file != stdin) std::fclose(file);
  std::string token = line;
  while (!token.empty() && (token.back() == '\n' || token.back() == '\r' || token.back() == ' ')) token.pop_back();
  if (!got || token.empty()) return invalid(path + " is empty; its first line is to be the token");
  return token;
}

void say(const std::string& line) {
  std::fprintf(stderr, "headroom-agent: %s\n", line.c_str());
}

int run(const std::vector<std::string>& arguments) {
  const auto command = parse(arguments);
  if (!command) return failed(command.error());
  const Settings& settings = command->settings;
  const std::string what = command->words.empty() ? "" : command->words[0];
  const std::size_t wanted = what == "join" ? 2 : 1;
  if (command->words.size() != wanted) return usage(stderr);
  if (what == "check-config") {
    const auto ok = check(settings);
    return ok ? (std::puts("ok"), 0) : failed(ok.error());
  }
  const SystemClock wall;
  const SystemBootClock boot;
  const World world{wall, boot, stop_signals(), say};
  Result<void> done;
  if (what == "run") {
    hold_back(settings);
    done = run_agent(settings, world);
  } else if (what == "join") {
    const auto token = read_token(command->words[1]);
    done = token ? join(settings, *token, world) : Result<void>(tl::unexpected(token.error()));
  } else if (what == "relay") {
    const auto manager = parse_endpoint(settings.manager);
    done = manager ? run_relay({*manager, command->channels}, boot, world.stop_fd, say) : Result<void>(tl::unexpected(manager.error()));
  } else {
    return usage(stderr);
  }
  return done ? 0 : failed(done.error());
}

}  // namespace
}  // namespace headroom::agent

int main(int argc, char** argv) {
  using namespace headroom::agent;
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  for (const std::string& word : arguments) {
    if (word == "--help" || word == "-h") return usage(stdout);
  }
  if (arguments.size() == 1 && arguments[0] == "version") return std::puts(HEADROOM_VERSION), 0;
  return run(arguments);
}
