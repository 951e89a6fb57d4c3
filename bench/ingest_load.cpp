#include "ingest_load.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>

namespace headroom::bench {
namespace {

using ingest::testing::TestAgent;

constexpr int kFlood = 0;   // in place of a port

// Never returns.
[[noreturn]] void play(const std::vector<ingest::testing::Credential>& agents, int tell, int told) {
  std::vector<std::unique_ptr<TestAgent>> all;
  std::vector<ingest::testing::Session> tickets(agents.size());
  for (int port = 0;;) {
    if (read(told, &port, sizeof port) != ssize_t{sizeof port}) _exit(1);
    if (port == kFlood) break;
    all.clear();
    for (std::size_t i = 0; i < agents.size(); ++i) {
      all.push_back(std::make_unique<TestAgent>(port, agents[i], ingest::testing::Wishes{.patience_ms = 60'000, .session = tickets[i]}));
      all.back()->send(ingest::testing::hello_of(ingest::testing::id_of('r')));
      if (!all.back()->receive() || (tickets[i] && !all.back()->resumed())) _exit(1);
      tickets[i] = all.back()->session();
    }
    const char byte = 1;
    if (write(tell, &byte, 1) != 1) _exit(1);
  }
  std::string frame;
  for (std::uint64_t sequence = 1;; ++sequence) {
    frame.clear();
    wire::append(ingest::testing::report_of(sequence, 1'000'000'000 + sequence * 1'000'000, 500 + static_cast<std::int64_t>(sequence % 97)), frame);
    for (auto& agent : all)
      if (!agent->send_bytes(frame)) _exit(1);
  }
}

}  // namespace

IngestLoad::IngestLoad(const std::vector<ingest::testing::Credential>& agents) {
  int up[2] = {-1, -1}, down[2] = {-1, -1};
  if (pipe(up) != 0 || pipe(down) != 0) return;
  child_ = fork();
  if (child_ == 0) play(agents, up[1], down[0]);
  close(up[1]);
  close(down[0]);
  told_ = up[0];
  tell_ = down[1];
}

IngestLoad::~IngestLoad() {
  if (child_ > 0) {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  for (const int fd : {told_, tell_})
    if (fd >= 0) close(fd);
}

bool IngestLoad::connect(int port) {
  char byte = 0;
  return write(tell_, &port, sizeof port) == ssize_t{sizeof port} && read(told_, &byte, 1) == 1;
}

void IngestLoad::flood() {
  static_cast<void>(!write(tell_, &kFlood, sizeof kFlood));
}

}  // namespace headroom::bench
