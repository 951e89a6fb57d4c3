// Who has to hear which agents were let in and which were not: an audit log.
//
// Threads: called on the ingest's own. It may take as long as a sync of the disk: for each certificate that is issued by a token there is
// one already, and refusals are its owner's to bound.
#pragma once

#include <string>

#include "headroom/identity/identity_book.h"

namespace headroom::ingest {

class Witness {
 public:
  virtual ~Witness() = default;

  // An agent at `from` has joined. An error keeps the certificate back, and it is revoked: what cannot be written down is not given.
  virtual Result<void> joined(const std::string& from, const identity::Issued& certificate) = 0;
  // An agent has a new certificate in place of an older one of its own. It has it whatever is answered.
  virtual void renewed(const identity::Issued& certificate) = 0;
  // `who`: the VM whose agent it is by a certificate that is or was good; empty: of nobody known. `wanted`: connect, join, renew.
  virtual void refused(const std::string& from, const std::string& who, const std::string& wanted, const std::string& why) = 0;
};

}  // namespace headroom::ingest
