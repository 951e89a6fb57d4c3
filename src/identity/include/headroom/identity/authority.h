// The certificate authority that says which agent speaks for which VM, and which manager agents may believe.
//
//   auto authority = Authority::open(state / "authority.pem", now);        // made when there is none
//   auto certificate = authority->issue(request, {.vm_uuid = ..., .serial = ..., .from = ..., .until = ...});
//
// Its own, an ECDSA P-256 key and a certificate in one file of mode 0600, or one that is brought along. Certificates carry one
// name each: an agent's "urn:uuid:<VM>" and only for clients, a manager's "urn:headroom:manager" and only for servers.
// Nobody has to revoke an authority's own certificate: take the file away and hand out new join tokens.
//
// Threads: any, once made. Errors: kInvalid for files that are damaged, may be read by others, do not belong together or cannot sign
// certificates, and for requests that are none, are not signed by their own key or have a key that is too weak; kFailed when the
// disk or OpenSSL fails.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "headroom/base/result.h"
#include "headroom/identity/openssl.h"

namespace headroom::identity {

inline constexpr std::string_view kManagerUri = "urn:headroom:manager";

// Files in PEM. The key must be its owner's alone.
struct OwnAuthority {
  std::filesystem::path certificate, key;
};

struct Terms {
  std::string vm_uuid;
  std::string serial;   // up to 40 hexadecimal digits, the first not 8 or above
  Instant from, until;
};

struct ManagerIdentity {
  Key key;
  Certificate certificate;
};

class Authority {
 public:
  static Result<Authority> open(const std::filesystem::path& file, Instant now);
  static Result<Authority> load(const OwnAuthority& files, Instant now);

  const X509& certificate() const { return *certificate_; }
  // SHA-256 of the certificate's DER, 64 hexadecimal digits: how an agent that joins knows whom to believe.
  std::string fingerprint() const;

  // `request`: PKCS#10 in DER. Only its key is taken; what it says of itself is not. The certificate in DER.
  Result<std::string> issue(std::string_view request, const Terms& terms) const;
  // Another secret for each label, the same at each start: HKDF (RFC 5869) of the authority's key. Who has that key needs none of them.
  std::string derived_secret(std::string_view label, std::size_t bytes) const;

  // A new key each time, never written anywhere.
  Result<ManagerIdentity> manager_identity(Instant from, Instant until) const;

 private:
  Authority(Key key, Certificate certificate) : key_(std::move(key)), certificate_(std::move(certificate)) {}

  Key key_;
  Certificate certificate_;
};

}  // namespace headroom::identity
