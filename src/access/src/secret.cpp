#include "headroom/access/secret.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <vector>

#include "headroom/base/check.h"

namespace headroom::access {
namespace {

std::string hex(const unsigned char* bytes, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += fmt::format("{:02x}", bytes[i]);
  return text;
}

std::vector<unsigned char> random_bytes(std::size_t count) {
  std::vector<unsigned char> bytes(count);
  HEADROOM_CHECK(RAND_bytes(bytes.data(), static_cast<int>(count)) == 1, "a secret needs randomness");
  return bytes;
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  HEADROOM_CHECK(EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr) == 1, "SHA-256 is always there");
  return hex(digest.data(), length);
}

std::string random_hex(std::size_t bytes) { return hex(random_bytes(bytes).data(), bytes); }

std::string base64url(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  unsigned held = 0;
  int bits = 0;
  for (const char c : bytes) {
    held = (held << 8 | static_cast<unsigned char>(c)) & 0xffffU;
    for (bits += 8; bits >= 6; bits -= 6) text += kDigits[held >> (bits - 6) & 63U];
  }
  if (bits > 0) text += kDigits[held << (6 - bits) & 63U];
  return text;
}

std::string random_base64url(std::size_t bytes) {
  const std::vector<unsigned char> random = random_bytes(bytes);
  return base64url({reinterpret_cast<const char*>(random.data()), random.size()});
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace headroom::access
