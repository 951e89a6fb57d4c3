#include "identity.h"

#include <openssl/pem.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "files.h"

namespace headroom::agent {
namespace {

std::string key_path(const std::string& folder) { return folder + "/key.pem"; }
std::string chain_path(const std::string& folder) { return folder + "/chain.pem"; }
std::string ca_path(const std::string& folder) { return folder + "/ca.pem"; }

Result<std::string> to_pem(const std::vector<Certificate>& chain) {
  const std::unique_ptr<BIO, FreeWith<BIO_free>> bio(BIO_new(BIO_s_mem()));
  for (const Certificate& certificate : chain) {
    if (PEM_write_bio_X509(bio.get(), certificate.get()) != 1) return fail(ErrorCode::kFailed, "a certificate cannot be written: " + tls_reason());
  }
  const char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

Result<std::vector<Certificate>> read_chain(const std::string& path) {
  const auto pem = read_file(path);
  if (!pem) return tl::unexpected(pem.error());
  const std::unique_ptr<BIO, FreeWith<BIO_free>> bio(BIO_new_mem_buf(pem->data(), static_cast<int>(pem->size())));
  std::vector<Certificate> chain;
  while (Certificate next{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)}) chain.push_back(std::move(next));
  (void)tls_reason();  // the end of the file is told as an error
  if (chain.empty()) return invalid(path + " holds no certificate in PEM");
  return chain;
}

Result<std::vector<Certificate>> parse_chain(const std::vector<std::string>& chain_der) {
  std::vector<Certificate> chain;
  for (const std::string& der : chain_der) {
    auto certificate = parse_certificate(der);
    if (!certificate) return tl::unexpected(certificate.error());
    chain.push_back(std::move(*certificate));
  }
  if (chain.empty()) return invalid("the manager answered no certificate");
  return chain;
}

Result<void> write_chain(const std::string& path, const std::vector<Certificate>& chain) {
  const auto pem = to_pem(chain);
  if (!pem) return tl::unexpected(pem.error());
  return replace_file(path, *pem, 0644);
}

bool issued_for(const X509& certificate, const EVP_PKEY& key) { return EVP_PKEY_eq(X509_get0_pubkey(&certificate), &key) == 1; }

}  // namespace

Result<Identity> Identity::load(const std::string& folder) {
  Identity identity;
  identity.folder_ = folder;
  const auto pem = read_file(key_path(folder));
  if (!pem) return tl::unexpected(pem.error());
  auto key = parse_key(*pem);
  if (!key) return invalid(key_path(folder) + ": " + key.error().message);
  identity.key_ = std::move(*key);
  auto chain = read_chain(chain_path(folder)), ca = read_chain(ca_path(folder));
  if (!chain || !ca) return tl::unexpected(!chain ? chain.error() : ca.error());
  identity.chain_ = std::move(*chain);
  identity.ca_ = std::move(ca->front());
  if (!issued_for(*identity.chain_.front(), *identity.key_)) return invalid(chain_path(folder) + " is not of the key beside it");
  return identity;
}

Result<Key> Identity::key_for_join(const std::string& folder) {
  const auto pem = read_file(key_path(folder));
  if (pem) return parse_key(*pem);
  if (pem.error().code != ErrorCode::kNotFound) return tl::unexpected(pem.error());
  auto key = make_key();
  if (!key) return key;
  const auto written = agent::to_pem(**key);
  if (!written) return tl::unexpected(written.error());
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return fail(ErrorCode::kFailed, "the folder " + folder + " cannot be made: " + std::strerror(errno));
  if (auto kept = replace_file(key_path(folder), *written, 0600); !kept) return tl::unexpected(kept.error());
  return key;
}

Result<void> Identity::keep(const std::string& folder, const std::vector<std::string>& chain_der, const std::string& ca_der) {
  const auto chain = parse_chain(chain_der), ca = parse_chain({ca_der});
  if (!chain || !ca) return tl::unexpected(!chain ? chain.error() : ca.error());
  if (auto ok = write_chain(ca_path(folder), *ca); !ok) return ok;
  return write_chain(chain_path(folder), *chain);
}

Result<TlsContext> Identity::context() const {
  TlsParts parts{ca_.get(), key_.get(), {}};
  for (const Certificate& certificate : chain_) parts.chain.push_back(certificate.get());
  return make_context(parts);
}

Result<void> Identity::renew(const std::vector<std::string>& chain_der) {
  auto chain = parse_chain(chain_der);
  if (!chain) return tl::unexpected(chain.error());
  if (!issued_for(*chain->front(), *key_)) return invalid("the renewed certificate is not of our key");
  if (auto kept = write_chain(chain_path(folder_), *chain); !kept) return kept;
  chain_ = std::move(*chain);
  return {};
}

}  // namespace headroom::agent
