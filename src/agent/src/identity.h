// Who this VM is to its manager: a key, its certificate, and the manager's CA, in the state folder as key.pem (0600), chain.pem and
// ca.pem; an operator who brings their own puts them there. Threads: one. Errors: a sentence that names the file and the mend.
#pragma once

#include <string>
#include <vector>

#include "tls.h"

namespace headroom::agent {

class Identity {
 public:
  // kNotFound: it has not joined.
  static Result<Identity> load(const std::string& folder);
  // The key that is there, or a new one that is kept at once: a join that is tried again goes on with it.
  static Result<Key> key_for_join(const std::string& folder);
  // What the manager answered to a join, durably.
  static Result<void> keep(const std::string& folder, const std::vector<std::string>& chain_der, const std::string& ca_der);

  Result<TlsContext> context() const;
  X509* ca() const { return ca_.get(); }
  Result<std::string> request() const { return make_request(*key_); }
  // A renewed certificate: for our key, under our CA. Kept durably; connections from now on use it.
  Result<void> renew(const std::vector<std::string>& chain_der);
  Instant ends() const { return not_after(*chain_.front()); }

 private:
  std::string folder_;
  Key key_;
  Certificate ca_;
  std::vector<Certificate> chain_;
};

}  // namespace headroom::agent
