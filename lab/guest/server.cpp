#include "server.h"

#include <arpa/inet.h>
#include <linux/netlink.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <system_error>

namespace lab {
namespace {

constexpr std::size_t kLongestLine = 4096;
constexpr std::size_t kMostLoads = 100'000;

int listen_on(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in any{};
  any.sin_family = AF_INET;
  any.sin_port = htons(static_cast<std::uint16_t>(port));
  if (bind(socket, reinterpret_cast<sockaddr*>(&any), sizeof any) != 0 || listen(socket, 16) != 0) {
    throw std::system_error(errno, std::generic_category(), "cannot listen");
  }
  return socket;
}

// The kernel's own news of devices.
int kernel_news() {
  const int socket = ::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);
  sockaddr_nl group{};
  group.nl_family = AF_NETLINK;
  group.nl_groups = 1;
  (void)bind(socket, reinterpret_cast<sockaddr*>(&group), sizeof group);
  return socket;
}

// "add@/devices/system/cpu/cpu1": a processor that was plugged in is off until it is switched on. Where an agent lives that is left to it.
void switch_on_processors(int news) {
  const bool is_ours = access("/agent", F_OK) != 0;
  char text[8192];
  for (ssize_t got; (got = recv(news, text, sizeof text - 1, 0)) > 0;) {
    text[got] = 0;
    const std::string what(text);
    if (is_ours && what.starts_with("add@/devices/system/cpu/cpu")) std::ofstream("/sys" + what.substr(4) + "/online") << "1";
  }
}

std::string run(const std::string& command) {
  std::FILE* pipe = popen((command + " 2>&1 < /dev/null").c_str(), "r");
  if (!pipe) return "no: it cannot be started\n";
  std::string said;
  char part[512];
  for (std::size_t got; (got = fread(part, 1, sizeof part, pipe)) > 0;) said.append(part, got);
  if (!said.empty() && said.back() != '\n') said += '\n';
  const int status = pclose(pipe);
  return said + (status == 0 ? "ok\n" : "no: it failed\n");
}

// kB of a line of /proc/meminfo
long memory_kb(const std::string& key) {
  std::ifstream file("/proc/meminfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(key + ":")) return std::stol(line.substr(key.size() + 1));
  }
  return 0;
}

}  // namespace

Server::Server(int port, Work& work) : listener_(listen_on(port)), plugged_(kernel_news()), work_(work) {}

void Server::follow(Schedule schedule) {
  schedule_ = std::move(schedule);
  begun_ms_ = now_ms();
  work_.set(schedule_.at(0));
}

std::string Server::status() const {
  const std::int64_t elapsed = now_ms() - begun_ms_;
  const Load& load = schedule_.at(elapsed);
  struct sysinfo system {};
  sysinfo(&system);
  std::ostringstream json;
  json << R"({"uptime_ms": )" << now_ms() << R"(, "cpus": )" << online_cpus().size() << R"(, "memory_total_kb": )" << memory_kb("MemTotal")
       << R"(, "memory_available_kb": )" << memory_kb("MemAvailable") << R"(, "held_mib": )" << work_.held_mib() << R"(, "cpu_millicores": )"
       << load.cpu_millicores << R"(, "memory_mib": )" << load.memory_mib << R"(, "step": )" << schedule_.index(elapsed) << R"(, "steps": )"
       << schedule_.size() << R"(, "elapsed_ms": )" << elapsed << R"(, "load_average": )" << system.loads[0] / 65536.0 << "}\nok\n";
  return json.str();
}

std::string Server::take_load(Client& client, const std::string& line) {
  const std::optional<Load> load = parse_load(line);
  if (!load) {
    client.awaited = 0;
    return "no: a load is MILLICORES MIB [DISK_KB_PER_S [NETWORK_KB_PER_S [REWRITE_KB_PER_S]]]\n";
  }
  client.loads.push_back(*load);
  if (--client.awaited > 0) return "";
  follow(Schedule(std::move(client.loads), client.step_ms));
  client.loads.clear();
  return "ok\n";
}

std::string Server::obey(Client& client, const std::string& line) {
  if (client.awaited > 0) return take_load(client, line);
  std::istringstream words(line);
  std::string verb;
  words >> verb;
  if (verb == "status") return status();
  if (verb == "run") return run(line.substr(std::min(line.size(), verb.size() + 1)));
  if (verb == "load") {
    client.step_ms = 1000;
    client.awaited = 1;
    return take_load(client, line.substr(verb.size()));
  }
  if (verb == "play") {
    if (!(words >> client.step_ms >> client.awaited) || client.step_ms <= 0 || client.awaited == 0 || client.awaited > kMostLoads) {
      client.awaited = 0;
      return "no: play STEP_MS NUMBER\n";
    }
    client.loads.clear();
    return "";
  }
  if (verb == "beat") {
    if (!(words >> client.beat_every) || client.beat_every <= 0) return client.beat_every = 0, "no: beat PERIOD_MS\n";
    client.next_beat = now_ms();
    return "ok\n";
  }
  return "no: say status, load, play, beat or run\n";
}

void Server::answer(Client& client, const std::string& line) {
  const std::string text = obey(client, line);
  if (send(client.socket, text.data(), text.size(), MSG_NOSIGNAL) < 0) client.gone = true;
}

void Server::hear(Client& client) {
  char part[4096];
  const ssize_t got = recv(client.socket, part, sizeof part, MSG_DONTWAIT);
  if (got == 0 || (got < 0 && errno != EAGAIN)) client.gone = true;
  if (got <= 0) return;
  client.unread.append(part, static_cast<std::size_t>(got));
  for (std::size_t end; (end = client.unread.find('\n')) != std::string::npos;) {
    const std::string line = client.unread.substr(0, end);
    client.unread.erase(0, end + 1);
    answer(client, line);
  }
  if (client.unread.size() > kLongestLine) client.gone = true;
}

// A client that does not read any more is held on to: its host may be on the move. What does not fit is not sent, and shows as a gap.
void Server::beat(Client& client) {
  const std::string text = "beat " + std::to_string(client.beats++) + " " + std::to_string(now_ms()) + "\n";
  if (send(client.socket, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno != EAGAIN) client.gone = true;
  client.next_beat += client.beat_every;
}

void Server::accept_one() {
  const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (socket < 0) return;
  clients_.emplace_back();
  clients_.back().socket = socket;
}

int Server::ms_to_wait() const {
  const std::int64_t now = now_ms();
  std::int64_t wait = -1;
  const auto sooner = [&wait](std::int64_t ms) { wait = wait < 0 ? std::max<std::int64_t>(ms, 0) : std::min(wait, std::max<std::int64_t>(ms, 0)); };
  if (const auto next = schedule_.ms_until_next(now - begun_ms_)) sooner(*next);
  for (const Client& client : clients_) {
    if (client.beat_every > 0) sooner(client.next_beat - now);
  }
  return static_cast<int>(std::min<std::int64_t>(wait, 1'000'000));
}

void Server::serve() {
  for (;;) {
    std::vector<pollfd> waited{{listener_, POLLIN, 0}, {plugged_, POLLIN, 0}};
    for (const Client& client : clients_) waited.push_back({client.socket, POLLIN, 0});
    (void)poll(waited.data(), waited.size(), ms_to_wait());
    if (waited[1].revents) switch_on_processors(plugged_);
    std::size_t at = 2;
    for (Client& client : clients_) {
      if (waited[at++].revents) hear(client);
      if (client.beat_every > 0 && now_ms() >= client.next_beat) beat(client);
    }
    std::erase_if(clients_, [](const Client& client) { return client.gone && close(client.socket) == 0; });
    if (waited[0].revents) accept_one();
    work_.set(schedule_.at(now_ms() - begun_ms_));
  }
}

}  // namespace lab
