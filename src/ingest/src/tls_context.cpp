#include "tls_context.h"

#include <fmt/format.h>
#include <openssl/x509v3.h>

namespace headroom::ingest {
namespace {

constexpr Duration kClocksDiffer = std::chrono::hours(1), kLasts = std::chrono::hours(24 * 30);

tl::unexpected<Error> failed(const char* what) { return fail(ErrorCode::kFailed, fmt::format("TLS for agents: {}: {}", what, identity::openssl_error())); }

int why(identity::Standing standing) {
  switch (standing) {
    case identity::Standing::kGood: return X509_V_OK;
    case identity::Standing::kRevoked: return X509_V_ERR_CERT_REVOKED;
    case identity::Standing::kExpired: return X509_V_ERR_CERT_HAS_EXPIRED;
    case identity::Standing::kUnknown: return X509_V_ERR_CERT_REJECTED;
  }
  return X509_V_ERR_CERT_REJECTED;
}

}  // namespace

Result<std::unique_ptr<TlsContext>> TlsContext::make(const identity::IdentityBook& book, const Clock& clock) {
  std::unique_ptr<TlsContext> made(new TlsContext(book, clock));
  made->context_.reset(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* c = made->context_.get();
  if (c == nullptr || SSL_CTX_set_min_proto_version(c, TLS1_3_VERSION) != 1) return failed("cannot be set up");
  SSL_CTX_set_options(c, SSL_OP_NO_RENEGOTIATION);
  if (!made->give_tickets()) return failed("no tickets can be given");
  SSL_CTX_set_mode(c, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_max_cert_list(c, 8 << 10);
  SSL_CTX_set_verify(c, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_verify_depth(c, 2);
  SSL_CTX_set_cert_verify_callback(c, &TlsContext::judge, made.get());
  X509* authority = const_cast<X509*>(&book.authority().certificate());
  X509_STORE* store = SSL_CTX_get_cert_store(c);
  // An authority that was brought along may be below another one; it is the one that counts.
  if (X509_STORE_add_cert(store, authority) != 1 || X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN) != 1 || SSL_CTX_add_client_CA(c, authority) != 1)
    return failed("the authority cannot be used");
  if (auto ok = made->renew(clock.now()); !ok) return tl::unexpected(ok.error());
  return made;
}

// Nothing is kept here of who has one. Who has shown no certificate gets none.
bool TlsContext::give_tickets() const {
  constexpr std::string_view kWhose = "headroom agents";
  constexpr std::size_t kKeyBytes = 80;   // a name, a key each to seal and to sign with
  SSL_CTX* c = context_.get();
  std::string keys = book_.authority().derived_secret("tickets of agents", kKeyBytes);
  SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(c, 0);
  SSL_CTX_set_timeout(c, std::chrono::duration_cast<std::chrono::seconds>(identity::kLongestCertificate).count());
  return SSL_CTX_set_session_id_context(c, reinterpret_cast<const unsigned char*>(kWhose.data()), static_cast<unsigned>(kWhose.size())) == 1 &&
         SSL_CTX_set_tlsext_ticket_keys(c, keys.data(), static_cast<long>(keys.size())) == 1 &&
         SSL_CTX_set_session_ticket_cb(c, nullptr, &TlsContext::judge_ticket, const_cast<TlsContext*>(this)) == 1;
}

// One that is not good is as none: the certificate is asked for, and refused with the reason if it is still the one.
SSL_TICKET_RETURN TlsContext::judge_ticket(SSL* tls, SSL_SESSION* session, const unsigned char*, size_t, SSL_TICKET_STATUS status, void* self) {
  if (status != SSL_TICKET_SUCCESS && status != SSL_TICKET_SUCCESS_RENEW) return SSL_TICKET_RETURN_IGNORE;
  const auto& context = *static_cast<const TlsContext*>(self);
  const X509* leaf = SSL_SESSION_get0_peer(session);
  const Instant now = context.clock_.now();
  if (leaf == nullptr || identity::valid_until(*leaf) <= now || context.standing_of(*leaf, now) != X509_V_OK) return SSL_TICKET_RETURN_IGNORE;
  SSL_set_num_tickets(tls, 1);
  return SSL_TICKET_RETURN_USE;
}

Result<void> TlsContext::renew(Instant now) {
  if (ends_ - now > kLasts / 2) return {};
  auto identity = book_.authority().manager_identity(now - kClocksDiffer, now + kLasts);
  if (!identity) return tl::unexpected(identity.error());
  SSL_CTX* c = context_.get();
  X509* authority = const_cast<X509*>(&book_.authority().certificate());
  const bool used = SSL_CTX_use_certificate(c, identity->certificate.get()) == 1 && SSL_CTX_use_PrivateKey(c, identity->key.get()) == 1 &&
                    SSL_CTX_clear_chain_certs(c) == 1 && SSL_CTX_add1_chain_cert(c, authority) == 1;
  if (!used) return failed("the manager's certificate cannot be used");
  ends_ = identity::valid_until(*identity->certificate);
  return {};
}

Tls TlsContext::accept(int fd) const {
  Tls tls(SSL_new(context_.get()));
  if (!tls || SSL_set_fd(tls.get(), fd) != 1) return nullptr;
  SSL_set_accept_state(tls.get());
  return tls;
}

int TlsContext::judge(X509_STORE_CTX* chain, void* self) {
  const int error = static_cast<const TlsContext*>(self)->verdict(*chain);
  if (error != X509_V_OK) X509_STORE_CTX_set_error(chain, error);
  return error == X509_V_OK ? 1 : 0;
}

int TlsContext::verdict(X509_STORE_CTX& chain) const {
  const Instant now = clock_.now();
  X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(&chain), epoch_seconds(now));
  if (X509_verify_cert(&chain) != 1) {
    const int error = X509_STORE_CTX_get_error(&chain);
    return error == X509_V_OK ? X509_V_ERR_UNSPECIFIED : error;
  }
  const int standing = standing_of(*X509_STORE_CTX_get0_cert(&chain), now);
  auto* tls = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(&chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
  if (standing == X509_V_OK) SSL_set_num_tickets(tls, 1);
  return standing;
}

int TlsContext::standing_of(const X509& leaf, Instant now) const {
  if (!identity::vm_of(leaf)) return X509_V_ERR_CERT_REJECTED;
  const auto standing = book_.standing(identity::serial_of(leaf), now);
  return standing ? why(*standing) : X509_V_ERR_UNSPECIFIED;
}

std::optional<Speaker> speaker_of(const SSL& tls) {
  const X509* leaf = SSL_get0_peer_certificate(&tls);
  if (leaf == nullptr) return std::nullopt;
  auto vm = identity::vm_of(*leaf);
  // judge() has let it in, so that it is there.
  return Speaker{vm ? std::move(*vm) : std::string(), identity::serial_of(*leaf), identity::valid_until(*leaf)};
}

}  // namespace headroom::ingest
