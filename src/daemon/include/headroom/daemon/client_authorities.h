// Who may vouch for clients: certificates of authorities, and lists of what they revoked, from one file of PEM. A door's TLS judges with
// them in the handshake; who learns of a certificate only afterwards asks for doubt().
//
// Threads: any, once read. Errors: kInvalid, naming the file, for one that holds no certificates.
#pragma once

#include <openssl/ssl.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "headroom/base/instant.h"
#include "headroom/base/result.h"

namespace headroom {

class ClientAuthorities {
 public:
  static constexpr int kLongestChain = 4;   // authorities between a client's certificate and the one that is believed

  static Result<ClientAuthorities> read(const std::filesystem::path& file);

  // Why a client's certificate is not believed at `now`; empty: it is. `chain`: PEM, its own first.
  std::string doubt(std::string_view chain, Instant now) const;
  // Has a server's handshakes judge by them, and tell clients whom to show a certificate of.
  void put_into(SSL_CTX* context) const;

 private:
  struct Free {
    void operator()(X509_STORE* store) const { X509_STORE_free(store); }
    void operator()(STACK_OF(X509_NAME)* names) const { sk_X509_NAME_pop_free(names, X509_NAME_free); }
  };
  std::unique_ptr<X509_STORE, Free> store_;
  std::unique_ptr<STACK_OF(X509_NAME), Free> names_;
};

// "its certificate is not believed: certificate revoked".
std::string not_believed(long verdict);

}  // namespace headroom
