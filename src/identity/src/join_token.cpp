#include "headroom/identity/join_token.h"

#include <algorithm>
#include <cstdint>

#include "headroom/identity/openssl.h"

namespace headroom::identity {
namespace {

constexpr std::string_view kPrefix = "hrj1-";
constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t kSecretBytes = 32, kSecretLetters = 43, kFingerprintDigits = 64;

std::string to_base64url(std::string_view bytes) {
  std::string text;
  std::uint32_t held = 0;
  int bits = 0;
  for (const char c : bytes) {
    held = (held << 8) | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6; bits -= 6) text += kLetters[(held >> (bits - 6)) & 63];
  }
  if (bits > 0) text += kLetters[(held << (6 - bits)) & 63];
  return text;
}

bool all_of(std::string_view text, std::string_view letters) { return text.find_first_not_of(letters) == std::string_view::npos; }

}  // namespace

JoinToken JoinToken::make(std::string fingerprint) {
  const std::string bytes = random_bytes(kSecretBytes);
  return {bytes.empty() ? std::string() : to_base64url(bytes), std::move(fingerprint)};
}

std::optional<JoinToken> JoinToken::parse(std::string_view text) {
  if (text.size() != kPrefix.size() + kSecretLetters + 1 + kFingerprintDigits || !text.starts_with(kPrefix)) return std::nullopt;
  const std::string_view secret = text.substr(kPrefix.size(), kSecretLetters), fingerprint = text.substr(text.size() - kFingerprintDigits);
  if (text[kPrefix.size() + kSecretLetters] != '-' || !all_of(secret, kLetters) || !all_of(fingerprint, "0123456789abcdef")) return std::nullopt;
  return JoinToken{std::string(secret), std::string(fingerprint)};
}

std::string JoinToken::text() const { return secret.empty() ? std::string() : std::string(kPrefix) + secret + "-" + fingerprint; }

std::string JoinToken::hash() const { return to_hex(sha256(secret)); }

}  // namespace headroom::identity
