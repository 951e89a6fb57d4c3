// TLS as the manager's side speaks it: 1.3 alone, a certificate of the authority asked for and judged within the handshake, so that who
// is refused is told by the alert that fits.
//
// An agent that has shown a good one gets a ticket (RFC 8446, 4.6.1), with which it need not show it again: a reconnect then takes no
// signatures, which is most of what a handshake costs. The certificate is in the ticket and is judged each time as if it were shown. A ticket is sealed
// by a secret of the authority's, so that a restart of the manager, after which all of them come at once, finds them good. Each connection
// has keys of its own all the same (psk_dhe_ke).
//
// A client may have no certificate: it is let in to join, and to nothing else; who it speaks to sees to that. One that shows a
// certificate must be a client of our authority by our clock, of exactly one VM, and in the book, not revoked.
//
// Threads: one. Ownership: borrows book and clock. Errors: kFailed with OpenSSL's words.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "headroom/base/clock.h"
#include "headroom/identity/identity_book.h"

namespace headroom::ingest {

using Tls = std::unique_ptr<SSL, identity::Freed<SSL_free>>;

class TlsContext {
 public:
  static Result<std::unique_ptr<TlsContext>> make(const identity::IdentityBook& book, const Clock& clock);

  // Over a connected socket, which stays its caller's. Null: no memory.
  Tls accept(int fd) const;
  // A new identity of the manager when the present one ends soon; connections keep the one they have.
  Result<void> renew(Instant now);

 private:
  TlsContext(const identity::IdentityBook& book, const Clock& clock) : book_(book), clock_(clock) {}
  static int judge(X509_STORE_CTX* chain, void* self);
  static SSL_TICKET_RETURN judge_ticket(SSL* tls, SSL_SESSION* session, const unsigned char* name, size_t length, SSL_TICKET_STATUS status, void* self);
  int verdict(X509_STORE_CTX& chain) const;
  int standing_of(const X509& leaf, Instant now) const;
  bool give_tickets() const;

  const identity::IdentityBook& book_;
  const Clock& clock_;
  std::unique_ptr<SSL_CTX, identity::Freed<SSL_CTX_free>> context_;
  Instant ends_{};
};

// Who is at the other end, once it has shaken hands. nullopt: it showed no certificate.
struct Speaker {
  std::string vm_uuid, serial;
  Instant until;
};
std::optional<Speaker> speaker_of(const SSL& tls);

}  // namespace headroom::ingest
