// The agent's settings: one table gives the keys of its configuration file ("key = value", # begins a comment), its options (--key VALUE)
// and its help. Options win over the file. Units are in the values ("20s") or the keys' sentences. Errors: one sentence that names the
// key, the place and the mend.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/base/result.h"

namespace headroom::agent {

struct Settings {
  std::string manager;                                  // address or device; empty: not said
  std::string state = "/var/lib/headroom-agent";
  std::string hooks = "/etc/headroom-agent/hooks.d";
  std::chrono::milliseconds hook_limit{20'000};
  std::size_t kept_reports = 512;
  bool change_vcpus = true, change_memory = true, trim = true, process_names = false, tell_reports = false;
  int nice = 10;
  std::string proc = "/proc", sys = "/sys";
};

inline constexpr std::string_view kDefaultConfig = "/etc/headroom-agent/agent.conf";

// One key, as in the file; `where` begins the sentence of an error.
Result<void> set(Settings& settings, std::string_view key, std::string_view value, const std::string& where);
Result<void> read_settings(Settings& settings, const std::string& path);
// What only all of them together can be wrong about.
Result<void> check(const Settings& settings);

// Lines of help: "  --key VALUE  sentence (default)".
std::string settings_help();

}  // namespace headroom::agent
