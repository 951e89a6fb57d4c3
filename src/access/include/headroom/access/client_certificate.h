// Who somebody is who shows a certificate of theirs: its common name, and the role that whoever signed it wrote in as a URI among its
// alternative names, as SPIFFE puts an identity there:
//
//   URI:headroom://role/operator          with subjectAltName; beside other names that the certificate may have
//
// The common name only says who, in lists and in the audit log ("certificate alice"); what one may is the URI alone. Whether the
// certificate is of an authority that is believed, for clients and in force has to be seen before.
//
// Threads: any. Errors: none. A certificate without exactly one role gives a caller without one, who `lacks` it.
#pragma once

#include <openssl/x509.h>

#include "headroom/access/role.h"

namespace headroom::access {

Caller caller_by_certificate(const X509& certificate, std::string from);

// In PEM, the first of a chain. nullopt: it is none.
std::optional<Caller> caller_by_certificate(std::string_view pem, std::string from);

}  // namespace headroom::access
