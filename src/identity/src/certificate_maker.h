// Certificates field by field. Errors: kFailed with OpenSSL's words.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "headroom/base/result.h"
#include "headroom/identity/openssl.h"

namespace headroom::identity {

struct CertificateParts {
  std::string common_name;
  std::string serial;                                      // hexadecimal digits
  Instant from, until;
  std::vector<std::pair<int, std::string>> extensions;     // NID and value, as OpenSSL's configuration writes it
};

// Signed by `key`; `issuer`: null for a certificate that signs itself.
Result<Certificate> make_certificate(const CertificateParts& parts, EVP_PKEY& subject_key, const X509* issuer, EVP_PKEY& key);

}  // namespace headroom::identity
