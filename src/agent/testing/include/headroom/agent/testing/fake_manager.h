// A manager for tests and benchmarks of the agent: a CA, a TLS 1.3 server on a free port, and sessions that say what the test says. It
// judges nothing but the client's certificate; the product's manager is src/ingest.
//
//   FakeManager manager;
//   manager.give_identity(state_folder);
//   FakeSession session = manager.accept();      // with its handshake
//   session.receive().hello(); session.welcome();
//
// Threads: one; it blocks, each call for at most 10 s. Errors: std::runtime_error, which fails a test.
#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "headroom/wire/frame.h"
#include "headroom/wire/message.h"

namespace headroom::agent {

struct SslFree {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
template <class T>
using Owned = std::unique_ptr<T, SslFree>;

class FakeSession {
 public:
  FakeSession(int fd, Owned<SSL> ssl) : fd_(fd), ssl_(std::move(ssl)) {}
  FakeSession(FakeSession&& other) noexcept : fd_(other.fd_), ssl_(std::move(other.ssl_)), frames_(std::move(other.frames_)) { other.fd_ = -1; }
  FakeSession& operator=(FakeSession&&) = delete;
  ~FakeSession();

  wire::v1::FromAgent receive();
  // The next report; what comes before it is kept from nobody and lost.
  wire::v1::Report receive_report();
  void send(const wire::v1::ToAgent& message);
  // Answers a hello.
  void welcome(std::uint64_t durable_sequence = 0, std::uint32_t interval_ms = 1000);
  void acknowledge(std::uint64_t through_sequence);
  bool ends();  // the agent closes, or already has
  void cut();   // without a word, TLS's neither
  bool resumed() const;  // by a ticket of an earlier one

 private:
  int fd_;
  Owned<SSL> ssl_;
  wire::FrameReader frames_;
};

struct Issued {
  Owned<EVP_PKEY> key;
  Owned<X509> certificate;
};

class FakeManager {
 public:
  explicit FakeManager(const std::string& uri = "urn:headroom:manager");
  FakeManager(const FakeManager&) = delete;
  FakeManager& operator=(const FakeManager&) = delete;
  ~FakeManager();

  std::string address() const;  // 127.0.0.1:PORT
  std::string token() const;    // of its CA, with a secret that it does not look at
  std::string ca_der() const;
  // What a join would have left in the agent's state folder.
  void give_identity(const std::string& folder, std::chrono::seconds life = std::chrono::hours(24)) const;
  // For a certificate request: the chain.
  std::vector<std::string> issue(const std::string& request_der, std::chrono::seconds life = std::chrono::hours(24)) const;
  FakeSession accept();
  // Nobody listens any more, until listen() again on the same port.
  void deafen();
  void listen();

 private:
  Issued ca_, own_;
  Owned<SSL_CTX> context_;
  int listener_ = -1;
  int port_ = 0;
};

}  // namespace headroom::agent
