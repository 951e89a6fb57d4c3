// Hosts drained by a person: the book that keeps them, and a real replay that obeys over the socket.
#include <gmock/gmock.h>

#include <fstream>

#include "headroom/daemon/drain_book.h"
#include "headroom/daemon/json.h"
#include "rig.h"

namespace headroom {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Folder;

Snapshot two_hosts() {
  Snapshot s;
  s.taken_at = parse_instant("2013-08-10T06:00:00Z").value();
  s.hosts.resize(2);
  s.hosts[0].name = "h1";
  s.hosts[1].name = "h2";
  return s;
}

TEST(DrainBook, RemembersWhoIsDrainedSinceWhen) {
  const Folder folder;
  DrainBook book = DrainBook::open(folder / "drained.json").value();
  const Snapshot now = two_hosts();
  ASSERT_TRUE(book.set("h2", true, now));
  Snapshot later = now;
  later.taken_at += std::chrono::hours(1);
  ASSERT_TRUE(book.set("h2", true, later)) << "again changes nothing";
  const auto again = DrainBook::open(folder / "drained.json").value().hosts();
  EXPECT_EQ(again, (std::map<std::string, Instant>{{"h2", now.taken_at}}));
  ASSERT_TRUE(book.set("h2", false, now));
  EXPECT_THAT(DrainBook::open(folder / "drained.json").value().hosts(), IsEmpty());
}

TEST(DrainBook, KnowsNoHostThatIsNotThereButForgetsOneThatHasGone) {
  DrainBook book;
  Snapshot now = two_hosts();
  EXPECT_EQ(book.set("h3", true, now).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(book.set("h3", false, now).error().message, "no host is called 'h3'; headroom get hosts lists them");
  ASSERT_TRUE(book.set("h2", true, now));
  now.hosts.pop_back();
  EXPECT_TRUE(book.set("h2", false, now));
  EXPECT_THAT(book.hosts(), IsEmpty());
}

TEST(DrainBook, ChangesNothingWhereItCannotWrite) {
  const Folder folder;
  DrainBook book = DrainBook::open(folder / "absent" / "drained.json").value();
  EXPECT_THAT(book.set("h1", true, two_hosts()).error().message, HasSubstr("nothing is changed"));
  EXPECT_THAT(book.hosts(), IsEmpty());
}

TEST(DrainBook, RefusesAFileThatIsDamaged) {
  const Folder folder;
  for (const char* text : {"", "[]", R"({"h1": 7})", R"({"h1": "noon"})", R"({"h1": "2013-08-10T06:00:00Z")"}) {
    std::ofstream(folder / "drained.json") << text;
    const auto book = DrainBook::open(folder / "drained.json");
    ASSERT_FALSE(book) << text;
    EXPECT_THAT(book.error().message, HasSubstr("is damaged, which says what hosts are drained")) << text;
  }
}

json host_line(const State& state, const std::string& name) {
  const json fleet = fleet_json(state);
  for (const json& host : fleet.at("hosts"))
    if (host.at("name") == name) return host;
  return {};
}

// Three on a host that is drained, one elsewhere: one is on its way, one waits for its turn, one cannot go.
TEST(FleetJson, TellsWhoIsStillOnAHostThatIsToBeLeftAndWhatBecomesOfThem) {
  State state = *testing::still_moment();
  Snapshot& s = state.snapshot;
  s.hosts.push_back(s.hosts[0]);
  s.hosts[1].id = HostId(1);
  s.hosts[1].name = "h2";
  s.vms.resize(3, s.vms[0]);
  for (std::uint32_t v = 0; v < 3; ++v) s.vms[v].id = VmId(v), s.vms[v].name = "vm" + std::to_string(v);
  s.hosts[0].accepts_vms = false;
  s.hosts[0].drained_at = s.taken_at;
  Action move;
  move.kind = ActionKind::kMigrate;
  move.from = HostId(0);
  move.to = HostId(1);
  move.vm = VmId(0);
  s.in_flight.push_back({move, s.taken_at});
  move.vm = VmId(1);
  ActionEntry entry;
  entry.action = move;
  entry.state = EntryState::kWaiting;
  state.plan.push_back(entry);
  Reason why;
  why.code = ReasonCode::kDrain;
  state.denied.push_back(describe(s, Denied{VmId(2), HostId(0), why, "its automation level is observe"}));
  const json host = host_line(state, "h1"), other = host_line(state, "h2");
  EXPECT_EQ(host.at("leaving").at("by"), "drain");
  const json& vms = host.at("leaving").at("vms");
  ASSERT_EQ(vms.size(), 3U);
  EXPECT_EQ(vms[0], json({{"vm", "vm0"}, {"memory", 0}, {"state", "moving"}, {"to", "h2"}}));
  EXPECT_EQ(vms[1].at("state"), "waiting");
  EXPECT_EQ(vms[2].at("state"), "here");
  EXPECT_EQ(host.at("cannot_leave"), json::array({json({{"vm", "vm2"}, {"why", "its automation level is observe"}})}));
  EXPECT_TRUE(other.at("leaving").is_null());
  // By a constraint it is the same.
  s.hosts[0].accepts_vms = true;
  s.hosts[0].drained_at.reset();
  Constraint maintenance;
  maintenance.kind = ConstraintKind::kMaintenance;
  maintenance.hosts.named = {"h1"};
  s.constraints = {maintenance};
  EXPECT_EQ(host_line(state, "h1").at("leaving").at("by"), "constraint");
  EXPECT_EQ(host_line(state, "h1").at("cannot_leave").size(), 1U);
}

// The fleet of the bundled sample on real hosts: the fullest is drained over the socket, stays empty, and fills again afterwards.
TEST(Run, ADrainedHostIsLeftAndStaysEmptyUntilItIsTakenIntoUseAgain) {
  const auto history = make_memory_history();
  RunOptions options = testing::short_options(*history);
  const Folder folder;
  options.drained_file = folder / "drained.json";
  std::unique_ptr<headroom::Run> run;
  std::string host;
  std::size_t most = 0, emptied_at = 0;
  options.watch = [&](const State& state) {
    auto client = testing::over_socket(folder / "s");
    if (state.round == 3) {
      for (const Host& h : state.snapshot.hosts) {
        const std::size_t vms = host_line(state, h.name).at("vms");
        if (vms > most) host = h.name, most = vms;
      }
      ASSERT_EQ(client.Post("/api/v1/hosts/" + host + "/drain")->status, 200);
      return;
    }
    if (host.empty()) return;
    const json line = host_line(state, host);
    const bool drained = state.round <= 30;
    EXPECT_EQ(line.at("accepts_vms"), !drained);
    EXPECT_EQ(line.at("drained_at").is_string(), drained);
    EXPECT_TRUE(!drained || line.at("power") == "on") << "it is a person's, not to be stopped";
    for (const ActionEntry& e : state.plan) EXPECT_FALSE(drained && e.action.kind == ActionKind::kMigrate && e.to == host);
    if (emptied_at == 0 && line.at("vms") == 0) emptied_at = state.round;
    if (emptied_at > 0 && drained) {
      EXPECT_EQ(line.at("vms"), 0);
    }
    if (state.round == 30) {
      ASSERT_EQ(client.Post("/api/v1/hosts/" + host + "/undrain")->status, 200);
    }
  };
  run = headroom::Run::make(testing::short_world(3), options).value();
  const testing::Books books;
  const Api api({run->board(), *history, books.books, [](bool) -> Result<void> { return {}; }, "/none",
                 [&](const std::string& name, bool drained) { return run->set_drained(name, drained); }});
  const auto door = Door::on_socket(folder / "s", api).value();
  const Stop stop;
  ASSERT_TRUE(run->go(stop));
  EXPECT_GT(most, 3U);
  EXPECT_GT(emptied_at, 0U);
  std::size_t moves = 0;
  for (const ActionEntry& e : run->board().log.of_host(host, ActionLog::kKept))
    moves += e.from == host && e.action.reason.code == ReasonCode::kDrain && e.state == EntryState::kDone;
  EXPECT_GT(moves, most / 2) << "some may have left for other reasons, or were there only meanwhile";
  EXPECT_EQ(run->set_drained(host, true).error().code, ErrorCode::kRefused);  // it is over
}

// VMs that cannot leave are listed with the reason, whether the planner finds no place or something does not let them go.
TEST(Run, WhoCannotLeaveADrainedHostIsToldWithTheReason) {
  const auto history = make_memory_history();
  RunOptions options = testing::short_options(*history);
  options.compare.clear();
  auto world = std::make_shared<World>(*testing::short_world(1));
  for (Vm& vm : world->vms) {
    vm.mobility = Mobility::kImmovable;
    vm.mobility_reason = "vfio device 0000:3b:00.0";
  }
  const std::string host = world->hosts[0].name;
  const Folder folder;
  options.drained_file = folder / "drained.json";
  std::ofstream(folder / "drained.json") << json{{host, "2013-08-10T05:00:00Z"}};  // by an earlier run
  std::size_t told = 0;
  options.watch = [&](const State& state) {
    const json line = host_line(state, host);
    EXPECT_EQ(line.at("drained_at"), "2013-08-10T05:00:00Z");
    EXPECT_EQ(line.at("cannot_leave").size(), line.at("vms"));
    for (const json& vm : line.at("cannot_leave"))
      EXPECT_EQ(vm.at("why"), "it does not move while it runs: vfio device 0000:3b:00.0");
    told += line.at("cannot_leave").size();
  };
  const auto run = headroom::Run::make(world, options).value();
  const Stop stop;
  ASSERT_TRUE(run->go(stop));
  EXPECT_GT(told, 0U);
}

TEST(Api, DrainsForThoseWhoMayChangeThingsOnly) {
  testing::StillApi rig;
  std::vector<std::pair<std::string, bool>> asked;
  const Api api({rig.board, *rig.history, rig.books, [](bool) -> Result<void> { return {}; }, "/none",
                 [&](const std::string& host, bool drained) -> Result<void> {
                   asked.emplace_back(host, drained);
                   if (host == "h9") return fail(ErrorCode::kNotFound, "no host is called 'h9'");
                   return {};
                 }});
  const auto post = [&](const std::string& path, const access::Caller& caller = testing::kAdmin) {
    Request request;
    request.method = "POST";
    request.path = "/api/v1/" + path;
    return api.answer(request, caller).status;
  };
  EXPECT_EQ(post("hosts/h1/drain", testing::kViewer), 403);
  EXPECT_THAT(asked, IsEmpty());
  EXPECT_EQ(post("hosts/h1/drain"), 200);
  EXPECT_EQ(post("hosts/rack/1/undrain"), 200);
  EXPECT_EQ(post("hosts/h9/drain"), 404);
  EXPECT_EQ(post("hosts//drain"), 405);
  EXPECT_EQ(post("hosts/h1"), 405);
  EXPECT_EQ(asked, (std::vector<std::pair<std::string, bool>>{{"h1", true}, {"rack/1", false}, {"h9", true}}));
  Request read;
  read.path = "/api/v1/hosts/h1/drain";
  EXPECT_EQ(api.answer(read, testing::kAdmin).status, 404);
}

}  // namespace
}  // namespace headroom
