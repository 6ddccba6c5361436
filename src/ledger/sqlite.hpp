#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

// A thin RAII over sqlite3. Inside the ledger errors are exceptions: a transaction that meets one is given up
// as a whole, in one place.
namespace payferry::ledger {

class SqliteError : public std::runtime_error {
 public:
  SqliteError(int code, const std::string& message) : std::runtime_error(message), code_(code) {}
  int code() const { return code_; }  // extended result code

 private:
  int code_;
};

class Database {
 public:
  Database(const std::string& path, int flags);
  void execute(const char* sql);
  std::int64_t last_id() const { return sqlite3_last_insert_rowid(handle_.get()); }
  int changes() const { return sqlite3_changes(handle_.get()); }
  bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }
  sqlite3* handle() const { return handle_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  std::unique_ptr<sqlite3, Close> handle_;
};

// A prepared statement. Texts and blobs are bound without a copy: they must live until reset(), which exec(),
// one() and the end of a loop over next() do.
class Statement {
 public:
  Statement(Database& database, const char* sql);

  template <class... Values>
  Statement& bind(const Values&... values) {
    reset();
    int index = 0;
    (bind_one(++index, values), ...);
    return *this;
  }
  bool next();  // false at the end, with the statement reset
  void exec();  // runs to the end, ignoring rows
  void reset() { sqlite3_reset(handle_.get()); }

  std::int64_t integer(int column) const { return sqlite3_column_int64(handle_.get(), column); }
  std::string text(int column) const;
  // The word that the column's number stands for. Throws SqliteError (damaged) for a number above `last`'s.
  template <class Word>
  Word word(int column, Word last) const {
    const std::int64_t number = integer(column);
    if (number < 0 || number > static_cast<std::int64_t>(last))
      throw SqliteError(SQLITE_CORRUPT, "the number " + std::to_string(number) + " stands for nothing");
    return static_cast<Word>(number);
  }
  int columns() const { return sqlite3_column_count(handle_.get()); }
  const char* name(int column) const { return sqlite3_column_name(handle_.get(), column); }
  bool is_integer(int column) const { return sqlite3_column_type(handle_.get(), column) == SQLITE_INTEGER; }

 private:
  void bind_one(int index, std::int64_t value) { sqlite3_bind_int64(handle_.get(), index, value); }
  void bind_one(int index, std::uint64_t value) { bind_one(index, static_cast<std::int64_t>(value)); }
  void bind_one(int index, int value) { bind_one(index, std::int64_t{value}); }
  void bind_one(int index, bool value) { bind_one(index, std::int64_t{value}); }
  void bind_one(int index, std::string_view value) {
    // A null pointer would be bound as NULL.
    sqlite3_bind_text(handle_.get(), index, value.data() ? value.data() : "", static_cast<int>(value.size()),
                      SQLITE_STATIC);
  }
  void bind_one(int index, const std::string& value) { bind_one(index, std::string_view(value)); }
  void bind_one(int index, const char* value) { bind_one(index, std::string_view(value)); }
  void bind_one(int index, std::span<const unsigned char> value) {
    sqlite3_bind_blob(handle_.get(), index, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
  }

  struct Finalize {
    void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
  };
  Database& database_;
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

}  // namespace payferry::ledger
