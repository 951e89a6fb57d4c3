#include "headroom/identity/testing/agent_key.h"

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <cstdio>

#include "../../src/certificate_maker.h"
#include "headroom/base/check.h"

namespace headroom::identity::testing {
namespace {

std::string request_of(EVP_PKEY& key, EVP_PKEY& signer, const std::string& name) {
  const SigningRequest made(X509_REQ_new());
  X509_NAME_add_entry_by_NID(X509_REQ_get_subject_name(made.get()), NID_commonName, MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_REQ_set_pubkey(made.get(), &key);
  HEADROOM_CHECK(X509_REQ_sign(made.get(), &signer, EVP_sha256()) > 0, "a test's request can be signed");
  unsigned char* data = nullptr;
  const int size = i2d_X509_REQ(made.get(), &data);
  HEADROOM_CHECK(size > 0, "a request has a DER form");
  std::string der(reinterpret_cast<char*>(data), static_cast<std::size_t>(size));
  OPENSSL_free(data);
  return der;
}

}  // namespace

std::string AgentKey::request(const std::string& claims_to_be) const { return request_of(*key, *key, claims_to_be); }

std::string foreign_request() {
  const Key one = make_key(), other = make_key();
  return request_of(*one, *other, "anybody");
}

std::string weak_request() {
  const Key key(EVP_RSA_gen(1024));
  return request_of(*key, *key, "anybody");
}

Certificate certificate_for(EVP_PKEY& key, const Names& names, const std::string& serial, Instant from, Instant until, const X509* issuer, EVP_PKEY& signer) {
  CertificateParts parts{names.common_name, serial, from, until, {}};
  parts.extensions = {{NID_basic_constraints, "critical,CA:FALSE"}, {NID_key_usage, "critical,digitalSignature"}, {NID_ext_key_usage, names.usage}};
  if (!names.uri.empty()) parts.extensions.emplace_back(NID_subject_alt_name, names.uri);
  auto made = make_certificate(parts, key, issuer, signer);
  HEADROOM_CHECK(made.has_value(), "a test's certificate can be made");
  return std::move(*made);
}

Key key_in(const std::filesystem::path& file) {
  const std::unique_ptr<std::FILE, Freed<std::fclose>> open(std::fopen(file.c_str(), "r"));
  HEADROOM_CHECK(open != nullptr, "a test's authority has a file");
  Key key(PEM_read_PrivateKey(open.get(), nullptr, nullptr, nullptr));
  HEADROOM_CHECK(key != nullptr, "a test's authority has a key");
  return key;
}

}  // namespace headroom::identity::testing
