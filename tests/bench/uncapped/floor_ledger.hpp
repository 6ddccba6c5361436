#pragma once

#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "floor_draft.hpp"

// The least durable record of an item, in place, on the client's thread. What is stored between two commits
// is durable together.
class FloorLedger {
 public:
  // One row that says after a crash what was asked and what is known, found by its identity; or also, as a
  // ledger must that sends the same bytes again and says what came of them, the link with its customer and
  // each request; or all of that as one row a commit, from which the others are made later and once.
  enum class Rows { items, requests, journal };

  FloorLedger(const std::string& file, Rows rows) : rows_(rows) {
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite3_open_v2(file.c_str(), &database_,
                    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    exec("PRAGMA journal_mode=WAL");
    exec("PRAGMA synchronous=FULL");
    exec(
        "CREATE TABLE item (id INTEGER PRIMARY KEY, identity BLOB UNIQUE, account TEXT, customer TEXT, "
        "payment_method TEXT, clone TEXT, target_customer TEXT)");
    exec(
        "CREATE TABLE link (id INTEGER PRIMARY KEY, identity BLOB UNIQUE, customer TEXT, target_customer "
        "TEXT)");
    exec(
        "CREATE TABLE intent (id INTEGER PRIMARY KEY, key TEXT, body TEXT, sent_ms INTEGER, status INTEGER, "
        "answered_ms INTEGER)");
    add_item_ = prepare(
        "INSERT INTO item (id, identity, account, customer, payment_method) VALUES (?1, ?2, ?3, ?4, ?5)");
    add_link_ = prepare("INSERT INTO link (id, identity, customer) VALUES (?1, ?2, ?3)");
    add_intent_ = prepare("INSERT INTO intent (id, key, body, sent_ms) VALUES (?1, ?2, ?3, ?4)");
    clone_ = prepare("UPDATE item SET clone = ?2 WHERE id = ?1");
    create_ = prepare("UPDATE item SET target_customer = ?2 WHERE id = ?1");
    end_link_ = prepare("UPDATE link SET target_customer = ?2 WHERE id = ?1");
    end_intent_ = prepare("UPDATE intent SET body = '', status = 200, answered_ms = ?2 WHERE id = ?1");
    exec("CREATE TABLE journal (id INTEGER PRIMARY KEY, data TEXT)");
    put_item_ = prepare("REPLACE INTO item VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    put_link_ = prepare("REPLACE INTO link VALUES (?1, ?2, ?3, ?4)");
    put_intent_ = prepare("REPLACE INTO intent VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
    note_ = prepare("INSERT INTO journal (data) VALUES (?1)");
    forget_ = prepare("DELETE FROM journal");
    begin_ = prepare("BEGIN IMMEDIATE");
    commit_ = prepare("COMMIT");
  }
  FloorLedger(const FloorLedger&) = delete;
  FloorLedger& operator=(const FloorLedger&) = delete;
  ~FloorLedger() {
    if (rows_ == Rows::journal) {
      begin();
      flush();
      commit();
    }
    for (sqlite3_stmt* statement :
         {add_item_, add_link_, add_intent_, clone_, create_, end_link_, end_intent_, put_item_, put_link_,
          put_intent_, note_, forget_, begin_, commit_})
      sqlite3_finalize(statement);
    sqlite3_close(database_);
  }

  void insert(std::int64_t id, std::string_view account, std::string_view customer,
              std::string_view payment_method) {
    begin();
    if (rows_ == Rows::journal) return draft_.insert(id, account, customer, payment_method);
    bind_identity(add_item_, id);
    bind(add_item_, 3, account);
    bind(add_item_, 4, customer);
    bind(add_item_, 5, payment_method);
    run(add_item_);
    if (rows_ == Rows::items) return;
    bind_identity(add_link_, -id);
    sqlite3_bind_int64(add_link_, 1, id);
    bind(add_link_, 3, customer);
    run(add_link_);
  }
  // Before it is sent.
  void intend(std::int64_t request, std::string_view key, std::string_view body) {
    if (rows_ == Rows::items) return;
    begin();
    if (rows_ == Rows::journal) return draft_.intend(request, key, body, now_ms());
    sqlite3_bind_int64(add_intent_, 1, request);
    bind(add_intent_, 2, key);
    bind(add_intent_, 3, body);
    sqlite3_bind_int64(add_intent_, 4, now_ms());
    run(add_intent_);
  }
  void cloned(std::int64_t id, std::int64_t request, std::string_view clone) {
    begin();
    if (rows_ == Rows::journal) return draft_.cloned(request, clone, now_ms());
    update(clone_, id, clone);
    end(request);
  }
  void created(std::int64_t id, std::int64_t request, std::string_view customer) {
    begin();
    if (rows_ == Rows::journal) return draft_.created(request, customer, now_ms());
    update(create_, id, customer);
    end(request);
    if (rows_ == Rows::requests) update(end_link_, id, customer);
  }

  // Durable from here on.
  void commit() {
    if (draft_.is_large()) flush();
    if (!draft_.bytes().empty()) {
      bind(note_, 1, draft_.bytes());
      run(note_);
      draft_.bytes().clear();
    }
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
  static std::int64_t now_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  }
  // Scattered like the digest that it stands for, which would be another library's.
  void bind_identity(sqlite3_stmt* statement, std::int64_t id) {
    identity_[0] = scattered(2 * static_cast<std::uint64_t>(id));
    identity_[1] = scattered(2 * static_cast<std::uint64_t>(id) + 1);
    sqlite3_bind_int64(statement, 1, id);
    sqlite3_bind_blob(statement, 2, identity_, sizeof identity_, SQLITE_STATIC);
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
  // Whatever is known into the tables; what is not done is written once more when it is.
  void flush() {
    for (auto& [id, item] : draft_.items()) {
      put(id, item);
      for (int i : {0, 1}) put(2 * id + i, item.requests[i]);
    }
    run(forget_);
    draft_.forget();
  }
  void put(std::int64_t id, const FloorItem& item) {
    bind_identity(put_item_, id);
    int at = 2;
    for (const std::string* text :
         {&item.account, &item.customer, &item.payment_method, &item.clone, &item.target_customer})
      bind(put_item_, ++at, *text);
    run(put_item_);
    bind_identity(put_link_, -id);
    sqlite3_bind_int64(put_link_, 1, id);
    bind(put_link_, 3, item.customer);
    bind(put_link_, 4, item.target_customer);
    run(put_link_);
  }
  void put(std::int64_t number, const FloorItem::Request& request) {
    const bool answered = request.answered_ms != 0;
    sqlite3_bind_int64(put_intent_, 1, number);
    bind(put_intent_, 2, request.key);
    bind(put_intent_, 3, answered ? std::string_view() : request.body);
    sqlite3_bind_int64(put_intent_, 4, request.sent_ms);
    sqlite3_bind_int64(put_intent_, 5, answered ? 200 : 0);
    sqlite3_bind_int64(put_intent_, 6, request.answered_ms);
    run(put_intent_);
  }
  void update(sqlite3_stmt* statement, std::int64_t id, std::string_view value) {
    sqlite3_bind_int64(statement, 1, id);
    bind(statement, 2, value);
    run(statement);
  }
  void end(std::int64_t request) {
    if (rows_ == Rows::items) return;
    sqlite3_bind_int64(end_intent_, 1, request);
    sqlite3_bind_int64(end_intent_, 2, now_ms());
    run(end_intent_);
  }

  Rows rows_;
  sqlite3* database_ = nullptr;
  sqlite3_stmt *add_item_ = nullptr, *add_link_ = nullptr, *add_intent_ = nullptr, *clone_ = nullptr,
               *create_ = nullptr, *end_link_ = nullptr, *end_intent_ = nullptr, *put_item_ = nullptr,
               *put_link_ = nullptr, *put_intent_ = nullptr, *note_ = nullptr, *forget_ = nullptr,
               *begin_ = nullptr, *commit_ = nullptr;
  FloorDraft draft_;
  std::uint64_t identity_[2] = {};
  bool open_ = false;
};
