#include "headroom/agent/settings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>

#include "files.h"
#include "headroom/agent/endpoint.h"

namespace headroom::agent {
namespace {

// Says what it wants in place of what it got; empty: it was taken.
using Take = std::string (*)(Settings&, std::string_view);

struct Row {
  std::string_view key, value, sentence;
  Take take;
};

template <std::string Settings::*field>
std::string take_path(Settings& settings, std::string_view value) {
  if (!value.starts_with('/')) return "a path from /";
  settings.*field = value;
  return "";
}

template <bool Settings::*field>
std::string take_switch(Settings& settings, std::string_view value) {
  if (value != "yes" && value != "no") return "yes or no";
  settings.*field = value == "yes";
  return "";
}

template <class T>
bool in_range(std::string_view value, T least, T most, T& number) {
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  return error == std::errc() && end == value.data() + value.size() && number >= least && number <= most;
}

std::string take_manager(Settings& settings, std::string_view value) {
  if (!parse_endpoint(value)) return "an address with a port such as 10.0.0.5:7475 or [fd00::5]:7475, or a device from /";
  settings.manager = value;
  return "";
}

std::string take_hook_limit(Settings& settings, std::string_view value) {
  int seconds = 0;
  if (!value.ends_with('s') || !in_range(value.substr(0, value.size() - 1), 1, 600, seconds)) return "seconds from 1s to 600s";
  settings.hook_limit = std::chrono::seconds(seconds);
  return "";
}

std::string take_kept(Settings& settings, std::string_view value) {
  return in_range<std::size_t>(value, 16, 4096, settings.kept_reports) ? "" : "a number from 16 to 4096";
}

std::string take_nice(Settings& settings, std::string_view value) { return in_range(value, 0, 19, settings.nice) ? "" : "a number from 0 to 19"; }

constexpr std::array<Row, 13> kRows{{
    {"manager", "ADDRESS:PORT|DEVICE", "where the manager is reached: TCP, or a virtio-serial port", take_manager},
    {"state", "FOLDER", "key, certificate and what was done of directives (/var/lib/headroom-agent)", take_path<&Settings::state>},
    {"hooks", "FOLDER", "programs that resize applications (/etc/headroom-agent/hooks.d)", take_path<&Settings::hooks>},
    {"hook-limit", "SECONDSs", "a hook that takes longer is killed (20s)", take_hook_limit},
    {"kept-reports", "NUMBER", "kept without a connection; beyond, the oldest are rolled up (512)", take_kept},
    {"change-vcpus", "yes|no", "the manager may switch vCPUs on and off (yes)", take_switch<&Settings::change_vcpus>},
    {"change-memory", "yes|no", "the manager may switch memory blocks on (yes)", take_switch<&Settings::change_memory>},
    {"trim", "yes|no", "caches may be dropped before memory is taken (yes)", take_switch<&Settings::trim>},
    {"process-names", "yes|no", "the busiest processes' names may be told (no)", take_switch<&Settings::process_names>},
    {"tell-reports", "yes|no", "the log tells of each report that the manager has (no)", take_switch<&Settings::tell_reports>},
    {"nice", "NUMBER", "the agent's own niceness, 0 to 19 (10)", take_nice},
    {"proc", "FOLDER", "where /proc is (/proc)", take_path<&Settings::proc>},
    {"sys", "FOLDER", "where /sys is (/sys)", take_path<&Settings::sys>},
}};

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t\r"), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(" \t\r") + 1);
}

}  // namespace

Result<void> set(Settings& settings, std::string_view key, std::string_view value, const std::string& where) {
  const auto row = std::find_if(kRows.begin(), kRows.end(), [&](const Row& one) { return one.key == key; });
  if (row == kRows.end()) return invalid(where + "there is no setting '" + std::string(key) + "'; headroom-agent --help lists them");
  const std::string wants = row->take(settings, value);
  if (wants.empty()) return {};
  return invalid(where + std::string(key) + " is '" + std::string(value) + "'; write " + wants);
}

Result<void> read_settings(Settings& settings, const std::string& path) {
  const auto text = read_file(path);
  if (!text) return tl::unexpected(text.error());
  std::string_view rest = *text;
  for (int number = 1; !rest.empty(); ++number) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = trimmed(rest.substr(0, std::min(end, rest.find('#'))));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.empty()) continue;
    const std::string where = path + ":" + std::to_string(number) + ": ";
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) return invalid(where + "write key = value");
    if (auto ok = set(settings, trimmed(line.substr(0, equals)), trimmed(line.substr(equals + 1)), where); !ok) return ok;
  }
  return {};
}

Result<void> check(const Settings& settings) {
  if (settings.manager.empty()) return invalid("no manager is named; write manager = ADDRESS:PORT in " + std::string(kDefaultConfig) + ", or say --manager");
  return {};
}

std::string settings_help() {
  std::string text;
  for (const Row& row : kRows) {
    std::string line = "  --" + std::string(row.key) + ' ' + std::string(row.value);
    line.resize(std::max<std::size_t>(line.size() + 2, 32), ' ');
    text += line + std::string(row.sentence) + '\n';
  }
  return text;
}

}  // namespace headroom::agent
