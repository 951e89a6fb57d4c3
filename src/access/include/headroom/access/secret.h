// What secrets need: randomness, hashes, and a comparison that tells nothing by the time it takes. All by OpenSSL.
//
// Threads: any. Errors: without randomness or digests there is no going on (HEADROOM_CHECK).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace headroom::access {

std::string sha256_hex(std::string_view bytes);         // 64 lower-case digits
std::string random_hex(std::size_t bytes);
std::string base64url(std::string_view bytes);           // without padding
std::string random_base64url(std::size_t bytes);        // likewise
// The lengths are no secret.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace headroom::access
