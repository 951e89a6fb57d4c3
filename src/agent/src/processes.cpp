// /proc/PID/stat: Documentation/filesystems/proc.rst, table 1-4.
#include "processes.h"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "files.h"

namespace headroom::agent {
namespace {

constexpr std::size_t kMostProcesses = 4096;  // of a guest with more, some

struct Process {
  ProcessUse use;
  std::uint64_t ticks = 0, started = 0;
};

// "1 (name) S ppid ... utime(14) stime(15) ... starttime(22) vsize(23) rss(24)"; the name may hold spaces and parentheses.
std::optional<Process> parse(const std::string& text) {
  const std::size_t open = text.find('('), close = text.rfind(')');
  if (open == std::string::npos || close == std::string::npos || close < open) return std::nullopt;
  Process process;
  process.use.name = Name(std::string_view(text).substr(open + 1, close - open - 1));
  Words words(std::string_view(text).substr(close + 1));
  if (!words.next_line()) return std::nullopt;
  words.skip(11);
  process.ticks = words.number();
  process.ticks += words.number();
  words.skip(6);
  process.started = words.number();
  words.skip(1);
  process.use.memory_kib = static_cast<std::int64_t>(words.number()) * sysconf(_SC_PAGESIZE) / 1024;
  return process;
}

}  // namespace

Few<ProcessUse, wire::kMostProcesses> Processes::look(std::int64_t boottime_ns) {
  Few<ProcessUse, wire::kMostProcesses> busiest;
  DIR* folder = opendir(proc_.c_str());
  if (folder == nullptr) return busiest;
  std::unordered_map<int, Seen> now;
  std::vector<ProcessUse> all;
  const double seconds = static_cast<double>(boottime_ns - last_ns_) / 1e9, hz = static_cast<double>(sysconf(_SC_CLK_TCK));
  while (const dirent* entry = readdir(folder)) {
    int pid = 0;
    const std::string_view name = entry->d_name;
    if (std::from_chars(name.data(), name.data() + name.size(), pid).ec != std::errc() || now.size() >= kMostProcesses) continue;
    const auto text = read_file(proc_ + '/' + entry->d_name + "/stat", 4096);
    auto process = text ? parse(*text) : std::nullopt;
    if (!process) continue;
    now[pid] = {process->ticks, process->started};
    const auto before = seen_.find(pid);
    if (last_ns_ == 0 || before == seen_.end() || before->second.started != process->started || process->ticks <= before->second.ticks) continue;
    process->use.cpu_mcores = static_cast<std::int64_t>(static_cast<double>(process->ticks - before->second.ticks) * 1000 / hz / std::max(seconds, 0.001));
    all.push_back(process->use);
  }
  closedir(folder);
  seen_ = std::move(now);
  last_ns_ = boottime_ns;
  const auto count = std::min<std::size_t>(all.size(), wire::kMostProcesses);
  std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count), all.end(), [](const ProcessUse& a, const ProcessUse& b) { return a.cpu_mcores > b.cpu_mcores; });
  for (std::size_t i = 0; i < count; ++i) busiest.push(all[i]);
  return busiest;
}

}  // namespace headroom::agent
