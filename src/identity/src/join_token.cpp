#include "headroom/identity/join_token.h"

#include "headroom/access/secret.h"
#include "headroom/identity/openssl.h"

namespace headroom::identity {
namespace {

constexpr std::string_view kPrefix = "hrj1-";
constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t kSecretBytes = 32, kSecretLetters = 43, kFingerprintDigits = 64;

bool all_of(std::string_view text, std::string_view letters) { return text.find_first_not_of(letters) == std::string_view::npos; }

}  // namespace

JoinToken JoinToken::make(std::string fingerprint) {
  const std::string bytes = random_bytes(kSecretBytes);
  return {bytes.empty() ? std::string() : access::base64url(bytes), std::move(fingerprint)};
}

std::optional<JoinToken> JoinToken::parse(std::string_view text) {
  if (text.size() != kPrefix.size() + kSecretLetters + 1 + kFingerprintDigits || !text.starts_with(kPrefix)) return std::nullopt;
  const std::string_view secret = text.substr(kPrefix.size(), kSecretLetters), fingerprint = text.substr(text.size() - kFingerprintDigits);
  if (text[kPrefix.size() + kSecretLetters] != '-' || !all_of(secret, kLetters) || !all_of(fingerprint, "0123456789abcdef")) return std::nullopt;
  return JoinToken{std::string(secret), std::string(fingerprint)};
}

std::string JoinToken::text() const { return secret.empty() ? std::string() : std::string(kPrefix) + secret + "-" + fingerprint; }

std::string JoinToken::hash() const { return access::sha256_hex(secret); }

}  // namespace headroom::identity
