#include "headroom/daemon/client_authorities.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "headroom/base/check.h"
#include "tls_error.h"

namespace headroom {
namespace {

struct Free {
  void operator()(BIO* memory) const { BIO_free(memory); }
  void operator()(X509* one) const { X509_free(one); }
  void operator()(STACK_OF(X509)* all) const { sk_X509_pop_free(all, X509_free); }
  void operator()(X509_STORE_CTX* chain) const { X509_STORE_CTX_free(chain); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

bool holds_revocations(X509_STORE* store) {
  const STACK_OF(X509_OBJECT)* all = X509_STORE_get0_objects(store);
  for (int i = 0; i < sk_X509_OBJECT_num(all); ++i)
    if (X509_OBJECT_get_type(sk_X509_OBJECT_value(all, i)) == X509_LU_CRL) return true;
  return false;
}

}  // namespace

std::string not_believed(long verdict) { return fmt::format("its certificate is not believed: {}", X509_verify_cert_error_string(verdict)); }

Result<ClientAuthorities> ClientAuthorities::read(const std::filesystem::path& file) {
  ERR_clear_error();
  ClientAuthorities all;
  all.store_.reset(X509_STORE_new());
  all.names_.reset(SSL_load_client_CA_file(file.c_str()));
  HEADROOM_CHECK(all.store_ != nullptr, "a store of certificates needs memory only");
  if (all.names_ == nullptr || X509_STORE_load_file(all.store_.get(), file.c_str()) != 1)
    return invalid(fmt::format("--tls-client-ca '{}' holds no certificates in PEM that can be read: {}", file.string(), newest_tls_error()));
  // One that is below another authority counts by itself: its owner named it, not the other.
  X509_STORE_set_flags(all.store_.get(), X509_V_FLAG_PARTIAL_CHAIN | (holds_revocations(all.store_.get()) ? X509_V_FLAG_CRL_CHECK : 0UL));
  return all;
}

std::string ClientAuthorities::doubt(std::string_view chain, Instant now) const {
  ERR_clear_error();
  const Owned<BIO> memory(BIO_new_mem_buf(chain.data(), static_cast<int>(chain.size())));
  const Owned<X509> own(PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr));
  const Owned<STACK_OF(X509)> others(sk_X509_new_null());
  if (own == nullptr) return not_believed(X509_V_ERR_UNSPECIFIED);
  while (X509* other = PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr))
    if (sk_X509_push(others.get(), other) == 0) X509_free(other);
  ERR_clear_error();   // the end of the text is one
  const Owned<X509_STORE_CTX> judged(X509_STORE_CTX_new());
  HEADROOM_CHECK(judged != nullptr && X509_STORE_CTX_init(judged.get(), store_.get(), own.get(), others.get()) == 1 &&
                     X509_STORE_CTX_set_default(judged.get(), "ssl_client") == 1, "to judge a certificate needs memory only");
  X509_STORE_CTX_set_depth(judged.get(), kLongestChain);
  X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(judged.get()), epoch_seconds(now));
  return X509_verify_cert(judged.get()) == 1 ? std::string() : not_believed(X509_STORE_CTX_get_error(judged.get()));
}

void ClientAuthorities::put_into(SSL_CTX* context) const {
  SSL_CTX_set1_cert_store(context, store_.get());
  SSL_CTX_set_client_CA_list(context, SSL_dup_CA_list(names_.get()));
  SSL_CTX_set_verify_depth(context, kLongestChain);
}

}  // namespace headroom
