// An agent's key and what it signs with it, for tests and benchmarks that play agents. Errors end the program: a test that has no keys
// tests nothing.
#pragma once

#include <filesystem>
#include <string>

#include "headroom/identity/authority.h"

namespace headroom::identity::testing {

struct AgentKey {
  Key key = make_key();

  // PKCS#10 in DER, with a name that nobody should believe.
  std::string request(const std::string& claims_to_be = "anybody") const;
};

// A request whose signature is by another key than the one it asks for.
std::string foreign_request();
std::string weak_request();   // RSA of 1024 bits

struct Names {
  std::string uri;            // subject alternative names, as OpenSSL's configuration writes them; empty: none
  std::string usage = "clientAuth";
  std::string common_name = "a test's";
};
// What some authority could sign, in the right form or not, for `key`; authority: null signs itself.
Certificate certificate_for(EVP_PKEY& key, const Names& names, const std::string& serial, Instant from, Instant until, const X509* issuer, EVP_PKEY& signer);
// The key of an authority in a file of its own, with which a test signs what no authority would.
Key key_in(const std::filesystem::path& file);

}  // namespace headroom::identity::testing
