#include "headroom/ingest/directive_book.h"

#include <fmt/format.h>

#include <mutex>

#include "headroom/identity/openssl.h"
#include "headroom/sqlite/state_file.h"

namespace headroom::ingest {
namespace {

constexpr std::int64_t kApplicationId = 0x4865'4472;  // "HeDr"
constexpr const char* kSchema = R"sql(
BEGIN IMMEDIATE;
CREATE TABLE directives (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, vm TEXT NOT NULL, action INTEGER NOT NULL, moment INTEGER NOT NULL,
                         vcpus_from INTEGER NOT NULL, vcpus_to INTEGER NOT NULL, memory_from INTEGER NOT NULL, memory_to INTEGER NOT NULL,
                         made_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL, reason TEXT NOT NULL, state INTEGER NOT NULL, answer TEXT NOT NULL,
                         carried_on INTEGER NOT NULL, kind INTEGER NOT NULL, interval_ms INTEGER NOT NULL);
CREATE INDEX directives_by_state ON directives (state);
CREATE INDEX directives_by_action ON directives (action);
CREATE INDEX directives_open ON directives (vm) WHERE state = 0;
PRAGMA application_id = 1214596210;
PRAGMA user_version = 2;
COMMIT;
)sql";
// The first knew allocations alone.
constexpr const char* kUpgradeOfFirst = R"sql(
BEGIN IMMEDIATE;
ALTER TABLE directives ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;
ALTER TABLE directives ADD COLUMN interval_ms INTEGER NOT NULL DEFAULT 0;
CREATE INDEX directives_open ON directives (vm) WHERE state = 0;
PRAGMA user_version = 2;
COMMIT;
)sql";
static_assert(kApplicationId == 1214596210, "the pragma above says the same number");

constexpr sqlite::FileKind kFile{"directive book", kApplicationId, 2, kSchema, "move it away: what guests were asked and had not answered is forgotten then"};
constexpr Duration kRemembered = std::chrono::hours(24 * 7);
constexpr std::size_t kIdBytes = 16;
constexpr const char* kColumns =
    "SELECT id, vm, action, moment, vcpus_from, vcpus_to, memory_from, memory_to, made_ms, until_ms, reason, state, answer, carried_on, kind, interval_ms FROM directives ";

std::int64_t ms(Instant t) { return t.time_since_epoch().count(); }

std::string from_hex(std::string_view digits) {
  const auto value = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) bytes += static_cast<char>(value(digits[i]) << 4 | value(digits[i + 1]));
  return bytes;
}

Directive read_row(sqlite::Statement& row) {
  Directive d;
  d.id = from_hex(row.next_text());
  d.vm_uuid = row.next_text();
  d.action = ActionId(static_cast<std::uint32_t>(row.next_int()));
  d.moment = static_cast<Moment>(row.next_int());
  d.vcpus_from = static_cast<std::uint32_t>(row.next_int());
  d.vcpus_to = static_cast<std::uint32_t>(row.next_int());
  d.memory_kib_from = static_cast<std::uint64_t>(row.next_int());
  d.memory_kib_to = static_cast<std::uint64_t>(row.next_int());
  d.made_at = Instant(Duration(row.next_int()));
  d.until = Instant(Duration(row.next_int()));
  d.reason = row.next_text();
  d.state = static_cast<DirectiveState>(row.next_int());
  d.answer = row.next_text();
  d.carried_on = row.next_int() != 0;
  d.kind = static_cast<DirectiveKind>(row.next_int());
  d.interval = Duration(row.next_int());
  return d;
}

Result<std::vector<Directive>> read_all(sqlite::Statement& rows) {
  std::vector<Directive> all;
  for (;;) {
    const auto row = rows.step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return all;
    all.push_back(read_row(rows));
  }
}

// Absent: none.
Result<std::optional<Directive>> find_in(const sqlite::Database& database, const std::string& id) {
  auto row = database.prepare(std::string(kColumns) + "WHERE id = ?");
  if (!row) return tl::unexpected(row.error());
  const std::string digits = identity::to_hex(id);
  const auto found = row->bind(std::string_view(digits)).step();
  if (!found) return tl::unexpected(found.error());
  return *found ? std::optional(read_row(*row)) : std::nullopt;
}

Result<std::string> insert_into(const sqlite::Database& database, const Directive& d, Instant now) {
  const std::string id = identity::random_bytes(kIdBytes);
  if (id.empty()) return fail(ErrorCode::kFailed, "there are no random numbers for a directive: " + identity::openssl_error());
  auto insert = database.prepare(
      "INSERT INTO directives (id, vm, action, moment, vcpus_from, vcpus_to, memory_from, memory_to, made_ms, until_ms, reason, kind, interval_ms, state, answer, carried_on) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '', 0)");
  if (!insert) return tl::unexpected(insert.error());
  const std::string digits = identity::to_hex(id);
  insert->bind(std::string_view(digits)).bind(std::string_view(d.vm_uuid)).bind(std::int64_t{d.action.value()}).bind(static_cast<std::int64_t>(d.moment));
  insert->bind(std::int64_t{d.vcpus_from}).bind(std::int64_t{d.vcpus_to}).bind(static_cast<std::int64_t>(d.memory_kib_from)).bind(static_cast<std::int64_t>(d.memory_kib_to));
  insert->bind(ms(now)).bind(ms(d.until)).bind(std::string_view(d.reason)).bind(static_cast<std::int64_t>(d.kind)).bind(std::int64_t{d.interval.count()});
  if (auto done = insert->run(); !done) return tl::unexpected(done.error());
  return id;
}

// Of one VM, or of all without a UUID: of one, what others have open is not looked at.
// Those that are over are marked, which without any writes nothing and waits for no disk; the others are read.
Result<std::vector<Directive>> read_open(const sqlite::Database& database, Instant now, const std::string* vm_uuid) {
  const std::string which = vm_uuid == nullptr ? "WHERE state = 0" : "WHERE state = 0 AND vm = ?";
  const auto bind_vm = [&](sqlite::Statement& statement) {
    if (vm_uuid != nullptr) statement.bind(std::string_view(*vm_uuid));
  };
  auto end = database.prepare("UPDATE directives SET state = ? " + which + " AND until_ms <= ?");
  if (!end) return tl::unexpected(end.error());
  end->bind(static_cast<std::int64_t>(DirectiveState::kExpired));
  bind_vm(*end);
  if (auto done = end->bind(ms(now)).run(); !done) return tl::unexpected(done.error());
  auto rows = database.prepare(kColumns + which + " ORDER BY number");
  if (!rows) return tl::unexpected(rows.error());
  bind_vm(*rows);
  return read_all(*rows);
}

Result<void> forget_before(const sqlite::Database& database, Instant before) {
  auto forget = database.prepare("DELETE FROM directives WHERE until_ms < ?");
  if (!forget) return tl::unexpected(forget.error());
  return forget->bind(ms(before)).run();
}

}  // namespace

std::string_view name(DirectiveKind kind) {
  switch (kind) {
    case DirectiveKind::kAllocation: return "allocation";
    case DirectiveKind::kSampling: return "sampling";
    case DirectiveKind::kDrain: return "drain";
  }
  return "";
}

std::string_view name(Moment moment) { return moment == Moment::kBefore ? "before" : "after"; }

std::string_view name(DirectiveState state) {
  switch (state) {
    case DirectiveState::kOpen: return "open";
    case DirectiveState::kDone: return "done";
    case DirectiveState::kVetoed: return "vetoed";
    case DirectiveState::kExpired: return "expired";
    case DirectiveState::kFailed: return "failed";
    case DirectiveState::kUnsupported: return "unsupported";
  }
  return "";
}

struct DirectiveBook::Inside {
  sqlite::FileLock lock;  // released last: the database closes first
  sqlite::Database database;
  mutable std::mutex mutex;
  std::atomic<std::uint64_t> asked = 0;
};

DirectiveBook::DirectiveBook(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
DirectiveBook::~DirectiveBook() = default;
std::uint64_t DirectiveBook::asked() const { return inside_->asked.load(std::memory_order_acquire); }

Result<std::unique_ptr<DirectiveBook>> DirectiveBook::open(const std::string& path) {
  auto lock = sqlite::FileLock::acquire(path + ".lock", kFile.noun);
  if (!lock) return tl::unexpected(lock.error());
  auto database = sqlite::open_state_file(path, kFile);
  if (!database) return tl::unexpected(database.error());
  const auto version = database->number("PRAGMA user_version");
  if (!version) return tl::unexpected(version.error());
  if (*version == 1)
    if (auto upgraded = database->execute(kUpgradeOfFirst); !upgraded) return tl::unexpected(upgraded.error());
  return std::unique_ptr<DirectiveBook>(new DirectiveBook(std::unique_ptr<Inside>(new Inside{std::move(*lock), std::move(*database), {}, {}})));
}

Result<std::string> DirectiveBook::ask(const Directive& directive, Instant now) {
  auto ids = ask(std::span(&directive, 1), now);
  if (!ids) return tl::unexpected(ids.error());
  return std::move(ids->front());
}

Result<std::vector<std::string>> DirectiveBook::ask(std::span<const Directive> directives, Instant now) {
  const std::lock_guard lock(inside_->mutex);
  sqlite::Database& database = inside_->database;
  sqlite::Transaction all(database);
  if (!all.begun()) return tl::unexpected(all.begun().error());
  if (auto done = forget_before(database, now - kRemembered); !done) return tl::unexpected(done.error());
  std::vector<std::string> ids;
  for (const Directive& d : directives) {
    auto id = insert_into(database, d, now);
    if (!id) return tl::unexpected(id.error());
    ids.push_back(std::move(*id));
  }
  if (auto done = all.commit(); !done) return tl::unexpected(done.error());
  inside_->asked.fetch_add(1, std::memory_order_release);
  return ids;
}

Result<std::optional<Directive>> DirectiveBook::answer(const std::string& vm_uuid, const std::string& id, DirectiveState state, const std::string& words) {
  const std::lock_guard lock(inside_->mutex);
  // An answer that comes when its time is over is one all the same: the guest did it in time, and its word was late.
  auto update = inside_->database.prepare("UPDATE directives SET state = ?, answer = ? WHERE id = ? AND vm = ? AND state IN (0, ?)");
  if (!update) return tl::unexpected(update.error());
  const std::string digits = identity::to_hex(id);
  update->bind(static_cast<std::int64_t>(state)).bind(std::string_view(words)).bind(std::string_view(digits)).bind(std::string_view(vm_uuid));
  if (auto done = update->bind(static_cast<std::int64_t>(DirectiveState::kExpired)).run(); !done) return tl::unexpected(done.error());
  const auto changed = inside_->database.number("SELECT changes()");
  if (!changed) return tl::unexpected(changed.error());
  if (*changed == 0) return std::nullopt;
  return find_in(inside_->database, id);
}

Result<void> DirectiveBook::carry_on(const std::string& id) {
  const std::lock_guard lock(inside_->mutex);
  auto update = inside_->database.prepare("UPDATE directives SET carried_on = 1 WHERE id = ?");
  if (!update) return tl::unexpected(update.error());
  const std::string digits = identity::to_hex(id);
  return update->bind(std::string_view(digits)).run();
}

Result<std::optional<Directive>> DirectiveBook::find(const std::string& id) const {
  const std::lock_guard lock(inside_->mutex);
  return find_in(inside_->database, id);
}

Result<std::vector<Directive>> DirectiveBook::of_action(ActionId action) const {
  const std::lock_guard lock(inside_->mutex);
  auto rows = inside_->database.prepare(std::string(kColumns) + "WHERE action = ? ORDER BY number");
  if (!rows) return tl::unexpected(rows.error());
  rows->bind(std::int64_t{action.value()});
  return read_all(*rows);
}

Result<std::vector<Directive>> DirectiveBook::open_ones(Instant now) {
  const std::lock_guard lock(inside_->mutex);
  return read_open(inside_->database, now, nullptr);
}

Result<std::vector<Directive>> DirectiveBook::open_of(const std::string& vm_uuid, Instant now) {
  const std::lock_guard lock(inside_->mutex);
  return read_open(inside_->database, now, &vm_uuid);
}

}  // namespace headroom::ingest
