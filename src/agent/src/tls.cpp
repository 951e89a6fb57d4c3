#include "tls.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <ctime>

namespace headroom::agent {
namespace {

using Bio = std::unique_ptr<BIO, FreeWith<BIO_free>>;

tl::unexpected<Error> tls_failed(const std::string& what) { return fail(ErrorCode::kFailed, what + ": " + tls_reason()); }

std::string take_bytes(BIO& bio) {
  const char* data = nullptr;
  const long size = BIO_get_mem_data(&bio, &data);
  return std::string(data, static_cast<std::size_t>(size));
}

}  // namespace

std::string tls_reason() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* text = code != 0 ? ERR_reason_error_string(code) : nullptr;
  return text != nullptr ? text : code != 0 ? "error " + std::to_string(code) : "no reason given";
}

Result<Certificate> parse_certificate(std::string_view der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const auto* end = at + der.size();
  Certificate certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (!certificate || at != end) return tls_failed("what should be a certificate is none");
  return certificate;
}

std::string to_der(const X509& certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(&certificate, &bytes);
  std::string der(reinterpret_cast<const char*>(bytes), size > 0 ? static_cast<std::size_t>(size) : 0);
  OPENSSL_free(bytes);
  return der;
}

bool has_uri(const X509& certificate, std::string_view uri) {
  const std::unique_ptr<GENERAL_NAMES, FreeWith<GENERAL_NAMES_free>> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_URI) continue;
    const ASN1_IA5STRING* text = name->d.uniformResourceIdentifier;
    if (std::string_view(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)), static_cast<std::size_t>(ASN1_STRING_length(text))) == uri) return true;
  }
  return false;
}

Instant not_after(const X509& certificate) {
  std::tm time{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(&certificate), &time) != 1) return Instant{};
  return instant_from_epoch_seconds(timegm(&time));
}

std::string sha256_hex(std::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest, &size, EVP_sha256(), nullptr);
  std::string text;
  for (unsigned int i = 0; i < size; ++i) {
    text += "0123456789abcdef"[digest[i] >> 4];
    text += "0123456789abcdef"[digest[i] & 15];
  }
  return text;
}

Result<Key> make_key() {
  Key key(EVP_EC_gen("P-256"));
  if (!key) return tls_failed("no key could be made");
  return key;
}

Result<std::string> to_pem(EVP_PKEY& key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_PrivateKey(bio.get(), &key, nullptr, nullptr, 0, nullptr, nullptr) != 1) return tls_failed("the key cannot be written");
  return take_bytes(*bio);
}

Result<Key> parse_key(std::string_view pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  if (!key) return tls_failed("what should be a private key is none");
  return key;
}

Result<std::string> make_request(EVP_PKEY& key) {
  const std::unique_ptr<X509_REQ, FreeWith<X509_REQ_free>> request(X509_REQ_new());
  if (X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) != 1 || X509_REQ_set_pubkey(request.get(), &key) != 1 ||
      X509_REQ_sign(request.get(), &key, EVP_sha256()) <= 0) {
    return tls_failed("no certificate request could be made");
  }
  unsigned char* bytes = nullptr;
  const int size = i2d_X509_REQ(request.get(), &bytes);
  if (size <= 0) return tls_failed("the certificate request cannot be written");
  std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return der;
}

Result<TlsContext> make_context(const TlsParts& parts) {
  TlsContext context(SSL_CTX_new(TLS_client_method()));
  if (!context) return tls_failed("TLS cannot be set up");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (parts.ca != nullptr) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), parts.ca);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  }
  if (parts.key == nullptr) return context;
  for (std::size_t i = 1; i < parts.chain.size(); ++i) SSL_CTX_add1_chain_cert(context.get(), parts.chain[i]);
  if (parts.chain.empty() || SSL_CTX_use_certificate(context.get(), parts.chain[0]) != 1 || SSL_CTX_use_PrivateKey(context.get(), parts.key) != 1) {
    return tls_failed("the certificate and the key do not fit together");
  }
  return context;
}

Result<void> check_manager(SSL& stream, X509* ca) {
  X509* peer = SSL_get0_peer_certificate(&stream);
  if (peer == nullptr) return fail(ErrorCode::kRefused, "the other side showed no certificate");
  const std::unique_ptr<X509_STORE, FreeWith<X509_STORE_free>> store(X509_STORE_new());
  const std::unique_ptr<X509_STORE_CTX, FreeWith<X509_STORE_CTX_free>> check(X509_STORE_CTX_new());
  X509_STORE_add_cert(store.get(), ca);
  if (X509_STORE_CTX_init(check.get(), store.get(), peer, SSL_get_peer_cert_chain(&stream)) != 1) return tls_failed("the manager's certificate cannot be checked");
  X509_STORE_CTX_set_default(check.get(), "ssl_server");
  if (X509_verify_cert(check.get()) != 1) {
    return fail(ErrorCode::kRefused, std::string("the manager's certificate is not good: ") + X509_verify_cert_error_string(X509_STORE_CTX_get_error(check.get())));
  }
  if (!has_uri(*peer, kManagerUri)) return fail(ErrorCode::kRefused, "the certificate of who answers is not a manager's (" + std::string(kManagerUri) + ")");
  return {};
}

}  // namespace headroom::agent
