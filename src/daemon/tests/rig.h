// What the daemon's tests stand on: a board with one still moment, a real replay of the bundled sample, a folder that goes
// with the test, and requests as bytes.
#pragma once

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "headroom/daemon/door.h"
#include "headroom/daemon/run.h"
#include "headroom/history/memory_history.h"
#include "support/folder.h"

namespace headroom::testing {

using headroom::Folder;

// One host, one VM, before any sample.
inline std::shared_ptr<const State> still_moment() {
  RunInfo info;
  info.version = "test";
  info.scenario = "still";
  info.rounds = 1;
  info.step = info.every = info.poll = std::chrono::minutes(5);
  auto state = std::make_shared<State>();
  state->run = std::make_shared<const RunInfo>(info);
  Host host;
  host.id = HostId(0);
  host.name = "h1";
  Vm vm;
  vm.id = VmId(0);
  vm.name = vm.uuid = "web/1";
  vm.host = host.id;
  state->snapshot.hosts = {host};
  state->snapshot.vms = {vm};
  return state;
}

// Who may talk to a manager, kept in a folder that goes with the test.
struct Books {
  std::string token(const std::string& name, access::Role role) const { return books.tokens->create({name, role, std::nullopt})->text; }
  // "who action target: outcome", oldest first.
  std::vector<std::string> entries() const {
    std::vector<std::string> all;
    const auto records = books.audit->newest(1000).value();
    for (const access::AuditRecord& r : records)
      all.insert(all.begin(), fmt::format("{} {} {}: {}", r.entry.who, r.entry.action, r.entry.target, r.entry.outcome));
    return all;
  }
  Folder folder;
  ManualClock clock{instant_from_epoch_seconds(1'700'000'000)};
  access::Books books = access::Books::open(folder.path(), clock).value();
};

inline const access::Caller kViewer{"anybody", access::Role::kViewer, "127.0.0.1"}, kAdmin{"uid 0", access::Role::kAdmin, "socket"};

// An API over a still board; pausing only counts.
struct StillApi : Books {
  StillApi() { board.publish(still_moment()); }
  Board board;
  std::unique_ptr<HistoryStore> history = make_memory_history();
  int pauses = 0;
  Api api{{board, *history, books,
           [this](bool) -> Result<void> {
             ++pauses;
             return {};
           },
           folder / "page"}};
};

// The bundled fleet for `hours`, warmed up on one day only, so that a test takes a second.
inline std::shared_ptr<const World> short_world(int hours) {
  Scenario scenario = load_scenario(HEADROOM_SOURCE_DIR "/scenarios/bitbrains.yaml").value();
  scenario.warmup = std::chrono::hours(24);
  scenario.warmup_forecasts = std::chrono::hours(2);
  const Instant begin = parse_instant("2013-08-10T06:00:00Z").value();
  return make_world(read_fleet(scenario.traces).value(), scenario, View::kElastic, Window{begin, begin + std::chrono::hours(hours)}).value();
}

inline RunOptions short_options(HistoryStore& history) {
  RunOptions options;
  options.version = "test";
  options.compare = {"static"};
  options.model = GlobalModel::load(HEADROOM_SOURCE_DIR "/models/ple.model").value();
  options.history = &history;
  return options;
}

// Sends bytes to a loopback port and returns all that comes back.
inline std::string exchange(int port, const std::string& request) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  EXPECT_EQ(send(fd, request.data(), request.size(), MSG_NOSIGNAL), static_cast<ssize_t>(request.size()));
  std::string answer;
  char buffer[4096];
  for (ssize_t got; (got = recv(fd, buffer, sizeof buffer, 0)) > 0;) answer.append(buffer, static_cast<std::size_t>(got));
  close(fd);
  return answer;
}

inline httplib::Client over_socket(const std::filesystem::path& path) {
  httplib::Client client(path.string());
  client.set_address_family(AF_UNIX);
  client.set_default_headers({{"Host", "localhost"}});
  return client;
}

}  // namespace headroom::testing
