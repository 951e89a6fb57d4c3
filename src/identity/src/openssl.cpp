#include "headroom/identity/openssl.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace headroom::identity {
namespace {

using Memory = std::unique_ptr<BIO, Freed<BIO_free_all>>;

std::string text_of(const Memory& memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

}  // namespace

std::string openssl_error() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "no reason given";
  std::array<char, 256> text{};
  ERR_error_string_n(code, text.data(), text.size());
  return text.data();
}

Key make_key() { return Key(EVP_EC_gen("P-256")); }

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  const bool made = RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) == 1;
  return made ? bytes : std::string();
}

std::string new_serial() {
  constexpr std::size_t kBytes = 16;
  std::string bytes = random_bytes(kBytes);
  if (!bytes.empty()) bytes[0] = static_cast<char>((static_cast<unsigned char>(bytes[0]) & 0x3f) | 0x40);  // positive, and never shorter
  return to_hex(bytes);
}

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string to_der(const X509& certificate) {
  unsigned char* data = nullptr;
  const int size = i2d_X509(const_cast<X509*>(&certificate), &data);
  if (size <= 0) return {};
  std::string der(reinterpret_cast<char*>(data), static_cast<std::size_t>(size));
  OPENSSL_free(data);
  return der;
}

Certificate certificate_of(std::string_view der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  Certificate certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  ERR_clear_error();
  if (certificate && at != reinterpret_cast<const unsigned char*>(der.data()) + der.size()) return nullptr;
  return certificate;
}

std::string to_pem(const X509& certificate) {
  const Memory memory(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(memory.get(), &certificate);
  return text_of(memory);
}

std::string to_pem(const EVP_PKEY& key) {
  const Memory memory(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(memory.get(), &key, nullptr, nullptr, 0, nullptr, nullptr);
  return text_of(memory);
}

Instant valid_until(const X509& certificate) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(&certificate), &parts) != 1) return Instant{};
  return instant_from_epoch_seconds(timegm(&parts));
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    if (hyphen ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
  }
  return true;
}

std::optional<std::string> uri_of(const X509& certificate) {
  int critical = 0;  // more than one extension of names reads as none
  const std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES_free>> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&certificate, NID_subject_alt_name, &critical, nullptr)));
  if (!names || sk_GENERAL_NAME_num(names.get()) != 1) return std::nullopt;
  const GENERAL_NAME* one = sk_GENERAL_NAME_value(names.get(), 0);
  if (one->type != GEN_URI) return std::nullopt;
  const auto* data = reinterpret_cast<const char*>(ASN1_STRING_get0_data(one->d.uniformResourceIdentifier));
  return std::string(data, static_cast<std::size_t>(ASN1_STRING_length(one->d.uniformResourceIdentifier)));
}

std::optional<std::string> vm_of(const X509& certificate) {
  constexpr std::string_view kUrn = "urn:uuid:";
  const auto uri = uri_of(certificate);
  if (!uri || !uri->starts_with(kUrn) || !is_uuid(std::string_view(*uri).substr(kUrn.size()))) return std::nullopt;
  return uri->substr(kUrn.size());
}

std::string serial_of(const X509& certificate) {
  const std::unique_ptr<BIGNUM, Freed<BN_free>> number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(&certificate), nullptr));
  if (!number) return {};
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(number.get())), '\0');
  BN_bn2bin(number.get(), reinterpret_cast<unsigned char*>(bytes.data()));
  return to_hex(bytes);
}

}  // namespace headroom::identity
