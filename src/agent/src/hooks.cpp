#include "hooks.h"

#include <dirent.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "headroom/base/check.h"
#include "headroom/base/spawn.h"
#include "headroom/wire/message.h"

namespace headroom::agent {
namespace {

constexpr std::size_t kMostPrograms = 32, kMostKept = 4 << 10, kMostShown = 120;

bool is_ours_alone(const std::string& path) {
  struct stat is {};
  if (stat(path.c_str(), &is) != 0 || !S_ISREG(is.st_mode) || access(path.c_str(), X_OK) != 0) return false;
  return (is.st_uid == 0 || is.st_uid == geteuid()) && (is.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> all;
  for (std::string& word : words) all.push_back(word.data());
  all.push_back(nullptr);
  return all;
}

std::string last_line(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  text = text.substr(text.rfind('\n') + 1);
  return wire::printable(text.substr(0, kMostShown));
}

}  // namespace

std::vector<std::string> Hooks::programs() const {
  std::vector<std::string> names;
  DIR* folder = opendir(folder_.c_str());
  if (folder == nullptr) return names;
  while (const dirent* entry = readdir(folder)) {
    if (entry->d_name[0] != '.' && is_ours_alone(folder_ + '/' + entry->d_name)) names.emplace_back(entry->d_name);
  }
  closedir(folder);
  std::sort(names.begin(), names.end());
  names.resize(std::min(names.size(), kMostPrograms));
  return names;
}

void Hooks::start(const std::string& event, std::vector<std::string> environment, std::int64_t now_ns) {
  HEADROOM_CHECK(!running(), "one event at a time: an application must not be told two sizes at once");
  event_ = event;
  environment_ = std::move(environment);
  environment_.emplace_back("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
  environment_.emplace_back("HEADROOM_EVENT=" + event);
  left_ = programs();
  std::reverse(left_.begin(), left_.end());
  deadline_ns_ = now_ns;  // advance() is due at once
}

std::optional<HookEnd> Hooks::begin_next(std::int64_t now_ns) {
  if (left_.empty()) return finish(true, "");
  name_ = left_.back();
  left_.pop_back();
  said_.clear();
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return finish(false, std::string("no pipe: ") + std::strerror(errno));
  output_ = Descriptor(ends[0]);
  const Descriptor written(ends[1]);
  fcntl(output_.get(), F_SETFL, O_NONBLOCK);
  const SpawnSettings settings(written.get(), written.get());
  std::vector<std::string> command{folder_ + '/' + name_, event_};
  const int error = posix_spawn(&pid_, command[0].c_str(), &settings.files, &settings.attributes, pointers(command).data(), pointers(environment_).data());
  if (error != 0) {
    pid_ = -1;
    return finish(false, "hook " + name_ + " cannot be run: " + std::strerror(error));
  }
  ended_ = Descriptor(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
  deadline_ns_ = now_ns + std::chrono::nanoseconds(limit_).count();
  return std::nullopt;
}

std::optional<HookEnd> Hooks::advance(std::int64_t now_ns) {
  if (!running()) return std::nullopt;
  if (pid_ < 0) return begin_next(now_ns);
  read_output();
  siginfo_t how{};
  if (waitid(P_PID, static_cast<id_t>(pid_), &how, WEXITED | WNOHANG | WNOWAIT) != 0 || how.si_pid == 0) {
    if (now_ns < deadline_ns_) return std::nullopt;
    kill_running();
    return finish(false, "hook " + name_ + " did not end within " + std::to_string(limit_.count()) + " ms and was killed");
  }
  read_output();
  kill_running();  // what it left behind, and its number
  if (how.si_code == CLD_EXITED && how.si_status == 0) return begin_next(now_ns);
  const std::string ended = how.si_code == CLD_EXITED ? " ended with " : " was ended by signal ", last = last_line(said_);
  return finish(false, "hook " + wire::printable(name_) + ended + std::to_string(how.si_status) + (last.empty() ? "" : ": " + last));
}

std::optional<HookEnd> Hooks::finish(bool ok, std::string sentence) {
  event_.clear();
  left_.clear();
  ended_.reset();
  output_.reset();
  return HookEnd{ok, std::move(sentence)};
}

void Hooks::read_output() {
  std::array<char, 1024> part{};
  for (ssize_t got; output_ && (got = read(output_.get(), part.data(), part.size())) != 0;) {
    if (got < 0) return;
    said_.append(part.data(), static_cast<std::size_t>(got));
    if (said_.size() > kMostKept) said_.erase(0, said_.size() - kMostKept);
  }
  output_.reset();  // nobody will write any more
}

// The group's number stays taken until its leader was waited for, so that no stranger is hit.
void Hooks::kill_running() {
  if (pid_ < 0) return;
  kill(-pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

}  // namespace headroom::agent
