// OpenSSL's objects with an owner each, its errors in words, and what is asked of certificates.
//
// Threads: a function may be called from any; an object belongs to one at a time, but for const reads. Errors: as each says.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "headroom/base/instant.h"

namespace headroom::identity {

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using SigningRequest = std::unique_ptr<X509_REQ, Freed<X509_REQ_free>>;

// The oldest error of this thread's queue, which is emptied.
std::string openssl_error();

Key make_key();                                    // ECDSA P-256; null when OpenSSL has no random numbers
std::string random_bytes(std::size_t count);       // empty when it has none
std::string new_serial();                          // of a certificate: 32 hexadecimal digits; empty likewise
std::string to_hex(std::string_view bytes);

std::string to_der(const X509& certificate);
Certificate certificate_of(std::string_view der);  // null: it is none, or something follows it
std::string to_pem(const X509& certificate);
std::string to_pem(const EVP_PKEY& key);           // PKCS#8, not encrypted
Instant valid_until(const X509& certificate);

// As libvirt writes a UUID: lower case, with four hyphens.
bool is_uuid(std::string_view text);
// The one URI that a certificate speaks for. nullopt: it has none, or more names than that.
std::optional<std::string> uri_of(const X509& certificate);
// The VM that it is for: the rest of "urn:uuid:". nullopt: it is for no VM.
std::optional<std::string> vm_of(const X509& certificate);
std::string serial_of(const X509& certificate);    // lower-case hexadecimal digits

}  // namespace headroom::identity
