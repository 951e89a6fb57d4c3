#include "certificate_maker.h"

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/x509v3.h>

namespace headroom::identity {
namespace {

bool set_serial(X509& certificate, const std::string& digits) {
  BIGNUM* number = nullptr;
  const bool read = BN_hex2bn(&number, digits.c_str()) == static_cast<int>(digits.size());
  const bool set = read && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(&certificate)) != nullptr;
  BN_free(number);
  return set;
}

bool add_extension(X509& certificate, X509V3_CTX& context, int nid, const std::string& value) {
  const std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>> made(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  return made && X509_add_ext(&certificate, made.get(), -1) == 1;
}

}  // namespace

Result<Certificate> make_certificate(const CertificateParts& parts, EVP_PKEY& subject_key, const X509* issuer, EVP_PKEY& key) {
  const auto failed = [&] { return fail(ErrorCode::kFailed, fmt::format("the certificate of {} cannot be made: {}", parts.common_name, openssl_error())); };
  Certificate made(X509_new());
  if (!made) return failed();
  X509_NAME* subject = X509_get_subject_name(made.get());
  const auto* name = reinterpret_cast<const unsigned char*>(parts.common_name.c_str());
  const bool filled = X509_set_version(made.get(), X509_VERSION_3) == 1 && set_serial(*made, parts.serial) &&
                      ASN1_TIME_set(X509_getm_notBefore(made.get()), epoch_seconds(parts.from)) != nullptr &&
                      ASN1_TIME_set(X509_getm_notAfter(made.get()), epoch_seconds(parts.until)) != nullptr &&
                      X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8, name, -1, -1, 0) == 1 &&
                      X509_set_issuer_name(made.get(), issuer ? X509_get_subject_name(issuer) : subject) == 1 &&
                      X509_set_pubkey(made.get(), &subject_key) == 1;
  if (!filled) return failed();
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer ? const_cast<X509*>(issuer) : made.get(), made.get(), nullptr, nullptr, 0);
  for (const auto& [nid, value] : parts.extensions)
    if (!add_extension(*made, context, nid, value)) return failed();
  // Edwards curves sign without a digest of their own.
  const EVP_MD* digest = EVP_PKEY_is_a(&key, "ED25519") || EVP_PKEY_is_a(&key, "ED448") ? nullptr : EVP_sha256();
  if (X509_sign(made.get(), &key, digest) <= 0) return failed();
  return made;
}

}  // namespace headroom::identity
