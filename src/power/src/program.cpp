#include "program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <csignal>
#include <cstring>
#include <utility>

#include "headroom/base/clock.h"
#include "headroom/base/descriptor.h"
#include "headroom/base/spawn.h"

namespace headroom {
namespace {

constexpr std::size_t kMostKept = 64 << 10;
constexpr std::size_t kMostShown = 200;

struct Pipe {
  Descriptor reads, writes;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return fail(ErrorCode::kFailed, fmt::format("no pipe: {}", std::strerror(errno)));
  fcntl(ends[1], F_SETFL, 0);  // the program expects an output that blocks
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

// Reads what is there. False when there will be no more.
bool read_some(const Descriptor& from, std::string& kept) {
  std::array<char, 16 << 10> buffer{};
  const ssize_t got = read(from.get(), buffer.data(), buffer.size());
  if (got > 0) kept.append(buffer.data(), std::min(static_cast<std::size_t>(got), kMostKept - kept.size()));
  return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

class Running {
 public:
  Running(pid_t pid, Descriptor out, Descriptor err)
      : pid_(pid), ended_(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))), out_(std::move(out)), err_(std::move(err)) {}
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  // The group's number stays taken until its leader was waited for, so that no stranger is hit.
  ~Running() {
    kill(-pid_, SIGKILL);
    while (waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {
    }
  }

  // True when it has ended within the deadline.
  bool follow(Duration deadline, ProgramEnd& end) {
    const Stopwatch watch;
    for (;;) {
      const double left_ms = static_cast<double>(deadline.count()) - watch.seconds() * 1000;
      if (left_ms <= 0) return false;
      std::array<pollfd, 3> all{{{ended_.get(), POLLIN, 0}, {out_.get(), POLLIN, 0}, {err_.get(), POLLIN, 0}}};
      if (poll(all.data(), all.size(), static_cast<int>(std::min(left_ms, 1e6)) + 1) < 0 && errno != EINTR) return false;
      if (all[1].revents != 0 && !read_some(out_, end.out)) out_.reset();
      if (all[2].revents != 0 && !read_some(err_, end.err)) err_.reset();
      if (all[0].revents != 0) break;
    }
    for (std::size_t kept = 1; kept != end.out.size() + end.err.size();) {  // what it wrote last
      kept = end.out.size() + end.err.size();
      if (out_.get() >= 0) read_some(out_, end.out);
      if (err_.get() >= 0) read_some(err_, end.err);
    }
    siginfo_t how{};
    waitid(P_PID, static_cast<id_t>(pid_), &how, WEXITED | WNOWAIT);
    end.exit_code = how.si_code == CLD_EXITED ? how.si_status : 128 + how.si_status;
    return true;
  }

 private:
  const pid_t pid_;
  const Descriptor ended_;
  Descriptor out_, err_;
  int status_ = 0;
};

}  // namespace

Result<ProgramEnd> run_program(const std::vector<std::string>& command, Duration deadline) {
  auto out = make_pipe(), err = make_pipe();
  if (!out || !err) return tl::unexpected(!out ? out.error() : err.error());
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const SpawnSettings settings(out->writes.get(), err->writes.get());
  pid_t pid = 0;
  const int error = posix_spawn(&pid, command.front().c_str(), &settings.files, &settings.attributes, arguments.data(), environ);
  if (error != 0) return fail(ErrorCode::kFailed, fmt::format("{} cannot be run: {}", command.front(), std::strerror(error)));
  out->writes.reset();
  err->writes.reset();
  ProgramEnd end;
  Running running(pid, std::move(out->reads), std::move(err->reads));
  if (running.follow(deadline, end)) return end;
  return fail(ErrorCode::kUnreachable, fmt::format("{} did not end within {} and was killed", command.front(), to_text(deadline)));
}

std::string last_line(const std::string& text) {
  std::string last, line;
  for (const char c : text + '\n') {
    if (c != '\n') {
      line += std::iscntrl(static_cast<unsigned char>(c)) != 0 ? ' ' : c;
      continue;
    }
    if (line.find_first_not_of(' ') != std::string::npos) last = line;
    line.clear();
  }
  return last.substr(0, kMostShown);
}

}  // namespace headroom
