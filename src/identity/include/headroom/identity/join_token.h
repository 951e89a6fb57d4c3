// What a person carries from the manager to a new agent: a secret that is good once, and whom the agent is to believe.
//
//   hrj1-SECRET-FINGERPRINT       43 characters of base64url, and 64 hexadecimal digits (Authority::fingerprint())
//
// Threads: any. Errors: none; the maker of a token without random numbers gets an empty one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace headroom::identity {

struct JoinToken {
  std::string secret;                // as in the text
  std::string fingerprint;           // of the authority's certificate

  static JoinToken make(std::string fingerprint);
  static std::optional<JoinToken> parse(std::string_view text);   // nullopt: it is none
  std::string text() const;
  // What is kept of it. The secret is 256 random bits, so that there is nothing to slow a guess down for.
  std::string hash() const;
};

}  // namespace headroom::identity
