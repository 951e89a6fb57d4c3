// An agent's side of the wire that says exactly what a test tells it to, right or wrong. Blocking, with a time limit on every call.
//
//   TestAgent agent(port, me);                   // connects and shakes hands
//   agent.send(hello_of(run));
//   const auto answer = agent.receive();         // nullopt: the connection is over, or nothing came in time
//
// Threads: one caller at a time. Errors: what a test should see, as ended() and nullopt.
#pragma once

#include <netinet/in.h>
#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "headroom/identity/identity_book.h"
#include "headroom/identity/testing/agent_key.h"
#include "headroom/wire/frame.h"
#include "headroom/wire/message.h"

namespace headroom::ingest::testing {

// What it shows. `certificate`: DER; empty: none.
struct Credential {
  std::shared_ptr<identity::testing::AgentKey> key = std::make_shared<identity::testing::AgentKey>();
  std::string certificate;
};

// What a connection was given to be resumed by.
using Session = std::shared_ptr<SSL_SESSION>;

struct Wishes {
  int patience_ms = 5000;
  int newest_tls = TLS1_3_VERSION;
  Session session{};            // none: it has no ticket to show
};

class TestAgent {
 public:
  TestAgent(int port, const Credential& shows, const Wishes& wishes = {});
  ~TestAgent();
  TestAgent(const TestAgent&) = delete;
  TestAgent& operator=(const TestAgent&) = delete;

  bool shaken() const { return shaken_; }
  // The handshake failed, or the connection has ended since; why() is OpenSSL's word for it.
  const std::string& why() const { return why_; }
  // The URI that the other side's certificate is for.
  std::string server() const;
  // By a ticket, without certificates.
  bool resumed() const;
  // The newest it was given, once something was received; null: none.
  Session session() const;

  bool send(const wire::v1::FromAgent& message);
  bool send_bytes(std::string_view bytes);          // within TLS; what timed out may be sent again as it is
  bool timed_out() const { return timed_out_; }     // the last call that failed did
  std::optional<wire::v1::ToAgent> receive();
  // Reads until the connection ends, for what was said last.
  std::optional<wire::v1::ToAgent> last_words();
  int fd() const { return fd_; }                    // to wait for

 private:
  bool over(int result);

  int fd_ = -1;
  bool shaken_ = false, timed_out_ = false;
  std::string why_;
  std::unique_ptr<SSL_CTX, identity::Freed<SSL_CTX_free>> context_;
  std::unique_ptr<SSL, identity::Freed<SSL_free>> tls_;
  wire::FrameReader reader_;
};

// A socket to the port of this machine, with nothing said on it; its caller closes it. `from`: our own address, one of 127.0.0.0/8.
int connect_to(int port, int patience_ms, std::uint32_t from = INADDR_LOOPBACK);

std::string id_of(char fill);                        // 16 bytes of it
wire::v1::FromAgent hello_of(const std::string& run_id, std::uint64_t boottime_ns = 1'000'000'000);
// A report of some 190 bytes, as agents send them: all metrics, cpu `mcores`.
wire::v1::FromAgent report_of(std::uint64_t sequence, std::uint64_t boottime_ns, std::int64_t mcores = 500);
wire::v1::FromAgent join_of(const std::string& token, const std::string& request);

// Certificates of all these VMs, without a connection.
Result<std::vector<Credential>> certified(identity::IdentityBook& book, const std::vector<std::string>& vms, Instant now);

// Joins with a token: what it shows from then on. The certificate is empty when it was refused.
Credential joined(int port, const std::string& token);

}  // namespace headroom::ingest::testing
