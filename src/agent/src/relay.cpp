#include "headroom/agent/relay.h"

#include <fcntl.h>
#include <glob.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <memory>
#include <utility>

#include "backoff.h"
#include "files.h"

namespace headroom::agent {
namespace {

constexpr std::size_t kMostBytes = 16 << 10;  // on their way, one direction of one channel
constexpr std::int64_t kLookEveryNs = 2'000'000'000;
constexpr std::chrono::milliseconds kFirstWait{500}, kMostWait{30'000};
constexpr int kEventsAtOnce = 64;

// One end: a descriptor, what is to be written to it, and what epoll was told of it.
struct End {
  Descriptor fd = Descriptor();
  std::string waiting;
  std::uint32_t watched = 0;
  bool ended = false;  // will send nothing more
};

struct Channel {
  std::string path;
  End guest, manager;
  Backoff backoff;
  std::int64_t try_at_ns = 0;

  Channel(std::string p, std::uint64_t seed) : path(std::move(p)), backoff(kFirstWait, kMostWait, seed) {}
};

enum class Io { kOk, kGone };

// Reads as much as there is room for on the other side.
Io read_into(End& from, End& to) {
  std::array<char, kMostBytes> part{};
  while (!from.ended && to.waiting.size() < kMostBytes) {
    const ssize_t got = read(from.fd.get(), part.data(), kMostBytes - to.waiting.size());
    if (got > 0) to.waiting.append(part.data(), static_cast<std::size_t>(got));
    else if (got == 0) from.ended = true;
    else if (errno == EINTR) continue;
    else return errno == EAGAIN ? Io::kOk : Io::kGone;
  }
  return Io::kOk;
}

Io write_waiting(End& to) {
  while (to.fd && !to.waiting.empty()) {
    const ssize_t sent = write(to.fd.get(), to.waiting.data(), to.waiting.size());
    if (sent > 0) to.waiting.erase(0, static_cast<std::size_t>(sent));
    else if (sent < 0 && errno == EINTR) continue;
    else return sent < 0 && (errno == EAGAIN || errno == ENOTCONN) ? Io::kOk : Io::kGone;
  }
  if (to.waiting.empty() && to.waiting.capacity() > 64) to.waiting = std::string();  // an idle channel costs next to nothing
  return Io::kOk;
}

class Relay {
 public:
  Relay(const RelaySettings& settings, const BootClock& clock, const std::function<void(const std::string&)>& say)
      : settings_(settings), clock_(clock), say_(say), epoll_(epoll_create1(EPOLL_CLOEXEC)) {}

  Result<void> run(int stop_fd) {
    epoll_event stop{EPOLLIN, {}};
    stop.data.ptr = nullptr;
    if (!epoll_ || epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, stop_fd, &stop) != 0) return fail(ErrorCode::kFailed, std::string("no epoll: ") + std::strerror(errno));
    std::array<epoll_event, kEventsAtOnce> events{};
    for (;;) {
      look();
      const int count = epoll_wait(epoll_.get(), events.data(), kEventsAtOnce, 500);
      for (int i = 0; i < count; ++i) {
        auto* channel = static_cast<Channel*>(events[static_cast<std::size_t>(i)].data.ptr);
        if (channel == nullptr) return {};
        move_bytes(*channel);
      }
    }
  }

 private:
  std::int64_t now() const { return clock_.since_boot().count(); }

  // Which channels there are, and those whose time to be tried has come. Channels are taken out only here, never amid events.
  void look() {
    if (now() >= look_at_ns_) {
      look_at_ns_ = now() + kLookEveryNs;
      for (const std::string& pattern : settings_.channels) find(pattern);
    }
    for (auto at = channels_.begin(); at != channels_.end();) {
      Channel& channel = *at->second;
      if (!channel.guest.fd && access(channel.path.c_str(), F_OK) != 0) {
        at = channels_.erase(at);
        continue;
      }
      if (!channel.guest.fd && now() >= channel.try_at_ns) attach(channel);
      ++at;
    }
  }

  void find(const std::string& pattern) {
    glob_t found{};
    if (glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found) == 0) {
      for (std::size_t i = 0; i < found.gl_pathc && channels_.size() < settings_.most_channels; ++i) {
        const std::string path = found.gl_pathv[i];
        if (!channels_.contains(path)) channels_.emplace(path, std::make_unique<Channel>(path, ++seed_ + static_cast<std::uint64_t>(now())));
      }
    }
    globfree(&found);
  }

  void attach(Channel& channel) {
    channel.try_at_ns = now() + std::chrono::nanoseconds(channel.backoff.next()).count();
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (channel.path.size() >= sizeof address.sun_path) return;
    std::memcpy(address.sun_path, channel.path.c_str(), channel.path.size() + 1);
    Descriptor fd(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd || connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return;
    channel.guest = End{};
    channel.manager = End{};
    channel.guest.fd = std::move(fd);
    watch(channel, channel.guest, EPOLLIN);
  }

  // The manager is called when the guest has something to say: a guest without an agent costs it nothing.
  bool call_manager(Channel& channel) {
    if (channel.manager.fd || channel.manager.waiting.empty()) return true;
    const auto fd = open_endpoint(settings_.manager);
    if (!fd) {
      if (!said_unreachable_) say_(fd.error().message);
      said_unreachable_ = true;
      return false;
    }
    channel.manager.fd = Descriptor(*fd);
    return true;
  }

  void move_bytes(Channel& channel) {
    if (!channel.guest.fd) return;  // let go of by an earlier event of the same round
    if (exchange(channel) == Io::kGone) return let_go(channel);
    if (!channel.manager.fd && channel.guest.ended) return let_go(channel);
    watch(channel, channel.guest, interest(channel.guest, channel.manager));
    if (channel.manager.fd) watch(channel, channel.manager, interest(channel.manager, channel.guest));
  }

  Io exchange(Channel& channel) {
    End &guest = channel.guest, &manager = channel.manager;
    if (read_into(guest, manager) == Io::kGone || !call_manager(channel)) return Io::kGone;
    if (manager.fd) {
      const Io got = read_into(manager, guest);
      if (got == Io::kGone && guest.waiting.empty()) return Io::kGone;
      if (got == Io::kGone) manager.ended = true;
      if (!guest.waiting.empty()) channel.backoff.reset(), said_unreachable_ = false;  // somebody answers
    }
    if (write_waiting(guest) == Io::kGone || write_waiting(manager) == Io::kGone) return Io::kGone;
    // What one side said last still reaches the other.
    const bool over = (manager.ended && guest.waiting.empty()) || (guest.ended && manager.waiting.empty());
    return over ? Io::kGone : Io::kOk;
  }

  static std::uint32_t interest(const End& end, const End& other) {
    return (!end.ended && other.waiting.size() < kMostBytes ? EPOLLIN : 0u) | (end.waiting.empty() ? 0u : EPOLLOUT);
  }

  // An end that nothing is wanted of is taken out: the kernel tells of hang-ups whether asked or not, again and again.
  void watch(Channel& channel, End& end, std::uint32_t events) {
    if (events == end.watched) return;
    epoll_event event{events, {}};
    event.data.ptr = &channel;
    epoll_ctl(epoll_.get(), events == 0 ? EPOLL_CTL_DEL : end.watched == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, end.fd.get(), &event);
    end.watched = events;
  }

  // Both ends are closed, which tells the agent to begin anew.
  void let_go(Channel& channel) {
    channel.guest = End{};
    channel.manager = End{};
    channel.try_at_ns = now() + std::chrono::nanoseconds(channel.backoff.next()).count();
  }

  const RelaySettings& settings_;
  const BootClock& clock_;
  const std::function<void(const std::string&)>& say_;
  const Descriptor epoll_;
  std::map<std::string, std::unique_ptr<Channel>> channels_;
  std::int64_t look_at_ns_ = 0;
  std::uint64_t seed_ = 0;
  bool said_unreachable_ = false;
};

}  // namespace

Result<void> run_relay(const RelaySettings& settings, const BootClock& clock, int stop_fd, const std::function<void(const std::string&)>& say) {
  if (settings.channels.empty()) return invalid("no channel is named; say --channels PATTERN, e.g. '/var/lib/libvirt/qemu/channel/target/*/org.headroom.agent.0'");
  if (settings.manager.is_device || settings.manager.address_bytes == 0) return invalid("a relay's manager is an address with a port");
  return Relay(settings, clock, say).run(stop_fd);
}

}  // namespace headroom::agent
