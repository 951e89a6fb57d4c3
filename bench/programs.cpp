#include "programs.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <fstream>

namespace headroom::bench {
namespace {

double rollup_mib(pid_t pid, const std::string& key) {
  std::ifstream file(fmt::format("/proc/{}/smaps_rollup", pid));
  for (std::string word; file >> word;) {
    double kib = 0;
    if (word == key && file >> kib) return kib / 1024;
  }
  return 0;
}

}  // namespace

Program::Program(std::vector<std::string> command) {
  std::vector<char*> arguments;
  for (std::string& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_ = fork();
  if (pid_ != 0) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL);   // a benchmark that is killed leaves nothing
  const int nothing = open("/dev/null", O_RDWR);
  for (const int fd : {0, 1, 2}) dup2(nothing, fd);
  execv(arguments[0], arguments.data());
  _exit(127);
}

Program::~Program() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

bool Program::alive() const {
  siginfo_t how{};
  return pid_ > 0 && waitid(P_PID, static_cast<id_t>(pid_), &how, WEXITED | WNOHANG | WNOWAIT) == 0 && how.si_pid == 0;
}

double cpu_seconds_of(pid_t pid) {
  clockid_t clock{};
  timespec time{};
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) != 0) return 0;  // tidy: cpu-time
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double resident_mib_of(pid_t pid) { return rollup_mib(pid, "Rss:"); }

double Program::cpu_seconds() const { return cpu_seconds_of(pid_); }
double Program::resident_mib() const { return resident_mib_of(pid_); }
double Program::own_mib() const { return rollup_mib(pid_, "Pss:"); }

bool Line::put(const void* bytes, std::size_t count) const { return write(out_, bytes, count) == static_cast<ssize_t>(count); }
bool Line::get(void* bytes, std::size_t count) const { return read(in_, bytes, count) == static_cast<ssize_t>(count); }

Forked::Forked(const std::function<void(const Line& parent)>& run) : line_(-1, -1) {
  if (pipe(up_) != 0 || pipe(down_) != 0) return;
  pid_ = fork();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    close(up_[0]);
    close(down_[1]);
    run(Line(down_[0], up_[1]));
    _exit(0);
  }
  close(up_[1]);
  close(down_[0]);
  up_[1] = down_[0] = -1;
  line_ = Line(up_[0], down_[1]);
}

Forked::~Forked() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  for (const int fd : {up_[0], up_[1], down_[0], down_[1]})
    if (fd >= 0) close(fd);
}

int free_port() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t bytes = sizeof address;
  const bool bound = bind(fd, reinterpret_cast<sockaddr*>(&address), bytes) == 0 && getsockname(fd, reinterpret_cast<sockaddr*>(&address), &bytes) == 0;
  close(fd);
  return bound ? ntohs(address.sin_port) : 0;
}

}  // namespace headroom::bench
