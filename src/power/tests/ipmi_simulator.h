// A management board: OpenIPMI's simulator, with the power in a file and a password.
#pragma once

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <csignal>
#include <utility>

#include "headroom/base/stop.h"
#include "headroom/power/adapters.h"
#include "support/folder.h"

namespace headroom {

// A socket bound to a free port of this machine.
inline std::pair<int, int> bound_udp_socket() {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&at), size), 0);
  getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size);
  return {fd, ntohs(at.sin_port)};
}

class IpmiSimulator {
 public:
  IpmiSimulator() {
    const auto [fd, free_port] = bound_udp_socket();
    close(fd);
    port_ = free_port;
    folder_.put("password", "s3cret\n");
    folder_.put("power", "0\n");
    folder_.script("chassis", fmt::format(R"sh(
case $1 in
  get) shift; for what; do [ $what = power ] && echo "power:$(cat {0})" || echo "$what:0"; done ;;
  set) echo "$2" >> {1}; case $2 in power) echo $3 > {0} ;; shutdown) echo 0 > {0} ;; esac ;;
esac
)sh", folder_.at("power"), folder_.at("asked")));
    folder_.put("lan.conf", fmt::format(R"(name "board"
set_working_mc 0x20
  startlan 1
    addr 127.0.0.1 {}
    priv_limit admin
    allowed_auths_admin none md2 md5 straight
    guid a123456789abcdefa123456789abcdef
  endlan
  chassis_control "{}"
  user 1 true "" "" user 10 none md2 md5 straight
  user 2 true "operator" "s3cret" admin 10 none md2 md5 straight
)", port_, folder_.at("chassis")));
    folder_.put("start", "mc_setbmc 0x20\nmc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02 persist_sdr\nmc_enable 0x20\n");
    std::string config = folder_.at("lan.conf"), start = folder_.at("start"), state = folder_.at("");
    char* arguments[] = {const_cast<char*>("ipmi_sim"), const_cast<char*>("-n"), const_cast<char*>("-c"), config.data(),
                         const_cast<char*>("-f"), start.data(), const_cast<char*>("-s"), state.data(), nullptr};
    EXPECT_EQ(posix_spawnp(&pid_, "ipmi_sim", nullptr, nullptr, arguments, environ), 0) << "is the package openipmi installed?";
    EXPECT_TRUE(poll_until([&] { return make_power(board()).value()->state().has_value(); }, std::chrono::seconds(20)));
  }
  IpmiSimulator(const IpmiSimulator&) = delete;
  IpmiSimulator& operator=(const IpmiSimulator&) = delete;
  ~IpmiSimulator() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

  const Folder& folder() const { return folder_; }
  // With the cipher suite: the simulator does not answer the question which it has.
  IpmiBoard board() const {
    return {.address = "127.0.0.1", .port = port_, .user = "operator", .password_file = folder_.at("password"), .cipher_suite = 3};
  }

 private:
  Folder folder_;
  int port_ = 0;
  pid_t pid_ = 0;
};

}  // namespace headroom
