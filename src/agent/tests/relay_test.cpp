#include "headroom/agent/relay.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "headroom/agent/testing/tree.h"
#include "headroom/base/stop.h"

namespace headroom::agent {
namespace {

// A socket that listens: a domain's channel, as QEMU makes one, or a manager.
class Listener {
 public:
  explicit Listener(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    fd_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(listen(fd_, 8), 0);
  }
  explicit Listener(std::nullptr_t) {
    fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t bytes = sizeof address;
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), bytes), 0);
    EXPECT_EQ(listen(fd_, 8), 0);
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &bytes);
    text_ = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  }
  ~Listener() { close(fd_); }
  const std::string& text() const { return text_; }
  bool called(int within_ms) const {
    pollfd ready{fd_, POLLIN, 0};
    return poll(&ready, 1, within_ms) == 1;
  }
  int accept() const {
    EXPECT_TRUE(called(10'000));
    return accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
  }

 private:
  int fd_;
  std::string text_;
};

std::string read_some(int fd, std::size_t count) {
  std::string text(count, '\0');
  std::size_t got = 0;
  while (got < count) {
    pollfd ready{fd, POLLIN, 0};
    if (poll(&ready, 1, 10'000) != 1) break;
    const ssize_t n = read(fd, text.data() + got, count - got);
    if (n <= 0) break;
    got += static_cast<std::size_t>(n);
  }
  text.resize(got);
  return text;
}

void say(int fd, const std::string& text) { EXPECT_EQ(write(fd, text.data(), text.size()), static_cast<ssize_t>(text.size())); }

class Relaying : public testing::Test {
 protected:
  Relaying() : stop_(eventfd(0, EFD_CLOEXEC)) {
    std::signal(SIGPIPE, SIG_IGN);
    settings_.manager = *parse_endpoint(manager.text());
    settings_.channels = {tree.path("*.agent")};
  }
  void start() {
    thread_ = std::thread([this] { EXPECT_TRUE(run_relay(settings_, clock_, stop_, [](const std::string&) {})); });
  }
  ~Relaying() override {
    const std::uint64_t one = 1;
    EXPECT_EQ(write(stop_, &one, sizeof one), static_cast<ssize_t>(sizeof one));
    if (thread_.joinable()) thread_.join();
    close(stop_);
  }

  Tree tree;
  Listener manager{nullptr};

 private:
  int stop_;
  RelaySettings settings_;
  const SystemBootClock clock_;
  std::thread thread_;
};

TEST_F(Relaying, CarriesBytesBothWaysAndCallsTheManagerOnlyWhenAGuestSpeaks) {
  const Listener one(tree.path("one.agent")), two(tree.path("two.agent"));
  start();
  const int first = one.accept(), second = two.accept();
  EXPECT_FALSE(manager.called(50));
  say(second, "hello of two");
  const int call = manager.accept();
  EXPECT_EQ(read_some(call, 12), "hello of two");
  say(call, "welcome");
  EXPECT_EQ(read_some(second, 7), "welcome");
  EXPECT_FALSE(manager.called(50));
  for (const int fd : {first, second, call}) close(fd);
}

TEST_F(Relaying, HoldsNoMoreThanAFewKibibytesForAManagerThatDoesNotRead) {
  const Listener one(tree.path("one.agent"));
  start();
  const int guest = one.accept();
  say(guest, "x");
  const int call = manager.accept();
  const std::string part(65'536, 'y');
  std::size_t sent = 1;
  for (pollfd ready{guest, POLLOUT, 0}; poll(&ready, 1, 300) == 1;) {
    const ssize_t n = send(guest, part.data(), part.size(), MSG_DONTWAIT);
    if (n > 0) sent += static_cast<std::size_t>(n);
    ASSERT_LT(sent, 64u << 20);
  }
  EXPECT_EQ(read_some(call, sent).size(), sent);  // all of it, when it reads again
  close(guest);
  close(call);
}

TEST_F(Relaying, PassesOnTheEndOfEitherSideAndWhatWasSaidBefore) {
  const Listener one(tree.path("one.agent"));
  start();
  int guest = one.accept();
  say(guest, "join");
  int call = manager.accept();
  EXPECT_EQ(read_some(call, 4), "join");
  say(call, "joined");
  close(call);
  EXPECT_EQ(read_some(guest, 100), "joined");  // and then its end
  close(guest);
  guest = one.accept();  // it comes back
  say(guest, "hello");
  call = manager.accept();
  EXPECT_EQ(read_some(call, 5), "hello");
  say(guest, "bye");
  close(guest);
  EXPECT_EQ(read_some(call, 100), "bye");
  close(call);
}

TEST_F(Relaying, FindsAChannelThatAppearsLater) {
  start();
  const Listener late(tree.path("late.agent"));
  const int guest = late.accept();
  say(guest, "here");
  const int call = manager.accept();
  EXPECT_EQ(read_some(call, 4), "here");
  close(guest);
  close(call);
}

TEST(RelaySettings, WithoutAChannelOrWithADeviceAsManagerAreRefused) {
  const SystemBootClock clock;
  EXPECT_FALSE(run_relay({*parse_endpoint("127.0.0.1:1"), {}, 8}, clock, -1, [](const std::string&) {}));
  EXPECT_FALSE(run_relay({*parse_endpoint("/dev/null"), {"/x"}, 8}, clock, -1, [](const std::string&) {}));
}

}  // namespace
}  // namespace headroom::agent
