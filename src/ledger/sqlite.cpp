#include "ledger/sqlite.hpp"

#include <fmt/format.h>

namespace payferry::ledger {
namespace {

using Kind = DatabaseError::Kind;

Kind kind_of(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL:
      return Kind::full;
    case SQLITE_NOTADB:
      return Kind::foreign;
    case SQLITE_CORRUPT:
      return Kind::damaged;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return Kind::unwritable;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Kind::locked;
    case SQLITE_IOERR:
      return Kind::disk;
    case SQLITE_INTERRUPT:
      return Kind::interrupted;
    default:
      return Kind::other;
  }
}

// Nobody asks how much memory SQLite uses, and counting it takes a lock at every allocation. Only before its
// first use.
void begin_sqlite() {
  static const int configured = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(configured);
}

// Rows come one at a time whatever their number.
class SqliteStatement final : public Prepared {
 public:
  SqliteStatement(sqlite3* database, const char* sql) : database_(database) {
    sqlite3_stmt* handle = nullptr;
    if (sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, nullptr) != SQLITE_OK)
      throw error_of(database);
    handle_.reset(handle);
    bound_.resize(static_cast<std::size_t>(sqlite3_bind_parameter_count(handle)));
  }

  void bind_integer(int index, std::int64_t value) override {
    if (keeps(index, {Bound::What::integer, value})) return;
    sqlite3_bind_int64(handle_.get(), index, value);
  }
  void bind_text(int index, std::string_view value) override {
    if (value.empty()) {
      if (!keeps(index, {Bound::What::no_text, 0}))
        sqlite3_bind_text(handle_.get(), index, "", 0, SQLITE_STATIC);
      return;
    }
    keeps(index, {});
    sqlite3_bind_text(handle_.get(), index, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
  }
  void bind_bytes(int index, std::span<const unsigned char> value) override {
    keeps(index, {});
    sqlite3_bind_blob(handle_.get(), index, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
  }

  bool next() override {
    runs_ = true;
    const int code = sqlite3_step(handle_.get());
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) {
      const DatabaseError error = error_of(database_);
      reset();
      throw error;
    }
    reset();
    return false;
  }

  void exec() override {
    while (next()) {
    }
  }
  std::int64_t insert() override {
    exec();
    return sqlite3_changes(database_) == 0 ? 0 : sqlite3_last_insert_rowid(database_);
  }
  void reset() override {
    if (runs_) sqlite3_reset(handle_.get());
    runs_ = false;
  }

  std::int64_t integer(int column) const override { return sqlite3_column_int64(handle_.get(), column); }
  std::string text(int column) const override {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
    return data ? std::string(data, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column)))
                : "";
  }
  std::string bytes(int column) const override {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(handle_.get(), column));
    return data ? std::string(data, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column)))
                : "";
  }
  int columns() const override { return sqlite3_column_count(handle_.get()); }
  const char* name(int column) const override { return sqlite3_column_name(handle_.get(), column); }
  bool is_integer(int column) const override {
    return sqlite3_column_type(handle_.get(), column) == SQLITE_INTEGER;
  }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
  };
  // What a parameter has been given, as far as it may stay there: most counters and most texts are what they
  // were in the row before, 0 and empty, and handing a value over costs as much as writing it.
  struct Bound {
    enum class What : unsigned char { passing, integer, no_text };
    What what = What::passing;
    std::int64_t integer = 0;
    bool operator==(const Bound&) const = default;
  };

  // Whether the parameter has that already.
  bool keeps(int index, Bound wanted) {
    Bound& bound = bound_.at(static_cast<std::size_t>(index - 1));
    if (wanted.what != Bound::What::passing && bound == wanted) return true;
    bound = wanted;
    return false;
  }

  sqlite3* database_;
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
  std::vector<Bound> bound_;
  bool runs_ = false;
};

}  // namespace

DatabaseError error_of(int code, const std::string& message) {
  return {kind_of(code), message};
}

DatabaseError error_of(sqlite3* handle) {
  return error_of(sqlite3_extended_errcode(handle), sqlite3_errmsg(handle));
}

SqliteDatabase::SqliteDatabase(const std::string& path, int flags) {
  begin_sqlite();
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(handle);
  if (code != SQLITE_OK) throw error_of(code, handle ? sqlite3_errmsg(handle) : "out of memory");
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, 5000);
}

std::unique_ptr<Prepared> SqliteDatabase::prepare(const char* sql, Rows) {
  return std::make_unique<SqliteStatement>(handle_.get(), sql);
}

void SqliteDatabase::execute(const char* sql) {
  if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) throw error_of(handle_.get());
}

void SqliteDatabase::make_index(const char* name, const std::string& on) {
  execute(("CREATE INDEX IF NOT EXISTS " + std::string(name) + " ON " + on).c_str());
}

void SqliteDatabase::begin() {
  if (!begin_) begin_.emplace(*this, "BEGIN IMMEDIATE");
  begin_->exec();
}

void SqliteDatabase::commit() {
  if (!commit_) commit_.emplace(*this, "COMMIT");
  commit_->exec();
}

void SqliteDatabase::rollback() noexcept {
  if (in_transaction()) sqlite3_exec(handle_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

// The moment is that of the first read.
void SqliteDatabase::hold() {
  execute("BEGIN");
  Statement(*this, "SELECT 1 FROM sqlite_master LIMIT 1").bind().next();
}

std::int64_t SqliteDatabase::version() {
  Statement version(*this, "PRAGMA user_version");
  return version.bind().next() ? version.integer(0) : 0;
}

void SqliteDatabase::set_version(std::int64_t version) {
  execute(fmt::format("PRAGMA user_version = {}", version).c_str());
}

std::vector<std::string> SqliteDatabase::damage(int most) {
  std::vector<std::string> found;
  Statement looked(*this, fmt::format("PRAGMA integrity_check({})", most).c_str());
  for (looked.bind(); looked.next();)
    if (looked.text(0) != "ok") found.push_back(looked.text(0));
  return found;
}

}  // namespace payferry::ledger
