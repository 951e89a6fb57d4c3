// Documentation/admin-guide/cputopology.rst, mm/memory-hotplug.rst and sysctl/vm.rst (drop_caches) of the Linux kernel.
#include "levers.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "files.h"

namespace headroom::agent {
namespace {

constexpr int kMostVcpus = 8192;

bool read_number(std::string_view& text, int& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0 || number >= kMostVcpus) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

std::string_view first_line(const std::string& text) { return std::string_view(text).substr(0, text.find('\n')); }

std::vector<int> read_list(const std::string& path) {
  const auto text = read_file(path);
  return text ? parse_cpu_list(first_line(*text)) : std::vector<int>();
}

// While it switches something on the agent counts as much as any other: the kernel works on the writer's time, and behind the very load that the
// growth is to relieve that took 7 to 17 s in an emulated guest, against 2. Without the right to it (RLIMIT_NICE) all stays as it is.
class Unniced {
 public:
  Unniced() : was_(getpriority(PRIO_PROCESS, 0)) {
    if (was_ > 0) setpriority(PRIO_PROCESS, 0, 0);
  }
  ~Unniced() {
    if (was_ > 0) setpriority(PRIO_PROCESS, 0, was_);
  }
  Unniced(const Unniced&) = delete;
  Unniced& operator=(const Unniced&) = delete;

 private:
  const int was_;
};

bool contains(const std::vector<int>& sorted, int number) { return std::binary_search(sorted.begin(), sorted.end(), number); }

}  // namespace

std::vector<int> parse_cpu_list(std::string_view text) {
  std::vector<int> all;
  while (!text.empty()) {
    int from = 0;
    if (!read_number(text, from)) return {};
    int to = from;
    if (text.starts_with('-')) {
      text.remove_prefix(1);
      if (!read_number(text, to) || to < from) return {};
    }
    for (int number = from; number <= to; ++number) all.push_back(number);
    if (text.starts_with(',')) text.remove_prefix(1);
    else if (!text.empty()) return {};
  }
  return all;
}

std::vector<int> Levers::online_vcpus() const { return read_list(cpus_ + "/online"); }
int Levers::possible_vcpus() const { return static_cast<int>(read_list(cpus_ + "/possible").size()); }

Result<int> Levers::set_vcpus(int count) const {
  std::vector<int> on = online_vcpus();
  if (on.empty()) return fail(ErrorCode::kFailed, cpus_ + "/online does not tell which processors are on");
  const std::vector<int> present = read_list(cpus_ + "/present");
  int online = static_cast<int>(on.size());
  Result<void> last;
  for (auto at = on.rbegin(); at != on.rend() && online > count; ++at) {
    if (access(cpu(*at).c_str(), F_OK) != 0) continue;  // the first processor of most systems cannot be switched off
    last = write_value(cpu(*at), "0");
    if (last) --online;
  }
  const Unniced urgent;
  for (auto at = present.begin(); at != present.end() && online < count; ++at) {
    if (contains(on, *at)) continue;
    last = write_value(cpu(*at), "1");
    if (last) ++online;
  }
  if (online != count && !last) return tl::unexpected(last.error());
  return online;
}

std::uint64_t Levers::memory_block_kib() const {
  const auto text = read_file(memory_ + "/block_size_bytes");
  std::uint64_t bytes = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), bytes, 16);
  return bytes / 1024;
}

Result<int> Levers::switch_on_memory() const {
  DIR* folder = opendir(memory_.c_str());
  if (folder == nullptr) return 0;  // a kernel whose memory cannot be plugged
  const Unniced urgent;
  int switched = 0;
  Result<void> last;
  while (const dirent* entry = readdir(folder)) {
    const std::string name = entry->d_name;
    if (!name.starts_with("memory") || name.size() < 7 || name[6] < '0' || name[6] > '9') continue;
    const std::string state = memory_ + '/' + name + "/state";
    const auto is = read_file(state);
    if (!is || first_line(*is) != "offline") continue;
    auto done = write_value(state, "online");
    if (done) ++switched;
    else last = done;
  }
  closedir(folder);
  if (!last) return tl::unexpected(last.error());
  return switched;
}

Result<void> Levers::trim(std::uint64_t kib) const {
  ProcText meminfo(proc_ + "/meminfo");
  Words words(meminfo.read());
  while (words.next_line()) {
    if (words.word() == "MemFree:" && words.number() >= kib) return {};
  }
  return write_value(proc_ + "/sys/vm/drop_caches", "1");
}

bool Levers::may_switch_vcpus() const {
  for (const int number : read_list(cpus_ + "/present")) {
    if (access(cpu(number).c_str(), W_OK) == 0) return true;
  }
  return false;
}

bool Levers::may_trim() const { return access((proc_ + "/sys/vm/drop_caches").c_str(), W_OK) == 0; }

}  // namespace headroom::agent
