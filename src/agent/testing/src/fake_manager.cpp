#include "headroom/agent/testing/fake_manager.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>
#include <utility>

namespace headroom::agent {
namespace {

constexpr int kPatienceMs = 10'000;
constexpr char kVmUri[] = "urn:uuid:6f1d9d2a-0c1e-4d0c-9f3a-0123456789ab";

void demand(bool ok, const char* what) {
  if (!ok) throw std::runtime_error(std::string("fake manager: ") + what);
}

void wait_for(int fd, short events) {
  pollfd ready{fd, events, 0};
  demand(poll(&ready, 1, kPatienceMs) == 1, "nothing came within 10 s");
}

void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  demand(extension != nullptr, "an extension");
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

Owned<X509> make_certificate(EVP_PKEY* key, const Issued* ca, const std::string& uri, const std::string& usage, long seconds) {
  static long serial = 1;
  Owned<X509> certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial++);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), seconds);
  X509_set_pubkey(certificate.get(), key);
  X509* issuer = ca ? ca->certificate.get() : certificate.get();
  if (!ca) {
    X509_NAME* name = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test CA"), -1, -1, 0);
    add_extension(certificate.get(), issuer, NID_basic_constraints, "critical,CA:TRUE");
  } else {
    add_extension(certificate.get(), issuer, NID_subject_alt_name, "URI:" + uri);
    add_extension(certificate.get(), issuer, NID_ext_key_usage, usage);
  }
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer));
  demand(X509_sign(certificate.get(), ca ? ca->key.get() : key, EVP_sha256()) > 0, "a signature");
  return certificate;
}

std::string der(X509* certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(certificate, &bytes);
  std::string text(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return text;
}

template <class Write>
void write_pem(const std::string& path, Write write) {
  BIO* bio = BIO_new_file(path.c_str(), "w");
  demand(bio != nullptr && write(bio) == 1, "a file of the identity");
  BIO_free(bio);
}

}  // namespace

FakeSession::~FakeSession() {
  if (ssl_) SSL_shutdown(ssl_.get());
  if (fd_ >= 0) close(fd_);
}

wire::v1::FromAgent FakeSession::receive() {
  for (;;) {
    if (const auto payload = frames_.next()) {
      auto message = wire::decode_from_agent(*payload);
      if (!message) throw std::runtime_error(message.error().message);
      return *message;
    }
    char part[16384];
    if (SSL_pending(ssl_.get()) == 0) wait_for(fd_, POLLIN);
    const int got = SSL_read(ssl_.get(), part, sizeof part);
    demand(got > 0, "the agent ended the connection");
    demand(frames_.push(std::string_view(part, static_cast<std::size_t>(got))).has_value(), "a broken frame");
  }
}

wire::v1::Report FakeSession::receive_report() {
  for (;;) {
    const auto message = receive();
    if (message.has_report()) return message.report();
  }
}

void FakeSession::send(const wire::v1::ToAgent& message) {
  std::string out;
  wire::append(message, out);
  demand(SSL_write(ssl_.get(), out.data(), static_cast<int>(out.size())) == static_cast<int>(out.size()), "the agent does not listen");
}

void FakeSession::welcome(std::uint64_t durable_sequence, std::uint32_t interval_ms) {
  wire::v1::ToAgent message;
  message.mutable_welcome()->set_version(1);
  message.mutable_welcome()->set_epoch(1);
  message.mutable_welcome()->set_interval_ms(interval_ms);
  message.mutable_welcome()->set_durable_sequence(durable_sequence);
  message.mutable_welcome()->set_most_frame_bytes(wire::kMostFrameBytes);
  send(message);
}

void FakeSession::acknowledge(std::uint64_t through_sequence) {
  wire::v1::ToAgent message;
  message.mutable_ack()->set_through_sequence(through_sequence);
  send(message);
}

void FakeSession::cut() {
  ssl_.reset();
  close(std::exchange(fd_, -1));
}

bool FakeSession::resumed() const { return SSL_session_reused(ssl_.get()) == 1; }

bool FakeSession::ends() {
  char part[4096];
  for (;;) {
    wait_for(fd_, POLLIN);
    if (SSL_read(ssl_.get(), part, sizeof part) <= 0) return true;
  }
}

FakeManager::FakeManager(const std::string& uri) {
  ca_.key.reset(EVP_EC_gen("P-256"));
  ca_.certificate = make_certificate(ca_.key.get(), nullptr, "", "", 86'400L * 3650);
  own_.key.reset(EVP_EC_gen("P-256"));
  own_.certificate = make_certificate(own_.key.get(), &ca_, uri, "serverAuth", 86'400L * 365);
  context_.reset(SSL_CTX_new(TLS_server_method()));
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_3_VERSION);
  SSL_CTX_set_session_id_context(context_.get(), reinterpret_cast<const unsigned char*>("fake"), 4);
  SSL_CTX_set_num_tickets(context_.get(), 1);
  SSL_CTX_use_certificate(context_.get(), own_.certificate.get());
  SSL_CTX_use_PrivateKey(context_.get(), own_.key.get());
  SSL_CTX_add1_chain_cert(context_.get(), ca_.certificate.get());
  X509_STORE_add_cert(SSL_CTX_get_cert_store(context_.get()), ca_.certificate.get());
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  listen();
}

FakeManager::~FakeManager() { deafen(); }

void FakeManager::deafen() {
  if (listener_ >= 0) close(listener_);
  listener_ = -1;
}

void FakeManager::listen() {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port_));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t bytes = sizeof address;
  demand(bind(listener_, reinterpret_cast<sockaddr*>(&address), bytes) == 0 && ::listen(listener_, 16) == 0, "cannot listen");
  getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &bytes);
  port_ = ntohs(address.sin_port);
}

std::string FakeManager::address() const { return "127.0.0.1:" + std::to_string(port_); }
std::string FakeManager::ca_der() const { return der(ca_.certificate.get()); }

std::string FakeManager::token() const {
  unsigned char digest[32];
  const std::string bytes = ca_der();
  EVP_Digest(bytes.data(), bytes.size(), digest, nullptr, EVP_sha256(), nullptr);
  std::string token = "hrj1-" + std::string(43, 'x') + "-";
  for (const unsigned char byte : digest) {
    token += "0123456789abcdef"[byte >> 4];
    token += "0123456789abcdef"[byte & 15];
  }
  return token;
}

void FakeManager::give_identity(const std::string& folder, std::chrono::seconds life) const {
  const Owned<EVP_PKEY> key(EVP_EC_gen("P-256"));
  const Owned<X509> certificate = make_certificate(key.get(), &ca_, kVmUri, "clientAuth", static_cast<long>(life.count()));
  write_pem(folder + "/key.pem", [&](BIO* bio) { return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
  write_pem(folder + "/chain.pem", [&](BIO* bio) { return PEM_write_bio_X509(bio, certificate.get()); });
  write_pem(folder + "/ca.pem", [&](BIO* bio) { return PEM_write_bio_X509(bio, ca_.certificate.get()); });
}

std::vector<std::string> FakeManager::issue(const std::string& request_der, std::chrono::seconds life) const {
  const auto* at = reinterpret_cast<const unsigned char*>(request_der.data());
  X509_REQ* request = d2i_X509_REQ(nullptr, &at, static_cast<long>(request_der.size()));
  demand(request != nullptr && X509_REQ_verify(request, X509_REQ_get0_pubkey(request)) == 1, "a certificate request");
  const Owned<X509> certificate = make_certificate(X509_REQ_get0_pubkey(request), &ca_, kVmUri, "clientAuth", static_cast<long>(life.count()));
  X509_REQ_free(request);
  return {der(certificate.get())};
}

FakeSession FakeManager::accept() {
  wait_for(listener_, POLLIN);
  const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  demand(fd >= 0, "no connection");
  const timeval patience{kPatienceMs / 1000, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  Owned<SSL> ssl(SSL_new(context_.get()));
  SSL_set_fd(ssl.get(), fd);
  if (SSL_accept(ssl.get()) != 1) {
    close(fd);
    throw std::runtime_error("fake manager: no handshake");
  }
  return FakeSession(fd, std::move(ssl));
}

}  // namespace headroom::agent
