#include "headroom/access/audit_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "audit_file.h"
#include "refusals.h"

namespace headroom::access {
namespace {

// Of refused attempts: so many at once, and one more with each such time. Who goes on trying for a year makes the log 1 GB longer.
constexpr double kRefusalsAtOnce = 60;
constexpr Duration kOneRefusal = std::chrono::seconds(10);

AuditEntry cut(AuditEntry entry) {
  for (std::string* text : {&entry.who, &entry.role, &entry.from, &entry.action, &entry.target, &entry.outcome})
    if (text->size() > AuditEntry::kLongest) text->resize(AuditEntry::kLongest);
  return entry;
}

Result<std::vector<AuditRecord>> read_records(sqlite::Statement& rows) {
  std::vector<AuditRecord> all;
  for (;;) {
    const auto row = rows.step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return all;
    all.push_back(read_record(rows));
  }
}

}  // namespace

AuditEntry entry_by(const Caller& caller, std::string action, std::string target) {
  return {caller.who, caller.role ? std::string(name(*caller.role)) : std::string(), caller.from, std::move(action), std::move(target), {}};
}

struct AuditLog::Parts {
  sqlite::FileLock lock;  // released last: the database closes first
  sqlite::Database database;
  const Clock& clock;
  Watch watch;
  std::string path;

  std::mutex mutex{};
  std::string head = no_hash();
  std::int64_t last = 0;
  double refusals_left = kRefusalsAtOnce;
  Instant refusals_at{};
  std::uint64_t unwritten = 0;
  Refusals refusals{};

  Result<void> find_head();
  Result<void> write(const AuditEntry& entry);
  Result<void> tell_unwritten();
  void tell_counts(bool all = false);
  bool may_refuse();
};

Result<void> AuditLog::Parts::find_head() {
  auto row = database.prepare("SELECT number, hash FROM entries ORDER BY number DESC LIMIT 1");
  if (!row) return tl::unexpected(row.error());
  const auto there = row->step();
  if (!there) return tl::unexpected(there.error());
  if (*there) {
    last = row->next_int();
    head = row->next_text();
  }
  // Numbers go on after the highest ever given: where the end was cut off, the gap stays to be seen.
  auto given = database.number("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'entries'");
  if (!given) return tl::unexpected(given.error());
  last = std::max(last, *given);
  return {};
}

Result<void> AuditLog::Parts::write(const AuditEntry& entry) {
  AuditRecord record{last + 1, clock.now(), cut(entry), head, {}};
  record.hash = hash_of(record);
  auto insert = database.prepare(fmt::format("INSERT INTO entries ({}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", kColumns));
  if (!insert) return tl::unexpected(insert.error());
  insert->bind(record.number).bind(static_cast<std::int64_t>(record.at.time_since_epoch().count()));
  const AuditEntry& e = record.entry;
  for (const std::string* text : {&e.who, &e.role, &e.from, &e.action, &e.target, &e.outcome}) insert->bind(std::string_view(*text));
  if (auto done = insert->bind(std::string_view(record.previous)).bind(std::string_view(record.hash)).run(); !done)
    return fail(ErrorCode::kFailed, fmt::format("the audit log cannot be written, and nothing changes without it: {}", done.error().message));
  last = record.number;
  head = record.hash;
  if (watch) watch(record);
  return {};
}

Result<void> AuditLog::Parts::tell_unwritten() {
  if (unwritten == 0) return {};
  auto told = write({"headroomd", "", "", "refuse", "", fmt::format("refused: {} more attempts, too many to write down each", unwritten)});
  if (told) unwritten = 0;
  return told;
}

// A count that may not be written, or cannot, joins those of which only the number is known.
void AuditLog::Parts::tell_counts(bool all) {
  for (const AuditEntry& entry : refusals.take_counts(clock.now(), all))
    if (!may_refuse() || !write(entry)) ++unwritten;
}

bool AuditLog::Parts::may_refuse() {
  const Instant now = clock.now();
  const Duration passed = std::max(now - refusals_at, Duration(0));  // a clock may be set back
  refusals_left = std::min(kRefusalsAtOnce, refusals_left + static_cast<double>(passed.count()) / static_cast<double>(kOneRefusal.count()));
  refusals_at = now;
  if (refusals_left < 1) return false;
  refusals_left -= 1;
  return true;
}

AuditLog::AuditLog(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

AuditLog::~AuditLog() {
  const std::lock_guard lock(parts_->mutex);
  parts_->tell_counts(true);
  static_cast<void>(parts_->tell_unwritten());
}

const std::string& AuditLog::path() const { return parts_->path; }

Result<std::unique_ptr<AuditLog>> AuditLog::open(const std::string& path, const Clock& clock, Watch watch) {
  auto lock = sqlite::FileLock::acquire(path + ".lock", kAuditFile.noun);
  if (!lock) return tl::unexpected(lock.error());
  auto database = sqlite::open_state_file(path, kAuditFile);
  if (!database) return tl::unexpected(database.error());
  auto parts = std::unique_ptr<Parts>(new Parts{std::move(*lock), std::move(*database), clock, std::move(watch), path});
  if (auto found = parts->find_head(); !found)
    return fail(ErrorCode::kFailed, fmt::format("cannot read the audit log {}: {}", path, found.error().message));
  return std::unique_ptr<AuditLog>(new AuditLog(std::move(parts)));
}

Result<void> AuditLog::append(const AuditEntry& entry) {
  const std::lock_guard lock(parts_->mutex);
  parts_->tell_counts();
  if (auto told = parts_->tell_unwritten(); !told) return told;
  return parts_->write(entry);
}

void AuditLog::refuse(AuditEntry entry, const std::string& why) {
  const std::lock_guard lock(parts_->mutex);
  entry.outcome = "refused: " + why;
  entry = cut(std::move(entry));
  parts_->tell_counts();
  if (!parts_->refusals.first_of_its_kind(entry, parts_->clock.now())) return;
  // What cannot be written is counted with what is not to be; it was refused all the same.
  if (!parts_->may_refuse() || !parts_->tell_unwritten() || !parts_->write(entry)) ++parts_->unwritten;
}

void AuditLog::settle() {
  const std::lock_guard lock(parts_->mutex);
  parts_->tell_counts();
}

Result<std::vector<AuditRecord>> AuditLog::newest_by_target(std::string_view action, std::initializer_list<std::string_view> outcomes) const {
  std::string among;
  for (std::size_t i = 0; i < outcomes.size(); ++i) among += fmt::format("{} instr(outcome, ?) = 1", i == 0 ? "AND (" : " OR");
  if (outcomes.size() > 0) among += ")";
  const std::lock_guard lock(parts_->mutex);
  auto rows = parts_->database.prepare(
      fmt::format("SELECT {} FROM entries WHERE number IN (SELECT max(number) FROM entries WHERE action = ? {} GROUP BY target)", kColumns, among));
  if (!rows) return tl::unexpected(rows.error());
  rows->bind(action);
  for (const std::string_view outcome : outcomes) rows->bind(outcome);
  return read_records(*rows);
}

Result<std::vector<AuditRecord>> AuditLog::newest(std::size_t limit) const {
  const std::lock_guard lock(parts_->mutex);
  auto rows = parts_->database.prepare(fmt::format("SELECT {} FROM entries ORDER BY number DESC LIMIT ?", kColumns));
  if (!rows) return tl::unexpected(rows.error());
  rows->bind(static_cast<std::int64_t>(limit));
  return read_records(*rows);
}

}  // namespace headroom::access
