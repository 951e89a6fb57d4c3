#include "headroom/access/token_book.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "headroom/access/secret.h"
#include "headroom/sqlite/state_file.h"

namespace headroom::access {
namespace {

constexpr std::int64_t kApplicationId = 0x4865'546f;  // "HeTo"
constexpr std::int64_t kSchemaVersion = 1;

constexpr const char* kSchema = R"sql(
BEGIN IMMEDIATE;
CREATE TABLE tokens (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, role TEXT NOT NULL,
                     secret_sha256 TEXT NOT NULL, made_ms INTEGER NOT NULL, expires_ms INTEGER, last_used_ms INTEGER, revoked_ms INTEGER);
PRAGMA application_id = 1214600303;
PRAGMA user_version = 1;
COMMIT;
)sql";
static_assert(kApplicationId == 1214600303 && kSchemaVersion == 1, "the pragmas above say the same numbers");

constexpr sqlite::FileKind kTokenFile{"token book", kApplicationId, kSchemaVersion, kSchema,
                                      "restore it from a backup, or move it away and make new tokens"};

constexpr std::string_view kPrefix = "hrt_";
constexpr std::size_t kIdDigits = 8, kSecretBytes = 32, kSecretDigits = 43;
constexpr Duration kUseNoted = std::chrono::minutes(1);  // a write a request would make reading dear

struct Held {
  Token token;
  std::string secret_sha256;
};

std::optional<std::int64_t> ms(const std::optional<Instant>& at) {
  return at ? std::optional<std::int64_t>(at->time_since_epoch().count()) : std::nullopt;
}

std::optional<Instant> instant(const std::optional<std::int64_t>& ms) { return ms ? std::optional(Instant(Duration(*ms))) : std::nullopt; }

bool in_force(const Token& t, Instant now) { return !t.revoked_at && (!t.expires_at || now < *t.expires_at); }

Result<void> check_name(const std::string& name) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '@';
  };
  if (!name.empty() && name.size() <= TokenWish::kLongestName && std::all_of(name.begin(), name.end(), plain)) return {};
  return invalid(fmt::format("a token's name has 1 to {} letters, digits, '-', '_', '.' and '@'", TokenWish::kLongestName));
}

Result<std::vector<Held>> read_all(const sqlite::Database& database) {
  auto rows = database.prepare("SELECT id, name, role, secret_sha256, made_ms, expires_ms, last_used_ms, revoked_ms FROM tokens ORDER BY number");
  if (!rows) return tl::unexpected(rows.error());
  std::vector<Held> all;
  for (;;) {
    const auto row = rows->step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return all;
    Held held;
    held.token.id = rows->next_text();
    held.token.name = rows->next_text();
    const auto role = parse_role(rows->next_text());
    if (!role) return tl::unexpected(role.error());
    held.token.role = *role;
    held.secret_sha256 = rows->next_text();
    held.token.made_at = Instant(Duration(rows->next_int()));
    held.token.expires_at = instant(rows->next_optional_int());
    held.token.last_used_at = instant(rows->next_optional_int());
    held.token.revoked_at = instant(rows->next_optional_int());
    all.push_back(std::move(held));
  }
}

}  // namespace

struct TokenBook::Parts {
  sqlite::FileLock lock;  // released last: the database closes first
  sqlite::Database database;
  const Clock& clock;

  mutable std::mutex mutex{};
  std::vector<Held> held{};   // as in the file

  Result<void> insert(const Held& one) const;
  Result<void> note(const char* column, const std::string& id, Instant at) const;
};

Result<void> TokenBook::Parts::insert(const Held& one) const {
  auto insert = database.prepare("INSERT INTO tokens (id, name, role, secret_sha256, made_ms, expires_ms) VALUES (?, ?, ?, ?, ?, ?)");
  if (!insert) return tl::unexpected(insert.error());
  insert->bind(std::string_view(one.token.id)).bind(std::string_view(one.token.name)).bind(name(one.token.role));
  return insert->bind(std::string_view(one.secret_sha256)).bind(*ms(one.token.made_at)).bind(ms(one.token.expires_at)).run();
}

Result<void> TokenBook::Parts::note(const char* column, const std::string& id, Instant at) const {
  auto update = database.prepare(fmt::format("UPDATE tokens SET {} = ? WHERE id = ?", column));
  if (!update) return tl::unexpected(update.error());
  return update->bind(*ms(at)).bind(std::string_view(id)).run();
}

TokenBook::TokenBook(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
TokenBook::~TokenBook() = default;

Result<std::unique_ptr<TokenBook>> TokenBook::open(const std::string& path, const Clock& clock) {
  auto lock = sqlite::FileLock::acquire(path + ".lock", kTokenFile.noun);
  if (!lock) return tl::unexpected(lock.error());
  auto database = sqlite::open_state_file(path, kTokenFile);
  if (!database) return tl::unexpected(database.error());
  auto held = read_all(*database);
  if (!held) return fail(ErrorCode::kFailed, fmt::format("cannot read the token book {}: {}", path, held.error().message));
  auto parts = std::unique_ptr<Parts>(new Parts{std::move(*lock), std::move(*database), clock});
  parts->held = std::move(*held);
  return std::unique_ptr<TokenBook>(new TokenBook(std::move(parts)));
}

Result<NewToken> TokenBook::create(const TokenWish& wish) {
  if (auto good = check_name(wish.name); !good) return tl::unexpected(good.error());
  if (wish.lasts && *wish.lasts <= Duration(0)) return invalid("a token has to last for some time");
  const std::lock_guard lock(parts_->mutex);
  const Instant now = parts_->clock.now();
  const auto& held = parts_->held;
  if (std::any_of(held.begin(), held.end(), [&](const Held& h) { return h.token.name == wish.name && in_force(h.token, now); }))
    return fail(ErrorCode::kRefused, fmt::format("there is a token '{}' already; revoke it first, or take another name", wish.name));
  if (static_cast<std::size_t>(std::count_if(held.begin(), held.end(), [&](const Held& h) { return in_force(h.token, now); })) >= kMost)
    return fail(ErrorCode::kRefused, fmt::format("there are {} tokens already; revoke those that nobody needs", kMost));
  const std::string secret = random_base64url(kSecretBytes);
  Held one;
  one.token.id = random_hex(kIdDigits / 2);
  one.token.name = wish.name;
  one.token.role = wish.role;
  one.token.made_at = now;
  if (wish.lasts) one.token.expires_at = now + *wish.lasts;
  one.secret_sha256 = sha256_hex(secret);
  if (auto written = parts_->insert(one); !written)
    return fail(ErrorCode::kFailed, fmt::format("the token cannot be written down: {}", written.error().message));
  parts_->held.push_back(one);
  return NewToken{one.token, fmt::format("{}{}_{}", kPrefix, one.token.id, secret)};
}

Result<void> TokenBook::revoke(const std::string& name_or_id) {
  const std::lock_guard lock(parts_->mutex);
  const Instant now = parts_->clock.now();
  auto& held = parts_->held;
  // Names may come again: the newest of that name is meant, the others were revoked or ran out.
  const auto found = std::find_if(held.rbegin(), held.rend(), [&](const Held& h) {
    return !h.token.revoked_at && (h.token.id == name_or_id || h.token.name == name_or_id);
  });
  if (found == held.rend())
    return fail(ErrorCode::kNotFound, fmt::format("no token is called '{}'; headroom access token list shows them", name_or_id));
  if (auto noted = parts_->note("revoked_ms", found->token.id, now); !noted)
    return fail(ErrorCode::kFailed, fmt::format("that it is revoked cannot be written down: {}", noted.error().message));
  found->token.revoked_at = now;
  return {};
}

std::vector<Token> TokenBook::all() const {
  const std::lock_guard lock(parts_->mutex);
  std::vector<Token> all;
  for (const Held& h : parts_->held) all.push_back(h.token);
  return all;
}

Result<Token> TokenBook::check(std::string_view text) {
  const auto unknown = [] { return fail(ErrorCode::kRefused, "no such token"); };
  if (text.size() != kPrefix.size() + kIdDigits + 1 + kSecretDigits || !text.starts_with(kPrefix) || text[kPrefix.size() + kIdDigits] != '_')
    return unknown();
  const std::string_view id = text.substr(kPrefix.size(), kIdDigits);
  const std::string hash = sha256_hex(text.substr(kPrefix.size() + kIdDigits + 1));
  const std::lock_guard lock(parts_->mutex);
  const auto found = std::find_if(parts_->held.begin(), parts_->held.end(), [&](const Held& h) { return h.token.id == id; });
  const bool right = equal_in_constant_time(hash, found == parts_->held.end() ? std::string(64, '0') : found->secret_sha256);
  if (found == parts_->held.end() || !right) return unknown();
  Token& token = found->token;
  const Instant now = parts_->clock.now();
  if (token.revoked_at) return fail(ErrorCode::kRefused, fmt::format("the token '{}' was revoked", token.name));
  if (!in_force(token, now)) return fail(ErrorCode::kRefused, fmt::format("the token '{}' ran out at {}", token.name, to_rfc3339(*token.expires_at)));
  if (!token.last_used_at || now - *token.last_used_at >= kUseNoted) {
    token.last_used_at = now;
    // A use that cannot be noted is a use all the same: who may is in memory.
    static_cast<void>(parts_->note("last_used_ms", token.id, now));
  }
  return token;
}

}  // namespace headroom::access
