#include "headroom/base/supervisor.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace headroom {
namespace {

// Where a supervisor would listen, for as long as the test.
class Listening {
 public:
  explicit Listening(const std::string& name) : fd_(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name[0] == '@') address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    EXPECT_EQ(bind(fd_, reinterpret_cast<const sockaddr*>(&address), length), 0);
    setenv("NOTIFY_SOCKET", name.c_str(), 1);
  }
  ~Listening() {
    unsetenv("NOTIFY_SOCKET");
    close(fd_);
  }
  std::string heard() const {
    char buffer[64];
    const ssize_t got = recv(fd_, buffer, sizeof buffer, 0);
    return got < 0 ? std::string() : std::string(buffer, static_cast<std::size_t>(got));
  }

 private:
  int fd_;
};

TEST(Supervisor, HearsEachWordInADatagram) {
  for (const std::string& name : {::testing::TempDir() + "supervisor." + std::to_string(getpid()), "@headroom-supervisor-" + std::to_string(getpid())}) {
    const Listening there(name);
    const Supervisor supervisor = Supervisor::from_environment();
    EXPECT_TRUE(supervisor.listens());
    supervisor.tell_ready();
    supervisor.tell_alive();
    supervisor.tell_stopping();
    EXPECT_EQ(there.heard(), "READY=1") << name;
    EXPECT_EQ(there.heard(), "WATCHDOG=1");
    EXPECT_EQ(there.heard(), "STOPPING=1");
    unlink(name.c_str());
  }
}

TEST(Supervisor, IsNotThereUnlessSomebodyListens) {
  unsetenv("NOTIFY_SOCKET");
  EXPECT_FALSE(Supervisor::from_environment().listens());
  for (const char* no_socket : {"", "relative", "vsock:2:1234"}) {
    setenv("NOTIFY_SOCKET", no_socket, 1);
    EXPECT_FALSE(Supervisor::from_environment().listens()) << no_socket;
  }
  setenv("NOTIFY_SOCKET", "/none/here", 1);
  Supervisor::from_environment().tell_ready();   // nobody there: nothing happens
  unsetenv("NOTIFY_SOCKET");
}

}  // namespace
}  // namespace headroom
