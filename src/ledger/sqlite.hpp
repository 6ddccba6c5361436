#pragma once

#include <sqlite3.h>

#include <memory>
#include <optional>
#include <string>

#include "ledger/database.hpp"

namespace payferry::ledger {

// A thin RAII over sqlite3.
class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(const std::string& path, int flags);

  std::unique_ptr<Prepared> prepare(const char* sql, Rows rows) override;
  void execute(const char* sql) override;
  void define(const std::string& schema) override { execute(schema.c_str()); }
  void make_index(const char* name, const std::string& on) override;
  // There is one writer: what an earlier one left goes.
  void make_private(const std::string& table) override { execute(("DELETE FROM " + table).c_str()); }
  void begin() override;
  bool has_one_writer() const override { return true; }
  void fence(std::int64_t) override {}
  void exclude_admissions() override {}
  void evict_stalled(int) override {}
  void expect_answers_within(std::chrono::seconds) override {}
  void commit() override;
  void rollback() noexcept override;
  bool in_transaction() const override { return sqlite3_get_autocommit(handle_.get()) == 0; }
  void hold() override;
  void interrupt() noexcept override { sqlite3_interrupt(handle_.get()); }
  std::int64_t changes() override { return sqlite3_changes(handle_.get()); }
  std::int64_t version() override;
  void set_version(std::int64_t version) override;
  std::vector<std::string> damage(int most) override;

  sqlite3* handle() const { return handle_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  std::unique_ptr<sqlite3, Close> handle_;
  std::optional<Statement> begin_, commit_;  // prepared when they are first used
};

// What the connection's last failure was.
DatabaseError error_of(sqlite3* handle);
// The failure that an (extended) result code stands for.
DatabaseError error_of(int code, const std::string& message);

}  // namespace payferry::ledger
