// The little of SQLite that files of state need, with errors as values (kFailed, SQLite's own words).
//
// Threads: one caller at a time. Ownership: a Statement must end before its Database.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "headroom/base/result.h"

namespace headroom::sqlite {

// A prepared statement. bind() takes the parameters in order; step() is true while there is a row.
class Statement {
 public:
  Statement& bind(std::int64_t value);
  Statement& bind(double value);
  Statement& bind(std::string_view value);
  Statement& bind(std::optional<std::int64_t> value);
  Result<bool> step();
  Result<void> run();  // step() of a statement without rows

  // Columns of the present row, read in order. NULL reads as 0, "" or nullopt.
  std::int64_t next_int();
  double next_double();
  std::string next_text();
  std::optional<std::int64_t> next_optional_int();

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }
  };
  Statement(sqlite3* db, sqlite3_stmt* s) : db_(db), statement_(s) {}
  void bound(int code);

  sqlite3* db_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int parameter_ = 0;
  int column_ = 0;
  int bind_error_ = SQLITE_OK;  // the first one; step() reports it
};

class Database {
 public:
  enum class Mode { kReadOnly, kReadWriteCreate };
  static Result<Database> open(const std::string& path, Mode mode);

  Result<void> execute(const char* sql);               // one or more statements without parameters
  Result<Statement> prepare(std::string_view sql) const;
  Result<std::int64_t> number(std::string_view sql) const;   // the first column of the first row
  Result<std::string> text(std::string_view sql) const;
  std::int64_t last_row_id() const { return sqlite3_last_insert_rowid(db_.get()); }

 private:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  explicit Database(sqlite3* db) : db_(db) {}
  std::unique_ptr<sqlite3, Close> db_;
};

// All that is written while it lives, or nothing: what is not committed when it ends is as if it had never been.
class Transaction {
 public:
  explicit Transaction(Database& database) : database_(database), begun_(database.execute("BEGIN IMMEDIATE")) {}
  ~Transaction() {
    if (begun_ && !done_) static_cast<void>(database_.execute("ROLLBACK"));
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  const Result<void>& begun() const { return begun_; }
  Result<void> commit() {
    auto ok = database_.execute("COMMIT");
    done_ = ok.has_value();
    return ok;
  }

 private:
  Database& database_;
  Result<void> begun_;
  bool done_ = false;
};

}  // namespace headroom::sqlite
