#include "headroom/actuator/sqlite_journal.h"

#include <fmt/format.h>

#include "journal_file.h"
#include "journal_row.h"

namespace headroom {

struct SqliteJournal::Parts {
  sqlite::FileLock lock;  // released last: the database closes first
  sqlite::Database database;

  Result<std::vector<JournalRecord>> select(std::string_view where, std::optional<std::int64_t> parameter) const;
  Result<ActionPhase> phase_of(ActionId id) const;
};

SqliteJournal::SqliteJournal(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
SqliteJournal::~SqliteJournal() = default;

Result<std::unique_ptr<SqliteJournal>> SqliteJournal::open(const std::string& path) {
  auto lock = sqlite::FileLock::acquire(path + ".lock", kJournalFile.noun);
  if (!lock) return tl::unexpected(lock.error());
  auto database = sqlite::open_state_file(path, kJournalFile);
  if (!database) return tl::unexpected(database.error());
  auto parts = std::make_unique<Parts>(Parts{std::move(*lock), std::move(*database)});
  return std::unique_ptr<SqliteJournal>(new SqliteJournal(std::move(parts)));
}

Result<ActionId> SqliteJournal::append(const Action& action, Instant planned_at) {
  std::string marks;
  for (int i = 0; i < kActionColumnCount; ++i) marks += "?, ";
  auto insert = parts_->database.prepare(
      fmt::format("INSERT INTO actions ({}, phase, planned_at_ms, changed_at_ms, message) VALUES ({}?, ?, ?, '')",
                  kActionColumns, marks));
  if (!insert) return tl::unexpected(insert.error());
  bind_action(*insert, action);
  insert->bind(name(ActionPhase::kPlanned)).bind(to_ms(planned_at)).bind(to_ms(planned_at));
  if (auto ok = insert->run(); !ok) return tl::unexpected(ok.error());
  return ActionId(static_cast<std::uint32_t>(parts_->database.last_row_id()));
}

Result<ActionPhase> SqliteJournal::Parts::phase_of(ActionId id) const {
  auto select = database.prepare("SELECT phase FROM actions WHERE id = ?");
  if (!select) return tl::unexpected(select.error());
  auto row = select->bind(std::int64_t{id.value()}).step();
  if (!row) return tl::unexpected(row.error());
  if (!*row) return invalid(fmt::format("action {} is not in the journal", id.value()));
  const auto phase = parse_action_phase(select->next_text());
  if (!phase) return fail(ErrorCode::kFailed, fmt::format("action {} of the journal has no known phase", id.value()));
  return *phase;
}

Result<void> SqliteJournal::record(ActionId id, ActionPhase phase, Instant at, const std::string& message) {
  const auto from = parts_->phase_of(id);
  if (!from) return tl::unexpected(from.error());
  if (!may_follow(*from, phase))
    return invalid(fmt::format("action {} cannot pass from {} to {}", id.value(), name(*from), name(phase)));
  auto update =
      parts_->database.prepare("UPDATE actions SET phase = ?, changed_at_ms = ?, message = ? WHERE id = ?");
  if (!update) return tl::unexpected(update.error());
  update->bind(name(phase)).bind(to_ms(at)).bind(std::string_view(message)).bind(std::int64_t{id.value()});
  return update->run();
}

Result<std::vector<JournalRecord>> SqliteJournal::Parts::select(std::string_view where,
                                                                std::optional<std::int64_t> parameter) const {
  auto rows = database.prepare(fmt::format("SELECT id, phase, planned_at_ms, changed_at_ms, message, {} FROM actions "
                                           "WHERE {} ORDER BY id",
                                           kActionColumns, where));
  if (!rows) return tl::unexpected(rows.error());
  if (parameter) rows->bind(*parameter);
  std::vector<JournalRecord> records;
  while (true) {
    const auto row = rows->step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return records;
    auto record = read_record(*rows);
    if (!record) return tl::unexpected(record.error());
    records.push_back(std::move(*record));
  }
}

Result<std::vector<JournalRecord>> SqliteJournal::unfinished() const {
  return parts_->select("phase IN ('planned', 'started', 'unknown', 'claimed')", std::nullopt);
}

Result<std::vector<JournalRecord>> SqliteJournal::changed_since(Instant since) const {
  return parts_->select("changed_at_ms >= ?", to_ms(since));
}

Result<void> SqliteJournal::save(const SafetyState& state) {
  auto replace = parts_->database.prepare(
      "INSERT OR REPLACE INTO safety_state (only_row, paused_at_ms, pause_reason, failures_in_a_row, "
      "breaker_open_since_ms) VALUES (1, ?, ?, ?, ?)");
  if (!replace) return tl::unexpected(replace.error());
  auto column = [](const std::optional<Instant>& t) { return t ? std::optional(to_ms(*t)) : std::nullopt; };
  replace->bind(column(state.paused_at)).bind(std::string_view(state.pause_reason));
  replace->bind(std::int64_t{state.failures_in_a_row}).bind(column(state.breaker_open_since));
  return replace->run();
}

Result<SafetyState> SqliteJournal::safety_state() const {
  auto select = parts_->database.prepare(
      "SELECT paused_at_ms, pause_reason, failures_in_a_row, breaker_open_since_ms FROM safety_state");
  if (!select) return tl::unexpected(select.error());
  const auto row = select->step();
  if (!row) return tl::unexpected(row.error());
  SafetyState state;
  if (!*row) return state;
  if (const auto ms = select->next_optional_int()) state.paused_at = from_ms(*ms);
  state.pause_reason = select->next_text();
  state.failures_in_a_row = static_cast<int>(select->next_int());
  if (const auto ms = select->next_optional_int()) state.breaker_open_since = from_ms(*ms);
  return state;
}

}  // namespace headroom
