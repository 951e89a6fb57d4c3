// The loop of the ingest: who connects, who may be read, when what was read is committed. What messages mean is in talk.cpp.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <atomic>
#include <list>
#include <optional>
#include <unordered_map>
#include <vector>

#include "headroom/ingest/ingest.h"
#include "headroom/wire/message.h"
#include "peer.h"
#include "quiet_log.h"

namespace headroom::ingest {

class Server {
 public:
  static Result<std::unique_ptr<Server>> open(const IngestOptions& options, const IngestPorts& ports);

  void run();      // until stop()
  void stop();     // from any thread, as wake()
  void wake();
  int port() const;

 private:
  Server(const IngestOptions& options, const IngestPorts& ports, std::unique_ptr<TlsContext> tls, Descriptor listening);

  // ---- server.cpp
  void turn();
  int wait_ms() const;
  void accept_some();
  void accept_more(bool more);
  void admit(int fd, const std::string& address);
  void make_room(const std::string& address);
  void serve(Peer& peer);
  bool may_read(Peer& peer);
  void pause(Peer& peer);
  void watch(Peer& peer);               // tells epoll what it waits for
  void sweep();
  void check_revocations();
  void commit();
  Peer* peer_of(std::uint64_t event);

  // ---- proof.cpp: until it is known who it is
  void advance(Peer& peer);
  void shaken(Peer& peer);
  void begin_handshake(Peer& peer);
  void leave_unproven(Peer& peer);
  void hear_stranger(Peer& peer);
  void join(Peer& peer, const wire::v1::Join& asked);
  void refuse(const Peer& peer, const char* wanted, const std::string& why);   // tells the log and the witness

  // ---- talk.cpp
  void hear(Peer& peer, std::string_view payload);
  void hello(Peer& peer, const wire::v1::Hello& said);
  void welcome(Peer& peer);
  void report(Peer& peer, const wire::v1::Report& said);
  void demand(Peer& peer, const wire::v1::Demand& said);
  void abilities(Peer& peer, const wire::v1::Abilities& said);
  void renew(Peer& peer, const wire::v1::Renew& asked);
  // ---- ask.cpp
  void ask(Peer& peer, const Directive& directive);
  void ask_all();
  void result(Peer& peer, const wire::v1::DirectiveResult& said);
  void learn(Peer& peer, const Directive& asked, const wire::v1::DirectiveResult& said, const std::string& words);

  void hear_clock(Peer& peer, std::uint64_t boottime_ns);

  // ---- leaving, in talk.cpp
  void send(Peer& peer, const wire::v1::ToAgent& message);
  void dismiss(Peer& peer, wire::v1::Goodbye::Code code, const std::string& why);   // says goodbye, and then drops it
  void turn_away(Peer& peer, const char* wanted, const std::string& why);            // one whose credentials do not do
  void linger(Peer& peer);
  void write_more(Peer& peer);
  void end_words(Peer& peer);
  void see_off(Peer& peer);             // one that lingers
  void part(Peer& peer);                // it is its VM's connection no more
  void drop(Peer& peer);                // at once; the reference is dead after it

  const IngestOptions options_;
  const IngestPorts ports_;
  std::unique_ptr<TlsContext> tls_;
  Descriptor listening_, epoll_, proving_, wakes_;   // proving_: those that have not shown who they are; a few a turn
  std::atomic<bool> stopping_ = false;
  Instant now_;
  Intake intake_;
  Bucket joins_;
  QuietLog log_;
  std::unordered_map<int, std::unique_ptr<Peer>> peers_;
  std::unordered_map<std::string, Peer*> by_vm_;             // those that have said hello
  std::unordered_map<std::string, Bucket> spent_;            // what VMs that are not connected may still say: a new connection brings no new burst
  std::list<int> unproven_;                                  // oldest first
  std::unordered_map<std::string, std::size_t> unproven_of_;
  std::list<int> shaking_;                                   // of the unproven, those that TLS holds memory for; oldest first
  std::vector<std::uint64_t> again_;                         // more is there than was read
  std::vector<std::uint64_t> paused_;
  std::uint32_t next_number_ = 1;
  std::uint64_t revocations_ = 0, asked_ = 0;
  std::optional<Instant> commit_at_;
  Instant sweep_at_{}, resume_at_{};
  bool disk_fails_ = false, accepts_ = true;
  std::array<char, 16 << 10> buffer_{};
  wire::v1::FromAgent message_;
};

}  // namespace headroom::ingest
