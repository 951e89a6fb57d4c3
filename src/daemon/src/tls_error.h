// What OpenSSL said last on this thread, in its words; nothing is taken from its queue. Of a file that does not fit, that is the nearest.
#pragma once

#include <openssl/err.h>

#include <string>

namespace headroom {

inline std::string newest_tls_error() {
  char text[256] = "";
  ERR_error_string_n(ERR_peek_last_error(), text, sizeof text);
  return text;
}

}  // namespace headroom
