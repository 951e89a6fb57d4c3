// Where agents connect: joins, reports and what is asked of guests, over TLS 1.3 with a certificate each (docs/ingest.md, docs/wire.md).
//
//   auto ingest = Ingest::open({.address = "0.0.0.0"}, {book, history, board, clock, epoch, log, &directives});
//   ... (*ingest)->port() ...                 // it serves until it is destroyed
//
// One thread waits for all connections. A report is acknowledged when the history has it durably, and is there once however often it
// comes. Who sends faster than it may is not read for a while, so that the guest's own buffer takes it. The VM that a message is about is
// the certificate's, never a message's. A VM has one connection: a newer one replaces the older.
//
// Bounds: connections; those that have not shown who they are, by number, by address and by time; the bytes held for each (a frame of 8
// KiB before it is known who sends it, 16 KiB after); reports that wait for the disk; handshakes a turn, so that a storm of them
// holds up no report; joins a second; lines for the log.
//
// Threads: its own; wake() from any. Ownership: borrows the ports, which outlive it. Errors: open(): kFailed when the port is taken or
// TLS cannot be set up, kInvalid for an address that is none. Later ones are told to the log; a history that fails stops the acknowledging,
// and reading once what may wait is full.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "headroom/base/clock.h"
#include "headroom/history/store.h"
#include "headroom/identity/identity_book.h"
#include "headroom/ingest/agent_board.h"
#include "headroom/ingest/directive_book.h"
#include "headroom/ingest/witness.h"

namespace headroom::ingest {

struct IngestOptions {
  std::string address = "0.0.0.0";               // IPv4 or IPv6
  int port = 7475;                               // 0: any free one
  Duration interval = std::chrono::seconds(10);  // agents are asked to report at
  std::size_t most_connections = 20'000;        // or as many as the process has descriptors for (base/descriptor.h)
  std::size_t most_unproven = 256;               // of them, without a certificate so far
  std::size_t most_unproven_of_one = 64;        // address
  Duration prove_within = std::chrono::seconds(10);
  Duration idle_for = std::chrono::minutes(10);  // who says nothing for so long is gone
  double messages_per_second = 5;                // of one agent, after a burst
  double message_burst = 1000;                   // what it has buffered while it was cut off
  double joins_per_second = 50;
  Duration commit_every = std::chrono::milliseconds(500);
  std::size_t most_waiting = 100'000;            // reports
};

// What somebody may be waiting for.
enum class Heard : std::uint8_t { kDemand, kAnswer };

struct IngestPorts {
  identity::IdentityBook& identities;
  HistoryStore& history;
  AgentBoard& board;
  const Clock& clock;
  std::uint64_t epoch = 0;                              // of this manager, rises with each run
  std::function<void(const std::string&)> log{};        // a line for people; on the ingest's thread
  DirectiveBook* directives = nullptr;                  // none: nobody is asked anything
  Witness* witness = nullptr;                           // none: nobody hears who was let in
  std::function<void(Heard)> heard{};                   // on the ingest's thread, when the board or the book have it; it is not to wait
};

class Ingest {
 public:
  static Result<std::unique_ptr<Ingest>> open(const IngestOptions& options, const IngestPorts& ports);
  ~Ingest();
  Ingest(const Ingest&) = delete;
  Ingest& operator=(const Ingest&) = delete;

  int port() const;
  // Something that it looks at has changed: a revocation, a directive. It looks now and then anyway.
  void wake();

 private:
  struct State;
  explicit Ingest(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace headroom::ingest
