// What guests are asked: out until it is answered, answered once, on the guest's clock.
#include "headroom/sqlite/database.h"
#include "rig.h"

namespace headroom::ingest {
namespace {

using namespace testing;

constexpr std::uint64_t kSecond = 1'000'000'000;

class Directives : public ::testing::Test {
 protected:
  Directives() {
    rig.stop();
    rig.history = *open_rocksdb_history(rig.folder / "history");
    rig.identities = *identity::IdentityBook::open((rig.folder / "identity.db").string(), rig.authority, 24 * kHour);
    serve(7);
  }
  void serve(std::uint64_t epoch) {
    rig.ingest.reset();
    book.reset();
    book = *DirectiveBook::open((rig.folder / "directives.db").string());
    rig.ingest = *Ingest::open(rig.options, {*rig.identities, *rig.history, rig.board, *rig.clock, epoch, {}, book.get()});
  }
  std::string ask(const std::string& vm = kOne, Duration within = kHour) {
    Directive d;
    d.vm_uuid = vm;
    d.action = ActionId(3);
    d.memory_kib_from = 4096;
    d.memory_kib_to = 2048;
    d.until = rig.clock->now() + within;
    d.reason = "spare";
    const auto id = book->ask(d, rig.clock->now());
    EXPECT_TRUE(id);
    rig.ingest->wake();
    return *id;
  }
  static wire::v1::FromAgent result(const std::string& id, wire::v1::Outcome outcome, const std::string& reason = "") {
    wire::v1::FromAgent message;
    message.mutable_result()->set_id(id);
    message.mutable_result()->set_outcome(outcome);
    message.mutable_result()->set_reason(reason);
    message.mutable_result()->set_boottime_ns(kSecond);
    return message;
  }
  DirectiveState state(const std::string& id) { return (*book->find(id))->state; }

  std::unique_ptr<DirectiveBook> book;   // ends after the ingest
  Rig rig;
};

TEST_F(Directives, GoOutToAnAgentThatIsConnectedAndItsAnswerIsKept) {
  const Credential me = rig.agent();
  TestAgent agent(rig.port(), me);
  greeted(agent, id_of('r'), 1000 * kSecond);
  const std::string id = ask();
  const auto asked = agent.receive();
  ASSERT_TRUE(asked && asked->has_directive());
  EXPECT_EQ(asked->directive().id(), id);
  EXPECT_EQ(asked->directive().epoch(), 7u);
  EXPECT_EQ(asked->directive().allocation().moment(), wire::v1::Allocation::BEFORE);
  EXPECT_EQ(asked->directive().allocation().memory_kib_to(), 2048u);
  EXPECT_NEAR(static_cast<double>(asked->directive().not_after_boottime_ns()) / 1e9, 1000 + 3600, 5) << "an hour from now, on its clock";
  agent.send(result(id, wire::v1::VETOED, "it would hurt"));
  const auto ack = agent.receive();
  ASSERT_TRUE(ack && ack->has_result_ack());
  EXPECT_EQ(ack->result_ack().id(), id);
  EXPECT_EQ(state(id), DirectiveState::kVetoed);
  EXPECT_EQ((*book->find(id))->answer, "it would hurt");
  EXPECT_EQ(rig.board.find(kOne)->veto->reason, "it would hurt");
}

TEST_F(Directives, HaveADeadlineByTheNewestThatTheGuestToldNotByWhatItHadBuffered) {
  const Credential me = rig.agent();
  TestAgent agent(rig.port(), me);
  greeted(agent, id_of('r'), 1000 * kSecond);
  agent.send(report_of(1, 400 * kSecond));
  ASSERT_TRUE(acknowledged(agent, 1));
  ask();
  const auto asked = agent.receive();
  ASSERT_TRUE(asked && asked->has_directive());
  EXPECT_NEAR(static_cast<double>(asked->directive().not_after_boottime_ns()) / 1e9, 1000 + 3600, 5);
}

TEST_F(Directives, GoOutAgainAfterAReconnectAndARestartUntilTheyAreAnswered) {
  const Credential me = rig.agent();
  const std::string id = ask();
  for (const std::uint64_t epoch : {7u, 7u, 8u, 9u}) {
    if (epoch != 7) serve(epoch);
    TestAgent agent(rig.port(), me);
    greeted(agent, id_of('r'));
    const auto asked = agent.receive();
    ASSERT_TRUE(asked && asked->has_directive());
    EXPECT_EQ(asked->directive().id(), id) << "the same, so that it is done once";
    EXPECT_EQ(asked->directive().epoch(), epoch);
    if (epoch != 9) continue;
    agent.send(result(id, wire::v1::DONE));
    ASSERT_TRUE(agent.receive());
  }
  TestAgent agent(rig.port(), me, {.patience_ms = 300});
  greeted(agent, id_of('r'));
  EXPECT_FALSE(agent.receive()) << "nobody is asked twice what was answered";
}

TEST_F(Directives, AnAnswerCountsOnceAndOnlyFromItsOwnVm) {
  const Credential me = rig.agent(), other = rig.agent(kOther);
  const std::string id = ask();
  TestAgent stranger(rig.port(), other);
  greeted(stranger, id_of('s'));
  stranger.send(result(id, wire::v1::DONE));
  ASSERT_TRUE(stranger.receive()) << "acknowledged, so that it forgets it";
  EXPECT_EQ(state(id), DirectiveState::kOpen);
  TestAgent agent(rig.port(), me);
  greeted(agent, id_of('r'));
  ASSERT_TRUE(agent.receive());
  agent.send(result(id, wire::v1::DONE));
  ASSERT_TRUE(agent.receive());
  agent.send(result(id, wire::v1::FAILED));
  ASSERT_TRUE(agent.receive());
  EXPECT_EQ(state(id), DirectiveState::kDone);
}

TEST_F(Directives, ThoseThatAreOverGoOutNoMore) {
  const Credential me = rig.agent();
  const std::string id = ask(kOne, Duration(1));
  ASSERT_TRUE(poll_until([&] { return rig.clock->now() > (*book->find(id))->until; }, kPatience));
  TestAgent agent(rig.port(), me, {.patience_ms = 300});
  greeted(agent, id_of('r'));
  EXPECT_FALSE(agent.receive());
  EXPECT_TRUE(poll_until([&] { return state(id) == DirectiveState::kExpired; }, kPatience));
}

TEST_F(Directives, OfAnotherIntervalIsKeptOverAReconnectOnceItIsDone) {
  const Credential me = rig.agent();
  Directive d;
  d.vm_uuid = kOne;
  d.kind = DirectiveKind::kSampling;
  d.interval = std::chrono::seconds(2);
  d.until = rig.clock->now() + kHour;
  const std::string id = *book->ask(d, rig.clock->now());
  TestAgent agent(rig.port(), me);
  greeted(agent, id_of('r'));
  const auto asked = agent.receive();
  ASSERT_TRUE(asked && asked->directive().has_sampling());
  EXPECT_EQ(asked->directive().sampling().interval_ms(), 2000u);
  EXPECT_EQ(rig.board.find(kOne)->interval, rig.options.interval) << "not done yet";
  agent.send(result(id, wire::v1::DONE));
  ASSERT_TRUE(agent.receive());
  EXPECT_EQ(rig.board.find(kOne)->interval, std::chrono::seconds(2));
  TestAgent again(rig.port(), me);
  again.send(hello_of(id_of('s')));
  EXPECT_EQ(again.receive()->welcome().interval_ms(), 2000u);
}

TEST_F(Directives, OfADrainSaysWhetherItBeginsOrIsOver) {
  const Credential me = rig.agent();
  Directive d;
  d.vm_uuid = kOne;
  d.kind = DirectiveKind::kDrain;
  d.until = rig.clock->now() + kHour;
  ASSERT_TRUE(book->ask(d, rig.clock->now()));
  d.moment = Moment::kAfter;
  ASSERT_TRUE(book->ask(d, rig.clock->now()));
  TestAgent agent(rig.port(), me);
  greeted(agent, id_of('r'));
  EXPECT_FALSE(agent.receive()->directive().drain().over());
  const auto second = agent.receive();
  ASSERT_TRUE(second && second->directive().has_drain());
  EXPECT_TRUE(second->directive().drain().over());
}

TEST_F(Directives, WhatAnAnswerTellsOfMemoryIsTheNewestWordOfIt) {
  const Credential me = rig.agent();
  const std::string id = ask();
  TestAgent agent(rig.port(), me);
  greeted(agent, id_of('r'));
  ASSERT_TRUE(agent.receive());
  auto done = result(id, wire::v1::DONE);
  done.mutable_result()->set_memory_total_kib(4096);
  done.mutable_result()->set_memory_available_kib(1024);
  agent.send(done);
  ASSERT_TRUE(agent.receive());
  EXPECT_EQ(rig.board.find(kOne)->memory->total, 4_MiB);
  EXPECT_EQ(rig.board.find(kOne)->memory->available, 1_MiB);
}

TEST_F(Directives, AreAskedAllAtOnceAndFoundByTheirVm) {
  std::vector<Directive> many(3);
  for (Directive& d : many) {
    d.vm_uuid = kOther;
    d.kind = DirectiveKind::kSampling;
    d.interval = std::chrono::seconds(1);
    d.until = rig.clock->now() + kHour;
  }
  many[2].vm_uuid = kOne;
  const std::uint64_t before = book->asked();
  const auto ids = *book->ask(many, rig.clock->now());
  EXPECT_EQ(book->asked(), before + 1) << "one news";
  const auto of_one = *book->open_of(kOne, rig.clock->now());
  ASSERT_EQ(of_one.size(), 1u);
  EXPECT_EQ(of_one[0].id, ids[2]);
  EXPECT_EQ(of_one[0].kind, DirectiveKind::kSampling);
  EXPECT_EQ(of_one[0].interval, std::chrono::seconds(1));
  EXPECT_EQ(book->open_of(kOther, rig.clock->now())->size(), 2u);
  EXPECT_TRUE(book->open_of(kOther, rig.clock->now() + kHour)->empty());
}

// As the version before this one wrote it.
TEST_F(Directives, OfAnOlderFileAreTakenOver) {
  const std::string path = (rig.folder / "old.db").string();
  {
    auto old = sqlite::Database::open(path, sqlite::Database::Mode::kReadWriteCreate);
    ASSERT_TRUE(old);
    ASSERT_TRUE(old->execute("CREATE TABLE directives (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, vm TEXT NOT NULL, action INTEGER NOT NULL, moment INTEGER NOT NULL, "
                             "vcpus_from INTEGER NOT NULL, vcpus_to INTEGER NOT NULL, memory_from INTEGER NOT NULL, memory_to INTEGER NOT NULL, made_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL, "
                             "reason TEXT NOT NULL, state INTEGER NOT NULL, answer TEXT NOT NULL, carried_on INTEGER NOT NULL);"
                             "CREATE INDEX directives_by_state ON directives (state); CREATE INDEX directives_by_action ON directives (action);"
                             "PRAGMA application_id = 1214596210; PRAGMA user_version = 1;"
                             "INSERT INTO directives (id, vm, action, moment, vcpus_from, vcpus_to, memory_from, memory_to, made_ms, until_ms, reason, state, answer, carried_on) "
                             "VALUES ('00', 'vm', 3, 0, 2, 1, 0, 0, 0, 9000000000000, 'old', 0, '', 0);"));
  }
  for (int opened = 0; opened < 2; ++opened) {
    const auto again = DirectiveBook::open(path);
    ASSERT_TRUE(again) << again.error().message;
    const auto all = (*again)->open_of("vm", rig.clock->now());
    ASSERT_TRUE(all && all->size() == 1u);
    EXPECT_EQ(all->front().kind, DirectiveKind::kAllocation);
    EXPECT_EQ(all->front().vcpus_to, 1u);
  }
}

TEST_F(Directives, OfAnActionAreFoundInTheirOrder) {
  const std::string first = ask(), second = ask();
  ASSERT_TRUE(book->carry_on(first));
  const auto all = *book->of_action(ActionId(3));
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].id, first);
  EXPECT_TRUE(all[0].carried_on);
  EXPECT_FALSE(all[1].carried_on);
  EXPECT_TRUE((*book->of_action(ActionId(4))).empty());
}

}  // namespace
}  // namespace headroom::ingest
