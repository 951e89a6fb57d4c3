// A manager's ingest with all that it needs, for the tests of this folder.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>

#include "headroom/base/stop.h"
#include "headroom/history/rocksdb_history.h"
#include "support/folder.h"
#include "headroom/ingest/ingest.h"
#include "headroom/ingest/testing/test_agent.h"

namespace headroom::ingest::testing {

inline const std::string kOne = "6f1c2d3e-0000-4000-8000-00000000000a", kOther = "6f1c2d3e-0000-4000-8000-00000000000b";
constexpr Duration kHour = std::chrono::hours(1), kPatience = std::chrono::seconds(10);

// What the ingest tells its witness, a line each; and one that cannot write down who joins.
struct Witnessed final : Witness {
  Result<void> joined(const std::string& from, const identity::Issued& c) override {
    say("joined " + c.vm_uuid + " " + c.serial + " from " + from);
    return broken ? Result<void>(fail(ErrorCode::kFailed, "the disk is full")) : Result<void>();
  }
  void renewed(const identity::Issued& c) override { say("renewed " + c.vm_uuid); }
  void refused(const std::string& from, const std::string& who, const std::string& wanted, const std::string& why) override {
    say("refused " + wanted + " from " + from + (who.empty() ? "" : " of " + who) + ": " + why);
  }
  void say(const std::string& line) {
    const std::lock_guard lock(mutex);
    lines.push_back(line);
  }
  std::vector<std::string> said() {
    const std::lock_guard lock(mutex);
    return lines;
  }
  std::mutex mutex;
  std::vector<std::string> lines;
  std::atomic<bool> broken = false;
};

class Rig {
 public:
  explicit Rig(IngestOptions options = {}) : options(std::move(options)) {
    this->options.address = "127.0.0.1";
    this->options.port = 0;
    if (this->options.commit_every == IngestOptions().commit_every) this->options.commit_every = std::chrono::milliseconds(20);
    start();
  }

  void start() {
    history = *open_rocksdb_history(folder / "history");
    identities = *identity::IdentityBook::open((folder / "identity.db").string(), authority, 24 * kHour);
    auto opened = Ingest::open(options, {*identities, *history, board, *clock, 7, [this](const std::string& line) {
                                           const std::lock_guard lock(mutex);
                                           lines.push_back(line);
                                         }, nullptr, &witness});
    EXPECT_TRUE(opened) << opened.error().message;
    ingest = std::move(*opened);
  }
  void stop() {
    ingest.reset();
    identities.reset();
    history.reset();
  }

  int port() const { return ingest->port(); }
  std::string token(const std::string& vm = kOne) { return *identities->make_token(vm, kHour, clock->now()); }
  Credential agent(const std::string& vm = kOne) {
    Credential me = joined(port(), token(vm));
    EXPECT_FALSE(me.certificate.empty());
    return me;
  }
  std::vector<Sample> samples(const std::string& vm = kOne) { return *history->read(vm, Instant::min(), Instant::max()); }
  std::vector<std::string> said() {
    const std::lock_guard lock(mutex);
    return lines;
  }

  IngestOptions options;
  Folder folder;
  std::shared_ptr<const Clock> clock = std::make_shared<SystemClock>();
  identity::Authority authority = *identity::Authority::open(folder / "authority.pem", clock->now());
  std::unique_ptr<HistoryStore> history;
  std::unique_ptr<identity::IdentityBook> identities;
  AgentBoard board;
  std::mutex mutex;
  std::vector<std::string> lines;
  Witnessed witness;
  std::unique_ptr<Ingest> ingest;       // ends first
};

// Says hello; what the manager has durably of that run.
inline std::uint64_t greeted(TestAgent& agent, const std::string& run, std::uint64_t boottime_ns = 1'000'000'000) {
  agent.send(hello_of(run, boottime_ns));
  const auto answer = agent.receive();
  EXPECT_TRUE(answer && answer->has_welcome()) << agent.why();
  return answer ? answer->welcome().durable_sequence() : 0;
}

// Waits for an acknowledgement of so many.
inline bool acknowledged(TestAgent& agent, std::uint64_t sequence) {
  while (const auto message = agent.receive())
    if (message->has_ack() && message->ack().through_sequence() >= sequence) return true;
  return false;
}

}  // namespace headroom::ingest::testing
