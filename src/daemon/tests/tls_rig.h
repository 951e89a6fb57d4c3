// A real door under TLS over a still board, with a certificate made for the test, and clients that trust it.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include "rig.h"

namespace headroom::testing {

// Self-signed, for 127.0.0.1 and localhost, with its key in a file beside it.
inline TlsFiles make_certificate(const Folder& folder, const std::string& name = "tls") {
  const TlsFiles files{folder / (name + ".crt"), folder / (name + ".key")};
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  X509_EXTENSION* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
  X509_add_ext(certificate, names, -1);
  X509_sign(certificate, key, EVP_sha256());
  std::FILE* file = std::fopen(files.certificate.c_str(), "w");
  PEM_write_X509(file, certificate);
  std::fclose(file);
  file = std::fopen(files.key.c_str(), "w");
  PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
  chmod(files.key.c_str(), 0600);
  X509_EXTENSION_free(names);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return files;
}

struct TlsDoor : StillApi {
  TlsFiles files = make_certificate(folder);
  std::unique_ptr<Door> door = Door::on_tls({"127.0.0.1", 0}, files, api, books, clock).value();

  // `certificate` and `key`: what it shows of itself, if anything.
  std::unique_ptr<httplib::SSLClient> client(const std::string& token = {}, X509* certificate = nullptr, EVP_PKEY* key = nullptr) const {
    auto client = std::make_unique<httplib::SSLClient>("127.0.0.1", door->port(), certificate, key);
    client->set_ca_cert_path(files.certificate.c_str());
    client->enable_server_certificate_verification(true);
    if (!token.empty()) client->set_default_headers({{"Authorization", "Bearer " + token}});
    return client;
  }
  int get(const std::string& path, const std::string& token = {}) const {
    const auto asking = client(token);
    const auto answer = asking->Get(path);
    EXPECT_TRUE(answer) << httplib::to_string(answer.error()) << ", verification " << asking->get_openssl_verify_result();
    return answer ? answer->status : -1;
  }
  int post(const std::string& path, const std::string& token) const {
    const auto answer = client(token)->Post(path);
    return answer ? answer->status : -1;
  }
};

}  // namespace headroom::testing
