#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

// The least durable record of an item that says after a crash what was asked and what is known: one row,
// found by its identity. In place, on the client's thread. What is stored between two commits is durable
// together.
class FloorLedger {
 public:
  explicit FloorLedger(const std::string& file) {
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite3_open_v2(file.c_str(), &database_,
                    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    exec("PRAGMA journal_mode=WAL");
    exec("PRAGMA synchronous=FULL");
    exec(
        "CREATE TABLE item (id INTEGER PRIMARY KEY, identity BLOB UNIQUE, account TEXT, customer TEXT, "
        "payment_method TEXT, clone TEXT, target_customer TEXT)");
    insert_ = prepare(
        "INSERT INTO item (id, identity, account, customer, payment_method) VALUES (?1, ?2, ?3, ?4, ?5)");
    clone_ = prepare("UPDATE item SET clone = ?2 WHERE id = ?1");
    create_ = prepare("UPDATE item SET target_customer = ?2 WHERE id = ?1");
    begin_ = prepare("BEGIN IMMEDIATE");
    commit_ = prepare("COMMIT");
  }
  FloorLedger(const FloorLedger&) = delete;
  FloorLedger& operator=(const FloorLedger&) = delete;
  ~FloorLedger() {
    for (sqlite3_stmt* statement : {insert_, clone_, create_, begin_, commit_}) sqlite3_finalize(statement);
    sqlite3_close(database_);
  }

  void insert(std::int64_t id, std::string_view account, std::string_view customer,
              std::string_view payment_method) {
    begin();
    // Scattered like the digest that it stands for, which would be another library's.
    const std::uint64_t identity[2] = {scattered(2 * static_cast<std::uint64_t>(id)),
                                       scattered(2 * static_cast<std::uint64_t>(id) + 1)};
    sqlite3_bind_int64(insert_, 1, id);
    sqlite3_bind_blob(insert_, 2, identity, sizeof identity, SQLITE_STATIC);
    bind(insert_, 3, account);
    bind(insert_, 4, customer);
    bind(insert_, 5, payment_method);
    run(insert_);
  }
  void cloned(std::int64_t id, std::string_view clone) { update(clone_, id, clone); }
  void created(std::int64_t id, std::string_view customer) { update(create_, id, customer); }

  // Durable from here on.
  void commit() {
    if (open_) run(commit_);
    open_ = false;
  }

 private:
  // The finaliser of splitmix64: one number for each.
  static std::uint64_t scattered(std::uint64_t number) {
    number += 0x9e3779b97f4a7c15;
    number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9;
    number = (number ^ (number >> 27)) * 0x94d049bb133111eb;
    return number ^ (number >> 31);
  }
  static void bind(sqlite3_stmt* statement, int index, std::string_view text) {
    sqlite3_bind_text(statement, index, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  }
  [[noreturn]] void fail() {
    std::fprintf(stderr, "bench_floor: the ledger: %s\n", sqlite3_errmsg(database_));
    std::exit(1);
  }
  void exec(const char* sql) {
    if (sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail();
  }
  sqlite3_stmt* prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v3(database_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK)
      fail();
    return statement;
  }
  void run(sqlite3_stmt* statement) {
    if (sqlite3_step(statement) != SQLITE_DONE) fail();
    sqlite3_reset(statement);
  }
  void begin() {
    if (!open_) run(begin_);
    open_ = true;
  }
  void update(sqlite3_stmt* statement, std::int64_t id, std::string_view value) {
    begin();
    sqlite3_bind_int64(statement, 1, id);
    bind(statement, 2, value);
    run(statement);
  }

  sqlite3* database_ = nullptr;
  sqlite3_stmt *insert_ = nullptr, *clone_ = nullptr, *create_ = nullptr, *begin_ = nullptr,
               *commit_ = nullptr;
  bool open_ = false;
};
