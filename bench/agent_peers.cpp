#include "agent_peers.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <fstream>

namespace headroom::bench {
namespace {

namespace fs = std::filesystem;

constexpr int kPatienceMs = 2000;

class Socket {
 public:
  Socket(int domain, int type = SOCK_STREAM) : fd_(socket(domain, type | SOCK_CLOEXEC, 0)) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() { close(fd_); }
  int fd() const { return fd_; }
  bool say(const std::string& text) const { return send(fd_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()); }
  // Until what was heard ends so, or the other side closes.
  std::string hear(const std::string& end) const {
    std::string heard;
    std::array<char, 65'536> part{};
    for (pollfd ready{fd_, POLLIN, 0}; poll(&ready, 1, kPatienceMs) == 1;) {
      const ssize_t got = read(fd_, part.data(), part.size());
      if (got <= 0) break;
      heard.append(part.data(), static_cast<std::size_t>(got));
      if (!end.empty() && heard.ends_with(end)) break;
    }
    return heard;
  }

 private:
  int fd_;
};

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// Five collectors, scraped over HTTP, which is how it is used.
class NodeExporter final : public AgentPeer {
 public:
  explicit NodeExporter(const fs::path& program)
      : port_(free_port()), program_({program.string(), fmt::format("--web.listen-address=127.0.0.1:{}", port_), "--collector.disable-defaults", "--collector.stat",
                                      "--collector.meminfo", "--collector.diskstats", "--collector.netdev", "--collector.pressure"}) {}
  std::string name() const override { return "node exporter, 5 collectors, scraped"; }
  const Program& program() const override { return program_; }
  bool ask() override {
    const Socket http(AF_INET);
    const sockaddr_in address = loopback(port_);
    if (connect(http.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return false;
    return http.say("GET /metrics HTTP/1.0\r\n\r\n") && http.hear("").find("node_memory_MemTotal_bytes") != std::string::npos;
  }

 private:
  int port_;
  Program program_;
};

// Four plugins, sent by UDP without encryption to nobody.
class Collectd final : public AgentPeer {
 public:
  Collectd(const fs::path& root, const fs::path& scratch, int interval_s) : program_({(root / "usr/sbin/collectd").string(), "-f", "-C", write(root, scratch, interval_s)}) {}
  std::string name() const override { return "collectd, 4 plugins, UDP without encryption"; }
  const Program& program() const override { return program_; }
  bool ask() override { return program_.alive(); }

 private:
  static std::string write(const fs::path& root, const fs::path& scratch, int interval_s) {
    const fs::path path = scratch / "collectd.conf";
    std::ofstream file(path);
    file << fmt::format("Interval {}\nBaseDir \"{}\"\nPIDFile \"{}/pid\"\nPluginDir \"{}/usr/lib/collectd\"\nTypesDB \"{}/usr/share/collectd/types.db\"\n", interval_s,
                        scratch.string(), scratch.string(), root.string(), root.string());
    for (const char* plugin : {"cpu", "memory", "disk", "interface", "network"}) file << "LoadPlugin " << plugin << '\n';
    file << fmt::format("<Plugin network>\n  Server \"127.0.0.1\" \"{}\"\n</Plugin>\n", free_port());
    return path.string();
  }
  Program program_;
};

// Asked for processors, disks and interfaces over its socket.
class QemuAgent final : public AgentPeer {
 public:
  QemuAgent(const fs::path& program, const fs::path& scratch)
      : path_((scratch / "qga.sock").string()), program_({program.string(), "-m", "unix-listen", "-p", path_, "-t", scratch.string(), "-f", (scratch / "qga.pid").string()}) {}
  std::string name() const override { return "qemu-guest-agent, 3 queries, no TLS"; }
  const Program& program() const override { return program_; }
  bool ask() override {
    if (!connected_ && !connect_once()) return false;
    for (const char* command : {"guest-get-cpustats", "guest-get-diskstats", "guest-network-get-interfaces"}) {
      if (!socket_->say(fmt::format("{{\"execute\":\"{}\"}}\n", command)) || socket_->hear("\n").find("return") == std::string::npos) return false;
    }
    return true;
  }

 private:
  bool connect_once() {
    socket_ = std::make_unique<Socket>(AF_UNIX);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    connected_ = connect(socket_->fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    return connected_;
  }
  std::string path_;
  Program program_;
  std::unique_ptr<Socket> socket_;
  bool connected_ = false;
};

}  // namespace

std::vector<std::unique_ptr<AgentPeer>> start_agent_peers(const fs::path& unpacked, const fs::path& scratch, int interval_s) {
  std::vector<std::unique_ptr<AgentPeer>> peers;
  setenv("LD_LIBRARY_PATH", (unpacked / "usr/lib/x86_64-linux-gnu").c_str(), 1);
  if (const auto p = unpacked / "usr/bin/prometheus-node-exporter"; fs::exists(p)) peers.push_back(std::make_unique<NodeExporter>(p));
  if (fs::exists(unpacked / "usr/sbin/collectd")) peers.push_back(std::make_unique<Collectd>(unpacked, scratch, interval_s));
  if (const auto p = unpacked / "usr/sbin/qemu-ga"; fs::exists(p)) peers.push_back(std::make_unique<QemuAgent>(p, scratch));
  return peers;
}

}  // namespace headroom::bench
