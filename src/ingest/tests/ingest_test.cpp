// Reports: each once, acknowledged when it is durable, placed by our clock.
#include "rig.h"

namespace headroom::ingest {
namespace {

using namespace testing;
using wire::v1::Goodbye;

constexpr std::uint64_t kSecond = 1'000'000'000;

TEST(Ingest, AReportIsInTheHistoryWhenItIsAcknowledged) {
  Rig rig;
  const Credential me = rig.agent();
  TestAgent agent(rig.port(), me);
  EXPECT_EQ(greeted(agent, id_of('r')), 0u);
  const Instant before = rig.clock->now();
  agent.send(report_of(1, kSecond, 750));
  ASSERT_TRUE(acknowledged(agent, 1));
  const auto samples = rig.samples();
  ASSERT_EQ(samples.size(), 1u);
  EXPECT_EQ(samples[0].used[index(Resource::kCpu)], 750);
  EXPECT_EQ(samples[0].used[index(Resource::kMemory)], 3.0 * 1024 * 1024 * 1024);
  EXPECT_TRUE(samples[0].guest_statistics);
  EXPECT_GE(samples[0].at, before - std::chrono::seconds(5));
  EXPECT_LE(samples[0].at, rig.clock->now()) << "the guest's clock says 1970 and a second";
}

TEST(Ingest, WhatComesAgainIsDroppedAndAcknowledgedAgain) {
  Rig rig;
  const Credential me = rig.agent();
  {
    TestAgent agent(rig.port(), me);
    greeted(agent, id_of('r'));
    for (std::uint64_t i = 1; i <= 3; ++i) agent.send(report_of(i, i * kSecond));
    ASSERT_TRUE(acknowledged(agent, 3));
  }
  TestAgent agent(rig.port(), me);
  EXPECT_EQ(greeted(agent, id_of('r')), 3u);
  agent.send(report_of(2, 2 * kSecond));
  agent.send(report_of(3, 3 * kSecond));
  ASSERT_TRUE(acknowledged(agent, 3));
  agent.send(report_of(4, 4 * kSecond));
  ASSERT_TRUE(acknowledged(agent, 4));
  EXPECT_EQ(rig.samples().size(), 4u);
  EXPECT_EQ(rig.board.find(kOne)->duplicates, 2u);
}

// A report whose guest's wall clock shows `wall`, and that stands for `samples`.
wire::v1::FromAgent told(std::uint64_t sequence, std::uint64_t boottime_ns, Instant wall, std::uint32_t samples = 1) {
  auto message = report_of(sequence, boottime_ns);
  message.mutable_report()->set_wall_ns(wall.time_since_epoch().count() * 1'000'000);
  message.mutable_report()->set_samples(samples);
  return message;
}

TEST(Ingest, TellsHowFarAGuestsClockIsOffThatItJumpedAndWhenItBooted) {
  Rig rig;
  TestAgent agent(rig.port(), rig.agent());
  const Instant now = rig.clock->now();
  auto hello = hello_of(id_of('r'), 100 * kSecond);
  hello.mutable_hello()->set_wall_ns((now - std::chrono::seconds(30)).time_since_epoch().count() * 1'000'000);
  agent.send(hello);
  agent.send(told(1, 100 * kSecond, now - std::chrono::seconds(30)));
  ASSERT_TRUE(acknowledged(agent, 1));
  const auto before = *rig.board.find(kOne);
  ASSERT_TRUE(before.skew && before.booted_at);
  EXPECT_NEAR(static_cast<double>(before.skew->count()), -30'000, 2'000);
  EXPECT_NEAR(static_cast<double>((now - *before.booted_at).count()), 100'000, 2'000);
  EXPECT_FALSE(before.jump.has_value());
  agent.send(told(2, 101 * kSecond, now + std::chrono::seconds(90)));   // set by two minutes
  ASSERT_TRUE(acknowledged(agent, 2));
  const auto after = *rig.board.find(kOne);
  ASSERT_TRUE(after.jump);
  EXPECT_NEAR(static_cast<double>(after.jump->by.count()), 120'000, 3'000);
}

TEST(Ingest, CountsWhatWaitedInAGuestWhatWasRolledUpAndWhatNeverCame) {
  Rig rig;
  TestAgent agent(rig.port(), rig.agent());
  greeted(agent, id_of('r'), 1000 * kSecond);
  const Instant now = rig.clock->now();
  agent.send(told(8, 900 * kSecond, now, 8));    // 1 to 8 in one, of a hundred seconds ago
  agent.send(told(9, 910 * kSecond, now));
  agent.send(told(14, 1000 * kSecond, now, 2));  // 13 and 14: of 10 to 12 nothing is heard
  ASSERT_TRUE(acknowledged(agent, 14));
  const auto state = *rig.board.find(kOne);
  EXPECT_EQ(state.reports, 3U);
  EXPECT_EQ(state.late, 2U);
  EXPECT_EQ(state.rolled_up, 10U);
  EXPECT_EQ(state.lost, 3U);
}

TEST(Ingest, KnowsAfterARestartWhatItHas) {
  Rig rig;
  const Credential me = rig.agent();
  {
    TestAgent agent(rig.port(), me);
    greeted(agent, id_of('r'));
    for (std::uint64_t i = 1; i <= 5; ++i) agent.send(report_of(i, i * kSecond));
    ASSERT_TRUE(acknowledged(agent, 5));
  }
  rig.stop();
  rig.start();
  TestAgent agent(rig.port(), me);
  EXPECT_EQ(greeted(agent, id_of('r')), 5u);
}

TEST(Ingest, ANewRunOfAnAgentBeginsAnewAndComesAfterTheOld) {
  Rig rig;
  const Credential me = rig.agent();
  TestAgent first(rig.port(), me);
  greeted(first, id_of('r'), 10 * kSecond);
  first.send(report_of(9, 10 * kSecond, 1));
  ASSERT_TRUE(acknowledged(first, 9));
  TestAgent second(rig.port(), me);
  EXPECT_EQ(greeted(second, id_of('s'), kSecond), 0u);
  second.send(report_of(1, kSecond, 2));
  ASSERT_TRUE(acknowledged(second, 1));
  const auto samples = rig.samples();
  ASSERT_EQ(samples.size(), 2u);
  EXPECT_EQ(samples[1].used[0], 2);
  const auto last = first.last_words();
  ASSERT_TRUE(last && last->has_goodbye());
  EXPECT_EQ(last->goodbye().code(), Goodbye::REPLACED);
  EXPECT_TRUE(rig.board.find(kOne)->connected) << "the newer connection is";
}

TEST(Ingest, OrdersByWhatWasSentWhateverTheGuestsClockDoes) {
  Rig rig;
  const Credential me = rig.agent();
  TestAgent agent(rig.port(), me);
  greeted(agent, id_of('r'), 100 * kSecond);
  agent.send(report_of(1, 100 * kSecond, 1));
  agent.send(report_of(2, 5 * kSecond, 2));                       // set back
  agent.send(report_of(3, std::uint64_t{1} << 62, 3));            // far ahead
  agent.send(report_of(4, 101 * kSecond, 4));
  ASSERT_TRUE(acknowledged(agent, 4));
  const auto samples = rig.samples();
  ASSERT_EQ(samples.size(), 4u) << "none lies on another";
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(samples[i].used[0], static_cast<double>(i + 1));
  EXPECT_LE(samples[3].at, rig.clock->now() + Duration(4));
}

TEST(Ingest, WhatWasBufferedIsPlacedWhenItWasMeasured) {
  Rig rig;
  const Credential me = rig.agent();
  TestAgent agent(rig.port(), me);
  greeted(agent, id_of('r'), 1000 * kSecond);
  for (std::uint64_t i = 0; i < 10; ++i) agent.send(report_of(i + 1, (900 + 10 * i) * kSecond));
  ASSERT_TRUE(acknowledged(agent, 10));
  const auto samples = rig.samples();
  ASSERT_EQ(samples.size(), 10u);
  for (std::size_t i = 1; i < 10; ++i) EXPECT_EQ(samples[i].at - samples[i - 1].at, std::chrono::seconds(10));
  EXPECT_NEAR(static_cast<double>((rig.clock->now() - samples[0].at).count()), 100'000, 5'000);
}

TEST(Ingest, AReportThatTellsNothingUsableIsAcknowledgedAndNoSample) {
  Rig rig;
  const Credential me = rig.agent();
  TestAgent agent(rig.port(), me);
  greeted(agent, id_of('r'));
  auto unknown = report_of(1, kSecond);
  unknown.mutable_report()->set_mean(wire::v1::METRIC_CPU_MCORES, -1);
  agent.send(unknown);
  auto absurd = report_of(2, kSecond);
  absurd.mutable_report()->set_mean(wire::v1::METRIC_CPU_MCORES, std::int64_t{1} << 60);
  agent.send(absurd);
  ASSERT_TRUE(acknowledged(agent, 2));
  EXPECT_TRUE(rig.samples().empty());
}

TEST(Ingest, TellsWhoIsConnectedAndWhatTheySay) {
  Rig rig;
  const Credential me = rig.agent();
  {
    TestAgent agent(rig.port(), me);
    auto hello = hello_of(id_of('r'));
    hello.mutable_hello()->set_agent_version("0.1\n<script>");
    hello.mutable_hello()->set_wall_ns((rig.clock->now().time_since_epoch().count() + 90'000) * 1'000'000);
    agent.send(hello);
    ASSERT_TRUE(agent.receive());
    agent.send(report_of(1, kSecond));
    ASSERT_TRUE(acknowledged(agent, 1));
    wire::v1::FromAgent demand;
    demand.mutable_demand()->set_resource(wire::v1::Demand::MEMORY);
    demand.mutable_demand()->set_wanted(2048);
    demand.mutable_demand()->set_pressure(2500);
    demand.mutable_demand()->set_reason("memory stalls");
    agent.send(demand);
    agent.send(report_of(2, 2 * kSecond));
    ASSERT_TRUE(acknowledged(agent, 2));
    const auto state = *rig.board.find(kOne);
    EXPECT_TRUE(state.connected);
    EXPECT_EQ(state.version, "0.1?<script>");
    EXPECT_EQ(state.reports, 2u);
    ASSERT_TRUE(state.demand);
    EXPECT_EQ(state.demand->wanted, 2048 * 1024);
    EXPECT_FLOAT_EQ(state.demand->pressure, 0.25F);
    EXPECT_EQ(rig.board.take_samples().size(), 2u);
    EXPECT_TRUE(rig.board.take_samples().empty());
  }
  EXPECT_TRUE(poll_until([&] { return !rig.board.find(kOne)->connected; }, kPatience));
}

TEST(Ingest, LearnsOnTheConnectionThatAnAgentHasHooksNowOrHasThemNoMore) {
  Rig rig;
  TestAgent agent(rig.port(), rig.agent());
  auto hello = hello_of(id_of('r'), kSecond);
  hello.mutable_hello()->add_features(wire::v1::FEATURE_TRIM);
  agent.send(hello);
  ASSERT_TRUE(agent.receive());
  const auto hooks = [&] { return can(*rig.board.find(kOne), AgentFeature::kHooks); };
  EXPECT_FALSE(hooks());
  wire::v1::FromAgent said;
  said.mutable_abilities()->add_features(wire::v1::FEATURE_TRIM);
  said.mutable_abilities()->add_features(wire::v1::FEATURE_HOOKS);
  agent.send(said);
  EXPECT_TRUE(poll_until(hooks, kPatience));
  EXPECT_TRUE(can(*rig.board.find(kOne), AgentFeature::kTrim));
  said.mutable_abilities()->clear_features();
  agent.send(said);
  EXPECT_TRUE(poll_until([&] { return rig.board.find(kOne)->features == 0; }, kPatience));
  EXPECT_TRUE(rig.board.find(kOne)->connected);
}

TEST(Ingest, MessagesThatMustNotComeEndTheConnection) {
  Rig rig;
  const Credential me = rig.agent();
  const auto fate = [&](const std::function<void(TestAgent&)>& say) {
    TestAgent agent(rig.port(), me);
    say(agent);
    const auto last = agent.last_words();
    return last && last->has_goodbye() ? last->goodbye().text() : "none";
  };
  EXPECT_EQ(fate([](TestAgent& a) { a.send(report_of(1, 1)); }), "hello comes first");
  EXPECT_EQ(fate([](TestAgent& a) {
              wire::v1::FromAgent early;
              early.mutable_abilities()->add_features(wire::v1::FEATURE_HOOKS);
              a.send(early);
            }),
            "hello comes first");
  EXPECT_EQ(fate([](TestAgent& a) { a.send(hello_of(id_of('r'))), a.send(hello_of(id_of('r'))); }), "it said hello twice");
  EXPECT_EQ(fate([&](TestAgent& a) { a.send(join_of("hrj1", "x")); }), "who has a certificate does not join");
  EXPECT_EQ(fate([](TestAgent& a) {
              auto hello = hello_of(id_of('r'));
              hello.mutable_hello()->set_version_min(90), hello.mutable_hello()->set_version_max(99);
              a.send(hello);
            }),
            "it speaks no version of the wire that is known here");
  EXPECT_NE(fate([](TestAgent& a) { a.send_bytes(std::string("\x04\0\0\0", 4)); }), "none") << "64 MiB are claimed";
  EXPECT_NE(fate([](TestAgent& a) { a.send_bytes(std::string("\0\0\0\x05hello", 9)); }), "none");
  EXPECT_NE(fate([](TestAgent& a) { a.send(hello_of("short")); }), "none");
}

TEST(Ingest, AHistoryThatFailsGetsNothingAcknowledgedUntilItWorks) {
  class Failing : public HistoryStore {
   public:
    using HistoryStore::append;
    Result<void> append(std::span<const HistorySample> s, std::span<const HistoryMark> m) override {
      return full ? Result<void>(fail(ErrorCode::kFailed, "the disk is full")) : inner->append(s, m);
    }
    Result<void> sync() override { return inner->sync(); }
    Result<std::string> mark(std::string_view vm) override { return inner->mark(vm); }
    Result<std::vector<Sample>> read(std::string_view vm, Instant from, Instant to) override { return inner->read(vm, from, to); }
    Result<std::vector<std::string>> vms() override { return inner->vms(); }
    Result<std::size_t> drop_before(Instant t) override { return inner->drop_before(t); }
    std::atomic<bool> full = true;
    std::unique_ptr<HistoryStore> inner;
  };
  Rig rig;
  const Credential me = rig.agent();
  rig.stop();
  auto failing = std::make_unique<Failing>();
  Failing& disk = *failing;
  failing->inner = *open_rocksdb_history(rig.folder / "history");
  rig.identities = *identity::IdentityBook::open((rig.folder / "identity.db").string(), rig.authority, 24 * kHour);
  rig.history = std::move(failing);
  rig.ingest = *Ingest::open(rig.options, {*rig.identities, *rig.history, rig.board, *rig.clock, 7, {}});
  TestAgent agent(rig.port(), me, {.patience_ms = 500});
  greeted(agent, id_of('r'));
  agent.send(report_of(1, kSecond));
  EXPECT_FALSE(acknowledged(agent, 1));
  disk.full = false;
  EXPECT_TRUE(poll_until([&] { return rig.samples().size() == 1; }, kPatience));
  TestAgent again(rig.port(), me);
  EXPECT_EQ(greeted(again, id_of('r')), 1u);
}

}  // namespace
}  // namespace headroom::ingest
