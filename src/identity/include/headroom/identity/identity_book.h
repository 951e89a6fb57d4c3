// Which agents may speak for which VMs: join tokens, certificates and what was revoked of them, in one file that outlives a restart.
//
// A token is for one VM and good once: it is burnt by the transaction that issues the certificate. A certificate lasts a day at most
// and is renewed by whoever holds a good one. What was renewed from a revoked certificate is revoked as well: whoever stole a key may
// have renewed it. A certificate that this book has not issued is not good, whoever signed it. Certificates and tokens are forgotten
// a week after their end.
//
// Threads: any; calls take one lock and last as long as a sync of the disk where they change something. Ownership: borrows the
// authority. Errors: kRefused for tokens and certificates that are not good (the words tell a person why; an agent is told no
// more than that), kInvalid as the authority, kNotFound for what is not there to be revoked, kFailed when the disk fails; nothing has
// changed then.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "headroom/identity/authority.h"

namespace headroom::identity {

inline constexpr Duration kLongestCertificate = std::chrono::hours(24);

struct Issued {
  std::string vm_uuid, serial;
  std::string certificate;       // DER
  Instant until;
};

// Of a certificate, at a moment.
enum class Standing : std::uint8_t { kGood, kUnknown, kRevoked, kExpired };

struct CertificateRow {
  std::string serial, vm_uuid;
  Instant from, until;
  std::optional<Instant> revoked_at;
};

struct TokenRow {
  std::string vm_uuid;
  Instant made_at, until;
};

class IdentityBook {
 public:
  // The file is made (not its folder) when there is none. `certificates_last`: at most kLongestCertificate.
  static Result<std::unique_ptr<IdentityBook>> open(const std::string& path, const Authority& authority, Duration certificates_last);
  ~IdentityBook();

  const Authority& authority() const;

  // Its text, which is kept nowhere. kInvalid: `vm_uuid` is none. kRefused: 100,000 are open already.
  Result<std::string> make_token(const std::string& vm_uuid, Duration lasts, Instant now);
  Result<Issued> join(std::string_view token, std::string_view request, Instant now);
  // By the holder of certificate `serial`.
  Result<Issued> renew(const std::string& serial, std::string_view request, Instant now);

  // All that was issued for a VM and is not over, and its open tokens; how many of both.
  Result<std::size_t> revoke_vm(const std::string& vm_uuid, Instant now);
  // One certificate, and what was renewed from it; how many.
  Result<std::size_t> revoke_serial(const std::string& serial, Instant now);

  Result<Standing> standing(const std::string& serial, Instant now) const;
  // Grows with every revocation: whoever is connected has to be looked at again.
  std::uint64_t revocations() const;

  // What is not over, ascending by VM.
  Result<std::vector<CertificateRow>> certificates(Instant now) const;
  Result<std::vector<TokenRow>> open_tokens(Instant now) const;

 private:
  struct Inside;
  explicit IdentityBook(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace headroom::identity
