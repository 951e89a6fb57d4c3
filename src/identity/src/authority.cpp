#include "headroom/identity/authority.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/kdf.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "certificate_maker.h"
#include "headroom/access/secret.h"
#include "headroom/base/check.h"
#include "headroom/base/descriptor.h"
#include "headroom/base/whole_file.h"

namespace headroom::identity {
namespace {

constexpr std::size_t kLongestFile = 64 << 10, kLongestRequest = 4 << 10;
constexpr Duration kOwnLasts = std::chrono::hours(24 * 3650);
constexpr Duration kClocksDiffer = std::chrono::hours(1);

// `secret`: nobody but its owner may read it.
Result<std::string> read_file(const std::filesystem::path& path, bool secret) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat about{};
  if (!file || fstat(file.get(), &about) != 0)
    return fail(ErrorCode::kFailed, fmt::format("the authority's file '{}' cannot be read: {}", path.string(), std::strerror(errno)));
  if (!S_ISREG(about.st_mode)) return invalid(fmt::format("the authority's file '{}' is no file", path.string()));
  if (secret && (about.st_mode & 077) != 0)
    return invalid(fmt::format("the authority's key in '{}' may be read by others; chmod 600 it", path.string()));
  std::string text(kLongestFile, '\0');
  const ssize_t got = ::read(file.get(), text.data(), text.size());
  if (got < 0) return fail(ErrorCode::kFailed, fmt::format("the authority's file '{}' cannot be read: {}", path.string(), std::strerror(errno)));
  text.resize(static_cast<std::size_t>(got));
  return text;
}

using Memory = std::unique_ptr<BIO, Freed<BIO_free_all>>;
Memory memory_of(const std::string& text) { return Memory(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

// No key of ours has a passphrase; without this OpenSSL would ask for one on the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

Key key_in(const std::string& pem) {
  Key key(PEM_read_bio_PrivateKey(memory_of(pem).get(), nullptr, no_passphrase, nullptr));
  ERR_clear_error();
  return key;
}

Certificate certificate_in(const std::string& pem) {
  Certificate certificate(PEM_read_bio_X509(memory_of(pem).get(), nullptr, no_passphrase, nullptr));
  ERR_clear_error();
  return certificate;
}

Result<void> check_pair(EVP_PKEY* key, X509* certificate, const std::string& where, Instant now) {
  if (certificate == nullptr) return invalid(fmt::format("there is no certificate in '{}' (PEM)", where));
  if (key == nullptr) return invalid(fmt::format("there is no key without a passphrase in '{}' (PEM)", where));
  const bool belong = X509_check_private_key(certificate, key) == 1;
  ERR_clear_error();
  if (!belong) return invalid(fmt::format("the key and the certificate of the authority in '{}' do not belong together", where));
  if (X509_check_ca(certificate) == 0 || (X509_get_key_usage(certificate) & KU_KEY_CERT_SIGN) == 0)
    return invalid(fmt::format("the certificate in '{}' is not of an authority: it may not sign others", where));
  if (valid_until(*certificate) <= now)
    return invalid(fmt::format("the authority in '{}' ended at {}; bring another one, and let agents join again", where, to_rfc3339(valid_until(*certificate))));
  return {};
}

Result<std::string> make_authority(Instant now) {
  const Key key = make_key();
  if (!key) return fail(ErrorCode::kFailed, "no key can be made: " + openssl_error());
  CertificateParts parts{"Headroom agents' authority", new_serial(), now - kClocksDiffer, now + kOwnLasts, {}};
  parts.extensions = {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"}, {NID_key_usage, "critical,keyCertSign,cRLSign"}, {NID_subject_key_identifier, "hash"}};
  const auto made = make_certificate(parts, *key, nullptr, *key);
  if (!made) return tl::unexpected(made.error());
  return to_pem(**made) + to_pem(*key);
}

// Curves that every agent can have; a small RSA key would be guessed.
bool strong(const EVP_PKEY& key) {
  if (EVP_PKEY_is_a(&key, "ED25519")) return true;
  return EVP_PKEY_is_a(&key, "EC") && EVP_PKEY_get_security_bits(&key) >= 128;
}

}  // namespace

std::string Authority::fingerprint() const { return access::sha256_hex(to_der(*certificate_)); }

Result<Authority> Authority::open(const std::filesystem::path& file, Instant now) {
  std::error_code error;
  if (!std::filesystem::exists(file, error)) {
    const auto made = make_authority(now);
    if (!made) return tl::unexpected(made.error());
    if (auto kept = write_whole(file, *made, 0600); !kept) return fail(kept.error().code, "the authority's key: " + kept.error().message);
  }
  return load({file, file}, now);
}

Result<Authority> Authority::load(const OwnAuthority& files, Instant now) {
  const auto certificate_text = read_file(files.certificate, false);
  if (!certificate_text) return tl::unexpected(certificate_text.error());
  const auto key_text = read_file(files.key, true);
  if (!key_text) return tl::unexpected(key_text.error());
  Key key = key_in(*key_text);
  Certificate certificate = certificate_in(*certificate_text);
  if (auto good = check_pair(key.get(), certificate.get(), files.certificate.string(), now); !good) return tl::unexpected(good.error());
  return Authority(std::move(key), std::move(certificate));
}

Result<std::string> Authority::issue(std::string_view request, const Terms& terms) const {
  if (request.empty() || request.size() > kLongestRequest) return invalid("a signing request has up to 4 KiB");
  const auto* at = reinterpret_cast<const unsigned char*>(request.data());
  const SigningRequest read(d2i_X509_REQ(nullptr, &at, static_cast<long>(request.size())));
  ERR_clear_error();
  if (!read || at != reinterpret_cast<const unsigned char*>(request.data()) + request.size()) return invalid("this is no signing request (PKCS#10 in DER)");
  EVP_PKEY* key = X509_REQ_get0_pubkey(read.get());
  const bool known = key != nullptr && strong(*key);
  const bool its_own = known && X509_REQ_verify(read.get(), key) == 1;
  ERR_clear_error();
  if (!known) return invalid("the request's key is neither ECDSA of 256 bits or more nor Ed25519");
  if (!its_own) return invalid("the request is not signed by its own key");
  CertificateParts parts{terms.vm_uuid, terms.serial, terms.from, std::min(terms.until, valid_until(*certificate_)), {}};
  parts.extensions = {{NID_basic_constraints, "critical,CA:FALSE"}, {NID_key_usage, "critical,digitalSignature"}, {NID_ext_key_usage, "clientAuth"},
                      {NID_authority_key_identifier, "keyid"}, {NID_subject_alt_name, "URI:urn:uuid:" + terms.vm_uuid}};
  const auto made = make_certificate(parts, *key, certificate_.get(), *key_);
  if (!made) return tl::unexpected(made.error());
  return to_der(**made);
}

std::string Authority::derived_secret(std::string_view label, std::size_t bytes) const {
  unsigned char* der = nullptr;
  const int size = i2d_PrivateKey(key_.get(), &der);
  HEADROOM_CHECK(size > 0, "a key that was read can be written");
  std::string secret(bytes, '\0');
  std::size_t made = bytes;
  const std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>> hkdf(EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, nullptr));
  const bool done = hkdf && EVP_PKEY_derive_init(hkdf.get()) == 1 && EVP_PKEY_CTX_set_hkdf_md(hkdf.get(), EVP_sha256()) == 1 &&
                    EVP_PKEY_CTX_set1_hkdf_key(hkdf.get(), der, size) == 1 &&
                    EVP_PKEY_CTX_add1_hkdf_info(hkdf.get(), reinterpret_cast<const unsigned char*>(label.data()), static_cast<int>(label.size())) == 1 &&
                    EVP_PKEY_derive(hkdf.get(), reinterpret_cast<unsigned char*>(secret.data()), &made) == 1;
  OPENSSL_clear_free(der, static_cast<std::size_t>(size));
  HEADROOM_CHECK(done && made == bytes, "OpenSSL has HKDF");
  return secret;
}

Result<ManagerIdentity> Authority::manager_identity(Instant from, Instant until) const {
  ManagerIdentity identity{make_key(), nullptr};
  if (!identity.key) return fail(ErrorCode::kFailed, "no key can be made: " + openssl_error());
  CertificateParts parts{"Headroom manager", new_serial(), from, std::min(until, valid_until(*certificate_)), {}};
  parts.extensions = {{NID_basic_constraints, "critical,CA:FALSE"}, {NID_key_usage, "critical,digitalSignature"}, {NID_ext_key_usage, "serverAuth"},
                      {NID_authority_key_identifier, "keyid"}, {NID_subject_alt_name, "URI:" + std::string(kManagerUri)}};
  auto made = make_certificate(parts, *identity.key, certificate_.get(), *key_);
  if (!made) return tl::unexpected(made.error());
  identity.certificate = std::move(*made);
  return identity;
}

}  // namespace headroom::identity
