#include "headroom/access/client_certificate.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <vector>

namespace headroom::access {
namespace {

constexpr std::string_view kRoleUri = "headroom://role/";
constexpr std::size_t kLongestName = 64;   // as X.520 has it for a common name

std::string_view text_of(const ASN1_STRING& string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(&string)), static_cast<std::size_t>(ASN1_STRING_length(&string))};
}

// It goes into logs and onto pages: what could be more than a name is a question mark.
std::string name_of(const X509& certificate) {
  X509_NAME* subject = X509_get_subject_name(&certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at < 0) return "without a name";
  std::string name(text_of(*X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at))).substr(0, kLongestName));
  for (char& c : name)
    if (c < ' ' || c > '~') c = '?';
  return name;
}

// Of every URI that is of ours, what it says.
std::vector<std::string> roles_of(const X509& certificate) {
  struct Free {
    void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
  };
  int found = 0;   // more than one extension of names reads as none
  const std::unique_ptr<GENERAL_NAMES, Free> names(static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&certificate, NID_subject_alt_name, &found, nullptr)));
  std::vector<std::string> roles;
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* one = sk_GENERAL_NAME_value(names.get(), i);
    if (one->type != GEN_URI) continue;
    const std::string_view uri = text_of(*one->d.uniformResourceIdentifier);
    if (uri.starts_with(kRoleUri)) roles.emplace_back(uri.substr(kRoleUri.size()));
  }
  return roles;
}

}  // namespace

Caller caller_by_certificate(const X509& certificate, std::string from) {
  Caller caller{"certificate " + name_of(certificate), std::nullopt, std::move(from)};
  const auto roles = roles_of(certificate);
  if (roles.size() != 1) {
    caller.lacks = fmt::format("its certificate has {} role: one URI {}ROLE among its alternative names says which", roles.empty() ? "no" : "more than one", kRoleUri);
  } else if (const auto role = parse_role(roles.front())) {
    caller.role = *role;
  } else {
    caller.lacks = "the role in its certificate is none: there are viewer, operator and admin";
  }
  return caller;
}

std::optional<Caller> caller_by_certificate(std::string_view pem, std::string from) {
  struct Free {
    void operator()(BIO* memory) const { BIO_free_all(memory); }
    void operator()(X509* certificate) const { X509_free(certificate); }
  };
  const std::unique_ptr<BIO, Free> memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const std::unique_ptr<X509, Free> certificate(memory ? PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr) : nullptr);
  ERR_clear_error();
  if (!certificate) return std::nullopt;
  return caller_by_certificate(*certificate, std::move(from));
}

}  // namespace headroom::access
