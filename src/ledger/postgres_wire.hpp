#pragma once

#include <libpq-fe.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/ledger_place.hpp"
#include "ledger/database.hpp"

namespace payferry::ledger {

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using PgResult = std::unique_ptr<PGresult, ClearResult>;

// The values of one execution, as the wire wants them: numbers as eight bytes in network order. Texts are not
// copied, unless PostgreSQL could not store them.
class PgValues {
 public:
  // In the order of their indexes; the first one (1) begins anew.
  void put(int index, std::int64_t value);
  void put(int index, std::string_view value);
  void put(int index, std::span<const unsigned char> value);
  int count() const { return static_cast<int>(types_.size()); }
  const Oid* types() const { return types_.data(); }
  const char* const* data();
  const int* lengths() const { return lengths_.data(); }
  const int* formats() const { return formats_.data(); }
  // Tells statements of the same text apart whose values are of other types.
  std::string signature() const;

 private:
  void add(int index, Oid type, const char* text, std::size_t size, std::uint64_t number);
  std::vector<Oid> types_;
  std::vector<const char*> texts_;  // null: the number of that place
  std::vector<std::uint64_t> numbers_;
  std::vector<int> lengths_, formats_;
  std::vector<std::unique_ptr<std::string>> mended_;
  std::vector<const char*> pointers_;
};

// A connection in pipeline mode. What is sent goes out without waiting; the answers are read when somebody
// needs one of them, and then all of them.
class PgWire {
 public:
  PgWire(const LedgerPlace& place, const std::string& application);
  // Whether the server takes connections, if not ours.
  static bool is_answered(const LedgerPlace& place);

  // Sends a statement whose rows nobody wants.
  void send(const std::string& sql, PgValues& values);
  // Sends it and waits for its rows.
  PgResult ask(const std::string& sql, PgValues& values);
  // The same, not prepared first: for statements that are executed once.
  void send_once(const std::string& sql, PgValues& values);
  PgResult ask_once(const std::string& sql, PgValues& values);
  // Several statements without values, by the simple protocol.
  void run(const char* sql);
  // Waits until everything that was sent is answered. Throws the first failure among it.
  void settle() { collect(); }
  // From now on a server that does not answer for so long is taken for lost.
  void set_patience(std::chrono::seconds patience) { patience_ = patience; }
  std::int64_t changes();
  // What the server called the last command that it has done, such as COMMIT.
  const std::string& tag() const { return tag_; }
  void interrupt() noexcept;
  // The server's address where the connection has one; empty for a socket.
  std::string address() const;

 private:
  struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };
  void pipeline();
  void sent(int code);
  PgResult collect();
  PgResult next_result();
  void flush();
  void await(short events);
  DatabaseError error_of(const PGresult* result) const;
  DatabaseError lost() const;

  std::unique_ptr<PGconn, Finish> connection_;
  std::unordered_map<std::string, std::string> names_;  // of prepared statements
  std::chrono::seconds patience_{0};                    // 0: without end
  std::size_t unread_ = 0;                              // answers
  std::int64_t changes_ = 0;
  std::string tag_;
};

}  // namespace payferry::ledger
