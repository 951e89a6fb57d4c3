// headroom-agent as a guest runs it, with the manager's real ingest and a history on disk: joined by a token, over TCP and through a relay.
// (Killed again and again, and its manager too: tests/daemon/killed_test.cpp.)
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include <thread>

#include "../../src/ingest/tests/rig.h"
#include "headroom/agent/testing/tree.h"
#include "headroom/base/stop.h"
#include "support/agent_program.h"

namespace headroom {
namespace {

using ingest::testing::kOne;
using ingest::testing::Rig;

constexpr Duration kSoon = std::chrono::seconds(20);

class AgentOfAGuest : public testing::Test {
 protected:
  AgentOfAGuest() : rig([] {
    ingest::IngestOptions options;
    options.interval = std::chrono::seconds(1);
    return options;
  }()) {
    signal(SIGPIPE, SIG_IGN);  // as headroomd has it
    agent::write_guest(tree);
    std::filesystem::create_directory(tree.path("state"));
    tree.write("agent.conf", fmt::format("state = {0}/state\nhooks = {0}/hooks\nproc = {0}/proc\nsys = {0}/sys\n", tree.path()));
  }
  std::vector<std::string> words(const std::string& command, const std::string& manager) const {
    return {command, "--config", tree.path("agent.conf"), "--manager", manager};
  }
  std::string address() const { return fmt::format("127.0.0.1:{}", rig.port()); }
  void join() {
    tree.write("token", rig.token() + "\n");
    auto command = words("join", address());
    command.push_back(tree.path("token"));
    AgentProgram joining(tree, command);
    EXPECT_EQ(joining.end(0), 0) << joining.said();
  }
  bool reported(std::size_t samples) {
    return poll_until([&] { return rig.samples().size() >= samples; }, kSoon);
  }

  agent::Tree tree;
  Rig rig;
};

TEST_F(AgentOfAGuest, JoinsWithATokenAndReportsIntoTheHistory) {
  join();
  AgentProgram program(tree, words("run", address()));
  EXPECT_TRUE(reported(2)) << program.said();
  const auto samples = rig.samples();
  ASSERT_FALSE(samples.empty());
  EXPECT_EQ(samples.back().used[index(Resource::kMemory)], 500'000.0 * 1024);
  EXPECT_EQ(program.end(SIGTERM), 0);
}

TEST_F(AgentOfAGuest, IsRefusedWithATokenThatWasUsed) {
  join();
  auto command = words("join", address());
  command.push_back(tree.path("token"));
  AgentProgram again(tree, command);
  EXPECT_EQ(again.end(0), 4) << again.said();
  EXPECT_NE(again.said().find("the manager refuses"), std::string::npos) << again.said();
}

// A virtio-serial port made of what there is everywhere: a pseudo-terminal for the guest's device, a unix socket for QEMU's end of it.
class Port {
 public:
  explicit Port(const std::string& channel) : master_(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    grantpt(master_);
    unlockpt(master_);
    device_ = ptsname(master_);
    held_ = open(device_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);  // or it hangs up whenever the agent is not there
    termios raw{};
    tcgetattr(held_, &raw);
    cfmakeraw(&raw);
    tcsetattr(held_, TCSANOW, &raw);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    channel.copy(address.sun_path, sizeof address.sun_path - 1);
    listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    listen(listener_, 1);
    thread_ = std::thread([this] { carry(); });
  }
  ~Port() {
    stop_ = true;
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    for (const int fd : {master_, held_, listener_}) close(fd);
  }
  const std::string& device() const { return device_; }

 private:
  void carry() {
    while (!stop_) {
      const int host = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (host < 0) return;
      while (!stop_ && copy(host)) {
      }
      close(host);
    }
  }
  bool copy(int host) const {
    pollfd both[]{{master_, POLLIN, 0}, {host, POLLIN, 0}};
    poll(both, 2, 100);
    char part[1024];
    for (const auto& [from, to] : {std::pair(master_, host), std::pair(host, master_)}) {
      if ((both[from == master_ ? 0 : 1].revents & (POLLIN | POLLHUP)) == 0) continue;
      const ssize_t got = read(from, part, sizeof part);
      if (got <= 0) return false;
      for (ssize_t at = 0; at < got;) {
        const ssize_t sent = write(to, part + at, static_cast<std::size_t>(got - at));
        if (sent <= 0) return false;
        at += sent;
      }
    }
    return true;
  }

  int master_, held_ = -1, listener_ = -1;
  std::string device_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

TEST_F(AgentOfAGuest, ReportsThroughARelayFromAGuestWithoutANetwork) {
  join();
  const Port port(tree.path("vm.agent"));
  AgentProgram relay(tree, {"relay", "--config", tree.path("agent.conf"), "--manager", address(), "--channels", tree.path("*.agent")});
  std::size_t before = 0;
  for (int run = 0; run < 2; ++run) {  // the second after a kill, of which the relay hears nothing
    AgentProgram program(tree, words("run", port.device()));
    EXPECT_TRUE(reported(before + 2)) << program.said();
    before = rig.samples().size();
    program.end(SIGKILL);
  }
}

}  // namespace
}  // namespace headroom
