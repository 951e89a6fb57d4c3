// OpenSSL's objects with owners, and what of certificates the agent looks at. Threads: one. Errors: a sentence with OpenSSL's reason.
#pragma once

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/base/instant.h"
#include "headroom/base/result.h"

namespace headroom::agent {

template <auto free>
struct FreeWith {
  template <class T>
  void operator()(T* object) const {
    free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, FreeWith<X509_free>>;
using TlsContext = std::unique_ptr<SSL_CTX, FreeWith<SSL_CTX_free>>;
using TlsSession = std::unique_ptr<SSL_SESSION, FreeWith<SSL_SESSION_free>>;
using TlsStream = std::unique_ptr<SSL, FreeWith<SSL_free>>;

inline constexpr std::string_view kManagerUri = "urn:headroom:manager";

// OpenSSL's newest complaint, and its queue emptied.
std::string tls_reason();

Result<Certificate> parse_certificate(std::string_view der);
std::string to_der(const X509& certificate);
bool has_uri(const X509& certificate, std::string_view uri);  // among its subject alternative names
Instant not_after(const X509& certificate);
std::string sha256_hex(std::string_view bytes);

Result<Key> make_key();                               // EC P-256
Result<std::string> to_pem(EVP_PKEY& key);
Result<Key> parse_key(std::string_view pem);
Result<std::string> make_request(EVP_PKEY& key);      // PKCS#10, DER, without a subject

// TLS 1.3 as a client, small buffers; a session can be resumed (link.h). Of `ca`, `key` and `chain` (own certificate first) copies are held. Without a
// `ca` whoever answers is taken: whom one talks to is judged after the handshake.
struct TlsParts {
  X509* ca = nullptr;
  EVP_PKEY* key = nullptr;
  std::vector<X509*> chain;
};
Result<TlsContext> make_context(const TlsParts& parts);

// The peer of a finished handshake is a manager: its certificate was issued under `ca` for a server, and says so.
Result<void> check_manager(SSL& stream, X509* ca);

}  // namespace headroom::agent
