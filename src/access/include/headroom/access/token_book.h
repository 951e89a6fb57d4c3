// The tokens that say who may talk to the manager, in one SQLite file. A token is "hrt_ID_SECRET": eight hexadecimal digits that
// are no secret, and 256 random bits. Only the secret's SHA-256 is kept, so whoever reads the file has no token.
//
// Why no bcrypt or Argon2: they make guessing slow where there is something to guess, a password. 2^256 secrets cannot be
// guessed at any speed, and a slow hash at each request would be a way to keep the manager busy.
//
// Revoked tokens stay listed. Threads: any. Ownership: borrows the clock. Durability, locking and what is refused:
// sqlite/state_file.h.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/access/role.h"
#include "headroom/base/clock.h"

namespace headroom::access {

struct Token {
  std::string id, name;
  Role role = Role::kViewer;
  Instant made_at;
  std::optional<Instant> expires_at, last_used_at, revoked_at;   // last used: to a minute; expires none: never
};

struct TokenWish {
  static constexpr std::size_t kLongestName = 64;

  std::string name;                  // letters, digits, '-', '_', '.', '@'
  Role role = Role::kViewer;
  std::optional<Duration> lasts;     // none: until it is revoked
};

struct NewToken {
  Token token;
  std::string text;                  // the only time it is seen
};

class TokenBook {
 public:
  static constexpr std::size_t kMost = 1000;   // that are not revoked

  // Creates the file (not its folder) when there is none.
  static Result<std::unique_ptr<TokenBook>> open(const std::string& path, const Clock& clock);
  ~TokenBook();

  // kInvalid for a name that is none; kRefused when one in force has the name, or there are too many.
  Result<NewToken> create(const TokenWish& wish);
  Result<void> revoke(const std::string& name_or_id);   // at once; kNotFound
  std::vector<Token> all() const;                       // oldest first

  // Whose token this is. kRefused, saying why only to one who has the secret: unknown and wrong ones are told the same, in the
  // same time.
  Result<Token> check(std::string_view text);

 private:
  struct Parts;
  explicit TokenBook(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace headroom::access
