#include "headroom/sqlite/database.h"

namespace headroom::sqlite {
namespace {

tl::unexpected<Error> failed(sqlite3* db) { return fail(ErrorCode::kFailed, sqlite3_errmsg(db)); }

}  // namespace

void Statement::bound(int code) {
  if (bind_error_ == SQLITE_OK) bind_error_ = code;
}

Statement& Statement::bind(std::int64_t value) {
  bound(sqlite3_bind_int64(statement_.get(), ++parameter_, value));
  return *this;
}

Statement& Statement::bind(double value) {
  bound(sqlite3_bind_double(statement_.get(), ++parameter_, value));
  return *this;
}

Statement& Statement::bind(std::string_view value) {
  // A null pointer would bind NULL, and an empty view may have one.
  const char* text = value.data() != nullptr ? value.data() : "";
  bound(sqlite3_bind_text(statement_.get(), ++parameter_, text, static_cast<int>(value.size()), SQLITE_TRANSIENT));
  return *this;
}

Statement& Statement::bind(std::optional<std::int64_t> value) {
  if (value) return bind(*value);
  bound(sqlite3_bind_null(statement_.get(), ++parameter_));
  return *this;
}

Result<bool> Statement::step() {
  if (bind_error_ != SQLITE_OK) return fail(ErrorCode::kFailed, sqlite3_errstr(bind_error_));
  column_ = 0;
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return failed(db_);
}

Result<void> Statement::run() {
  if (auto row = step(); !row) return tl::unexpected(row.error());
  return {};
}

std::int64_t Statement::next_int() { return sqlite3_column_int64(statement_.get(), column_++); }
double Statement::next_double() { return sqlite3_column_double(statement_.get(), column_++); }

std::string Statement::next_text() {
  const int column = column_++;
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::optional<std::int64_t> Statement::next_optional_int() {
  if (sqlite3_column_type(statement_.get(), column_) != SQLITE_NULL) return next_int();
  ++column_;
  return std::nullopt;
}

Result<Database> Database::open(const std::string& path, Mode mode) {
  const int flags =
      mode == Mode::kReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
  Database database(raw);  // SQLite hands out a handle, to be closed, even when it fails
  if (code != SQLITE_OK) return fail(ErrorCode::kFailed, raw ? sqlite3_errmsg(raw) : sqlite3_errstr(code));
  // Somebody reading with the sqlite3 shell may hold a lock for a moment.
  sqlite3_busy_timeout(raw, 5000);
  return database;
}

Result<void> Database::execute(const char* sql) {
  if (sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) return failed(db_.get());
  return {};
}

Result<Statement> Database::prepare(std::string_view sql) const {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(db_.get(), sql.data(), static_cast<int>(sql.size()), &raw, nullptr) != SQLITE_OK)
    return failed(db_.get());
  return Statement(db_.get(), raw);
}

Result<std::int64_t> Database::number(std::string_view sql) const {
  auto statement = prepare(sql);
  if (!statement) return tl::unexpected(statement.error());
  auto row = statement->step();
  if (!row) return tl::unexpected(row.error());
  if (!*row) return fail(ErrorCode::kFailed, "no row where there must be one");
  return statement->next_int();
}

Result<std::string> Database::text(std::string_view sql) const {
  auto statement = prepare(sql);
  if (!statement) return tl::unexpected(statement.error());
  auto row = statement->step();
  if (!row) return tl::unexpected(row.error());
  return *row ? statement->next_text() : std::string();
}

}  // namespace headroom::sqlite
