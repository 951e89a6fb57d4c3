#include "headroom/identity/identity_book.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "headroom/identity/join_token.h"
#include "headroom/sqlite/state_file.h"

namespace headroom::identity {
namespace {

constexpr std::int64_t kApplicationId = 0x4865'4964;  // "HeId"
constexpr const char* kSchema = R"sql(
BEGIN IMMEDIATE;
CREATE TABLE tokens (hash TEXT PRIMARY KEY, vm TEXT NOT NULL, made_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL, used_ms INTEGER) WITHOUT ROWID;
CREATE INDEX tokens_by_end ON tokens (until_ms);
CREATE TABLE certificates (serial TEXT PRIMARY KEY, vm TEXT NOT NULL, from_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL, revoked_ms INTEGER,
                           renewed_from TEXT) WITHOUT ROWID;
CREATE INDEX certificates_by_vm ON certificates (vm);
CREATE INDEX certificates_by_end ON certificates (until_ms);
CREATE INDEX certificates_by_former ON certificates (renewed_from);
PRAGMA application_id = 1214597476;
PRAGMA user_version = 1;
COMMIT;
)sql";
static_assert(kApplicationId == 1214597476, "the pragma above says the same number");

constexpr sqlite::FileKind kFile{"identity book", kApplicationId, 1, kSchema, "restore it from a backup, or move it away and let every agent join again"};

constexpr std::int64_t kMostTokens = 100'000;
constexpr Duration kRemembered = std::chrono::hours(24 * 7);
constexpr Duration kClocksDiffer = std::chrono::hours(1);   // guests' clocks may be behind

std::int64_t ms(Instant t) { return t.time_since_epoch().count(); }
Instant at_ms(std::int64_t t) { return Instant(Duration(t)); }

}  // namespace

struct IdentityBook::Inside {
  sqlite::FileLock lock;  // released last: the database closes first
  sqlite::Database database;
  const Authority& authority;
  Duration certificates_last;
  mutable std::mutex mutex;
  std::atomic<std::uint64_t> revocations = 0;

  Result<void> forget(Instant now);
  Result<Issued> issue(const std::string& vm, const std::string& renewed_from, std::string_view request, Instant now);
  Result<Standing> standing(const std::string& serial, Instant now, std::string* vm) const;
  Result<std::int64_t> change(std::string_view sql, const std::string& of, Instant now);
};

IdentityBook::IdentityBook(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
IdentityBook::~IdentityBook() = default;
const Authority& IdentityBook::authority() const { return inside_->authority; }
std::uint64_t IdentityBook::revocations() const { return inside_->revocations.load(std::memory_order_acquire); }

Result<std::unique_ptr<IdentityBook>> IdentityBook::open(const std::string& path, const Authority& authority, Duration certificates_last) {
  if (certificates_last <= kClocksDiffer || certificates_last > kLongestCertificate)
    return invalid(fmt::format("certificates last more than {} and {} at most", to_text(kClocksDiffer), to_text(kLongestCertificate)));
  auto lock = sqlite::FileLock::acquire(path + ".lock", kFile.noun);
  if (!lock) return tl::unexpected(lock.error());
  auto database = sqlite::open_state_file(path, kFile);
  if (!database) return tl::unexpected(database.error());
  return std::unique_ptr<IdentityBook>(
      new IdentityBook(std::unique_ptr<Inside>(new Inside{std::move(*lock), std::move(*database), authority, certificates_last, {}, {}})));
}

Result<void> IdentityBook::Inside::forget(Instant now) {
  for (const char* table : {"tokens", "certificates"}) {
    auto erase = database.prepare(fmt::format("DELETE FROM {} WHERE until_ms < ?", table));
    if (!erase) return tl::unexpected(erase.error());
    if (auto done = erase->bind(ms(now - kRemembered)).run(); !done) return done;
  }
  return {};
}

Result<std::string> IdentityBook::make_token(const std::string& vm_uuid, Duration lasts, Instant now) {
  if (!is_uuid(vm_uuid)) return invalid(fmt::format("'{}' is no UUID of a VM", vm_uuid));
  Inside& in = *inside_;
  const std::lock_guard lock(in.mutex);
  sqlite::Transaction all(in.database);
  if (!all.begun()) return tl::unexpected(all.begun().error());
  if (auto ok = in.forget(now); !ok) return tl::unexpected(ok.error());
  const auto open = in.database.number(fmt::format("SELECT count(*) FROM tokens WHERE used_ms IS NULL AND until_ms > {}", ms(now)));
  if (!open) return tl::unexpected(open.error());
  if (*open >= kMostTokens) return fail(ErrorCode::kRefused, fmt::format("{} join tokens are open already; let some be used, or end", *open));
  const JoinToken token = JoinToken::make(in.authority.fingerprint());
  if (token.secret.empty()) return fail(ErrorCode::kFailed, "there are no random numbers for a token: " + openssl_error());
  auto insert = in.database.prepare("INSERT INTO tokens (hash, vm, made_ms, until_ms) VALUES (?, ?, ?, ?)");
  if (!insert) return tl::unexpected(insert.error());
  const std::string hash = token.hash();
  if (auto done = insert->bind(std::string_view(hash)).bind(std::string_view(vm_uuid)).bind(ms(now)).bind(ms(now + lasts)).run(); !done)
    return tl::unexpected(done.error());
  if (auto done = all.commit(); !done) return tl::unexpected(done.error());
  return token.text();
}

Result<Issued> IdentityBook::Inside::issue(const std::string& vm, const std::string& renewed_from, std::string_view request, Instant now) {
  Issued issued{vm, new_serial(), {}, now - kClocksDiffer + certificates_last};
  if (issued.serial.empty()) return fail(ErrorCode::kFailed, "there are no random numbers for a certificate: " + openssl_error());
  auto certificate = authority.issue(request, {vm, issued.serial, now - kClocksDiffer, issued.until});
  if (!certificate) return tl::unexpected(certificate.error());
  issued.certificate = std::move(*certificate);
  auto insert = database.prepare("INSERT INTO certificates (serial, vm, from_ms, until_ms, renewed_from) VALUES (?, ?, ?, ?, ?)");
  if (!insert) return tl::unexpected(insert.error());
  insert->bind(std::string_view(issued.serial)).bind(std::string_view(vm)).bind(ms(now - kClocksDiffer)).bind(ms(issued.until));
  if (auto done = insert->bind(std::string_view(renewed_from)).run(); !done) return tl::unexpected(done.error());
  return issued;
}

Result<Issued> IdentityBook::join(std::string_view text, std::string_view request, Instant now) {
  const auto token = JoinToken::parse(text);
  if (!token) return fail(ErrorCode::kRefused, "what was given is no join token");
  Inside& in = *inside_;
  const std::lock_guard lock(in.mutex);
  sqlite::Transaction all(in.database);
  if (!all.begun()) return tl::unexpected(all.begun().error());
  const std::string hash = token->hash();
  auto find = in.database.prepare("SELECT vm, until_ms, used_ms FROM tokens WHERE hash = ?");
  if (!find) return tl::unexpected(find.error());
  const auto found = find->bind(std::string_view(hash)).step();
  if (!found) return tl::unexpected(found.error());
  if (!*found) return fail(ErrorCode::kRefused, "no such join token was made, or it was revoked");
  const std::string vm = find->next_text();
  const Instant until = at_ms(find->next_int());
  if (const auto used = find->next_optional_int())
    return fail(ErrorCode::kRefused, fmt::format("the join token of VM {} was used at {} already", vm, to_rfc3339(at_ms(*used))));
  if (until <= now) return fail(ErrorCode::kRefused, fmt::format("the join token of VM {} ended at {}", vm, to_rfc3339(until)));
  auto burn = in.database.prepare("UPDATE tokens SET used_ms = ? WHERE hash = ?");
  if (!burn) return tl::unexpected(burn.error());
  if (auto done = burn->bind(ms(now)).bind(std::string_view(hash)).run(); !done) return tl::unexpected(done.error());
  auto issued = in.issue(vm, {}, request, now);
  if (!issued) return issued;
  if (auto done = all.commit(); !done) return tl::unexpected(done.error());
  return issued;
}

Result<Standing> IdentityBook::Inside::standing(const std::string& serial, Instant now, std::string* vm) const {
  auto find = database.prepare("SELECT vm, until_ms, revoked_ms FROM certificates WHERE serial = ?");
  if (!find) return tl::unexpected(find.error());
  const auto found = find->bind(std::string_view(serial)).step();
  if (!found) return tl::unexpected(found.error());
  if (!*found) return Standing::kUnknown;
  const std::string of = find->next_text();
  if (vm != nullptr) *vm = of;
  const Instant until = at_ms(find->next_int());
  if (find->next_optional_int()) return Standing::kRevoked;
  return until > now ? Standing::kGood : Standing::kExpired;
}

Result<Standing> IdentityBook::standing(const std::string& serial, Instant now) const {
  const std::lock_guard lock(inside_->mutex);
  return inside_->standing(serial, now, nullptr);
}

Result<Issued> IdentityBook::renew(const std::string& serial, std::string_view request, Instant now) {
  Inside& in = *inside_;
  const std::lock_guard lock(in.mutex);
  sqlite::Transaction all(in.database);
  if (!all.begun()) return tl::unexpected(all.begun().error());
  std::string vm;
  const auto standing = in.standing(serial, now, &vm);
  if (!standing) return tl::unexpected(standing.error());
  if (*standing != Standing::kGood) return fail(ErrorCode::kRefused, fmt::format("certificate {} is not good any more, so it is not renewed", serial));
  auto issued = in.issue(vm, serial, request, now);
  if (!issued) return issued;
  if (auto ok = in.forget(now); !ok) return tl::unexpected(ok.error());
  if (auto done = all.commit(); !done) return tl::unexpected(done.error());
  return issued;
}

// `sql` takes what it is of (?1) and the moment (?2); how many rows it changed.
Result<std::int64_t> IdentityBook::Inside::change(std::string_view sql, const std::string& of, Instant now) {
  auto statement = database.prepare(sql);
  if (!statement) return tl::unexpected(statement.error());
  if (auto done = statement->bind(std::string_view(of)).bind(ms(now)).run(); !done) return tl::unexpected(done.error());
  return database.number("SELECT changes()");
}

Result<std::size_t> IdentityBook::revoke_vm(const std::string& vm_uuid, Instant now) {
  Inside& in = *inside_;
  const std::lock_guard lock(in.mutex);
  sqlite::Transaction all(in.database);
  if (!all.begun()) return tl::unexpected(all.begun().error());
  const auto certificates = in.change("UPDATE certificates SET revoked_ms = ?2 WHERE vm = ?1 AND revoked_ms IS NULL AND until_ms > ?2", vm_uuid, now);
  if (!certificates) return tl::unexpected(certificates.error());
  const auto tokens = in.change("DELETE FROM tokens WHERE vm = ?1 AND used_ms IS NULL AND until_ms > ?2", vm_uuid, now);
  if (!tokens) return tl::unexpected(tokens.error());
  if (*certificates + *tokens == 0) return fail(ErrorCode::kNotFound, fmt::format("VM {} has neither a certificate nor a join token that could be revoked", vm_uuid));
  if (auto done = all.commit(); !done) return tl::unexpected(done.error());
  in.revocations.fetch_add(1, std::memory_order_release);
  return static_cast<std::size_t>(*certificates + *tokens);
}

Result<std::size_t> IdentityBook::revoke_serial(const std::string& serial, Instant now) {
  Inside& in = *inside_;
  const std::lock_guard lock(in.mutex);
  sqlite::Transaction all(in.database);
  if (!all.begun()) return tl::unexpected(all.begun().error());
  const auto revoked = in.change(
      "WITH RECURSIVE heirs (serial) AS (VALUES (?1) UNION SELECT c.serial FROM certificates c JOIN heirs h ON c.renewed_from = h.serial) "
      "UPDATE certificates SET revoked_ms = ?2 WHERE serial IN (SELECT serial FROM heirs) AND revoked_ms IS NULL AND until_ms > ?2", serial, now);
  if (!revoked) return tl::unexpected(revoked.error());
  if (*revoked == 0) return fail(ErrorCode::kNotFound, fmt::format("there is no certificate {} that could be revoked", serial));
  if (auto done = all.commit(); !done) return tl::unexpected(done.error());
  in.revocations.fetch_add(1, std::memory_order_release);
  return static_cast<std::size_t>(*revoked);
}

Result<std::vector<CertificateRow>> IdentityBook::certificates(Instant now) const {
  const std::lock_guard lock(inside_->mutex);
  auto rows = inside_->database.prepare("SELECT serial, vm, from_ms, until_ms, revoked_ms FROM certificates WHERE until_ms > ? ORDER BY vm, from_ms, serial");
  if (!rows) return tl::unexpected(rows.error());
  rows->bind(ms(now));
  std::vector<CertificateRow> all;
  for (;;) {
    const auto row = rows->step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return all;
    CertificateRow one;
    one.serial = rows->next_text();
    one.vm_uuid = rows->next_text();
    one.from = at_ms(rows->next_int());
    one.until = at_ms(rows->next_int());
    if (const auto revoked = rows->next_optional_int()) one.revoked_at = at_ms(*revoked);
    all.push_back(std::move(one));
  }
}

Result<std::vector<TokenRow>> IdentityBook::open_tokens(Instant now) const {
  const std::lock_guard lock(inside_->mutex);
  auto rows = inside_->database.prepare("SELECT vm, made_ms, until_ms FROM tokens WHERE used_ms IS NULL AND until_ms > ? ORDER BY vm, made_ms");
  if (!rows) return tl::unexpected(rows.error());
  rows->bind(ms(now));
  std::vector<TokenRow> all;
  for (;;) {
    const auto row = rows->step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return all;
    TokenRow one;
    one.vm_uuid = rows->next_text();
    one.made_at = at_ms(rows->next_int());
    one.until = at_ms(rows->next_int());
    all.push_back(std::move(one));
  }
}

}  // namespace headroom::identity
