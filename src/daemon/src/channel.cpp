#include "channel.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "headroom/base/check.h"
#include "headroom/daemon/client_authorities.h"
#include "tls_error.h"

namespace headroom {
namespace {

class Plain final : public Channel {
 public:
  explicit Plain(int socket) : socket_(socket) {}
  Moved receive(char* to, std::size_t size) override { return moved(recv(socket_, to, size, 0), POLLIN); }
  Moved send(const char* from, std::size_t size) override { return moved(::send(socket_, from, size, MSG_NOSIGNAL), POLLOUT); }

 private:
  static Moved moved(ssize_t bytes, short event) {
    if (bytes < 0 && (errno == EAGAIN || errno == EINTR)) return {-1, event};
    return {bytes, 0};
  }
  int socket_;
};

class Tls final : public Channel {
 public:
  Tls(SSL_CTX* context, int socket) : ssl_(SSL_new(context)) {
    HEADROOM_CHECK(ssl_ != nullptr && SSL_set_fd(ssl_.get(), socket) == 1, "a TLS connection needs memory only");
    SSL_set_accept_state(ssl_.get());
  }
  Moved receive(char* to, std::size_t size) override {
    ERR_clear_error();
    std::size_t got = 0;
    const int good = SSL_read_ex(ssl_.get(), to, size, &got);
    return moved(good, got);
  }
  Moved send(const char* from, std::size_t size) override {
    ERR_clear_error();
    std::size_t sent = 0;
    const int good = SSL_write_ex(ssl_.get(), from, size, &sent);
    return moved(good, sent);
  }
  bool holds_more() const override { return SSL_has_pending(ssl_.get()) == 1; }
  void say_goodbye() override {
    ERR_clear_error();
    if (!broken_ && SSL_is_init_finished(ssl_.get()) == 1) SSL_shutdown(ssl_.get());
  }
  const SSL* tls() const override { return ssl_.get(); }
  std::string refusal() const override {
    const long verdict = SSL_get_verify_result(ssl_.get());
    return verdict == X509_V_OK ? std::string() : not_believed(verdict);
  }

 private:
  Moved moved(int good, std::size_t bytes) {
    if (good == 1) return {static_cast<ssize_t>(bytes), 0};
    switch (SSL_get_error(ssl_.get(), good)) {
      case SSL_ERROR_WANT_READ: return {-1, POLLIN};
      case SSL_ERROR_WANT_WRITE: return {-1, POLLOUT};
      case SSL_ERROR_ZERO_RETURN: return {0, 0};
      default: broken_ = true; return {-1, 0};
    }
  }

  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  std::unique_ptr<SSL, Free> ssl_;
  bool broken_ = false;   // nothing may be sent after that
};

Result<void> check_key_file(const std::filesystem::path& path) {
  struct stat file{};
  if (stat(path.c_str(), &file) != 0) return invalid(fmt::format("--tls-key '{}': {}", path.string(), std::strerror(errno)));
  if ((file.st_mode & S_IRWXO) != 0)
    return invalid(fmt::format("--tls-key '{}' may be read by everybody on this machine; chmod o= it, and make a new one", path.string()));
  return {};
}

int judge(X509_STORE_CTX* chain, void* clock) {
  X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(chain), epoch_seconds(static_cast<const Clock*>(clock)->now()));
  return X509_verify_cert(chain) == 1 ? 1 : 0;
}

// A certificate is asked for and judged within the handshake. No session is resumed: it would bring along who was judged back then.
Result<void> ask_for_certificates(SSL_CTX* context, const std::filesystem::path& file, const Clock& clock) {
  const auto authorities = ClientAuthorities::read(file);
  if (!authorities) return tl::unexpected(authorities.error());
  authorities->put_into(context);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context, &judge, const_cast<Clock*>(&clock));
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  return {};
}

}  // namespace

std::unique_ptr<Channel> plain_channel(int socket) { return std::make_unique<Plain>(socket); }

Result<TlsContext> TlsContext::make(const TlsFiles& files, const Clock& clock) {
  if (auto good = check_key_file(files.key); !good) return tl::unexpected(good.error());
  TlsContext tls;
  ERR_clear_error();
  tls.context_.reset(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* context = tls.context_.get();
  if (context == nullptr || SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) != 1)
    return fail(ErrorCode::kFailed, fmt::format("TLS 1.3 cannot be had of this OpenSSL: {}", newest_tls_error()));
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  if (SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1)
    return invalid(fmt::format("--tls-cert '{}' is no certificate in PEM that can be read: {}", files.certificate.string(), newest_tls_error()));
  if (SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1 || SSL_CTX_check_private_key(context) != 1)
    return invalid(fmt::format("--tls-key '{}' is not the key of '{}': {}", files.key.string(), files.certificate.string(), newest_tls_error()));
  if (files.client_ca.empty()) return tls;
  return ask_for_certificates(context, files.client_ca, clock).map([&] { return std::move(tls); });
}

Result<void> check_tls_files(const TlsFiles& files, const Clock& clock) {
  return TlsContext::make(files, clock).map([](const TlsContext&) {});
}

std::unique_ptr<Channel> TlsContext::channel(int socket) const { return std::make_unique<Tls>(context_.get(), socket); }

}  // namespace headroom
