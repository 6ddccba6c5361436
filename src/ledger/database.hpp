#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

// What the ledger's stores are written against: SQL that SQLite and PostgreSQL both understand, with one
// engine or the other behind it. Inside the ledger errors are exceptions: a transaction that meets one is
// given up as a whole, in one place.
//
// The common words: truths are the numbers 0 and 1 where they are stored (CASE WHEN … THEN 1 ELSE 0 END) and
// may be any comparison where they are only read; ON CONFLICT for what may be there; `?` or `?1` for what is
// bound; insert() for a new row's id.
namespace payferry::ledger {

class DatabaseError : public std::runtime_error {
 public:
  enum class Kind {
    other,
    full,         // no room on its disk
    foreign,      // nothing that this engine reads
    damaged,      // what it read cannot be
    unwritable,   // not allowed to write there
    locked,       // another program keeps it
    disk,         // its disk fails
    gone,         // the server does not answer any more
    interrupted,  // somebody asked for it
    fenced,       // the other workers of the fleet have put this one out of the way
    collided,     // with another transaction: the same once more may well succeed
  };
  DatabaseError(Kind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

// What a command that only reads may write into a ledger: what a run that was killed had done and not yet put
// into the tables. Beside a run it may not, and sees what is half a second old at most.
enum class Touch { journal, nothing };

// Whether a query's rows may be more than memory wants to hold.
enum class Rows { few, many };

// A statement as an engine has prepared it; Statement says what its functions promise.
class Prepared {
 public:
  virtual ~Prepared() = default;
  // From index 1 on, after reset(). Texts and bytes are not copied.
  virtual void bind_integer(int index, std::int64_t value) = 0;
  virtual void bind_text(int index, std::string_view value) = 0;
  virtual void bind_bytes(int index, std::span<const unsigned char> value) = 0;
  virtual bool next() = 0;
  virtual void exec() = 0;
  virtual std::int64_t insert() = 0;
  virtual void reset() = 0;
  virtual std::int64_t integer(int column) const = 0;
  virtual std::string text(int column) const = 0;
  virtual std::string bytes(int column) const = 0;
  virtual int columns() const = 0;
  virtual const char* name(int column) const = 0;
  virtual bool is_integer(int column) const = 0;
};

// A connection; from one thread at a time, but for interrupt().
class Database {
 public:
  Database() = default;
  virtual ~Database() = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  virtual std::unique_ptr<Prepared> prepare(const char* sql, Rows rows) = 0;
  // One or several statements without values.
  virtual void execute(const char* sql) = 0;
  // Unless it is there. Whoever else makes it at the same time is waited for.
  virtual void make_index(const char* name, const std::string& on) = 0;
  // From now on the table is empty, and nobody else sees what this connection puts into it.
  virtual void make_private(const std::string& table) = 0;
  // Tables and indexes in the words of ledger/schema.hpp, which the engine turns into its own.
  virtual void define(const std::string& schema) = 0;

  // A transaction that writes.
  virtual void begin() = 0;
  // Whether whoever writes is the only one: what only it knows is not missed by another.
  virtual bool has_one_writer() const = 0;
  // In a transaction: it fails (fenced) unless the worker is still one of the fleet's, which it stays until
  // the transaction's end. Nothing where a ledger has one writer.
  virtual void fence(std::int64_t worker) = 0;
  // In a transaction, at its beginning: until its end nobody else admits anything. Nothing likewise.
  virtual void exclude_admissions() = 0;
  // Outside of a transaction: ends the connections of workers that have stood still in one for so many
  // seconds, and so hold up everybody else: their machine was stopped, or the network cut. Nothing likewise.
  virtual void evict_stalled(int seconds) = 0;
  virtual void commit() = 0;
  virtual void rollback() noexcept = 0;
  virtual bool in_transaction() const = 0;
  // Everything that is read until commit() is as of now.
  virtual void hold() = 0;
  // From now on a server that is silent for so long is taken for lost. Nothing where there is no server.
  virtual void expect_answers_within(std::chrono::seconds) = 0;
  // Whatever runs now ends with `interrupted`. From any thread.
  virtual void interrupt() noexcept = 0;

  // Rows that the last exec() changed.
  virtual std::int64_t changes() = 0;
  // Which version of the schema it holds.
  virtual std::int64_t version() = 0;
  virtual void set_version(std::int64_t version) = 0;
  // What is broken below the rows, at most so many of it; nothing where the engine itself sees to that.
  virtual std::vector<std::string> damage(int most) = 0;
};

// A prepared statement. Texts and blobs are bound without a copy: they must live until reset(), which exec(),
// insert() and the end of a loop over next() do.
class Statement {
 public:
  Statement(Database& database, const char* sql, Rows rows = Rows::few)
      : prepared_(database.prepare(sql, rows)) {}

  template <class... Values>
  Statement& bind(const Values&... values) {
    prepared_->reset();
    int index = 0;
    (bind_one(++index, values), ...);
    return *this;
  }
  bool next() { return prepared_->next(); }  // false at the end, with the statement reset
  void exec() { prepared_->exec(); }         // runs to the end, ignoring rows
  // Runs an INSERT of one row and answers the `id` that the row has got; 0: ON CONFLICT DO NOTHING left it
  // out.
  std::int64_t insert() { return prepared_->insert(); }
  void reset() { prepared_->reset(); }

  std::int64_t integer(int column) const { return prepared_->integer(column); }
  std::string text(int column) const { return prepared_->text(column); }
  std::string bytes(int column) const { return prepared_->bytes(column); }
  // The word that the column's number stands for. Throws DatabaseError (damaged) for a number above `last`'s.
  template <class Word>
  Word word(int column, Word last) const {
    const std::int64_t number = integer(column);
    if (number < 0 || number > static_cast<std::int64_t>(last))
      throw DatabaseError(DatabaseError::Kind::damaged,
                          "the number " + std::to_string(number) + " stands for nothing");
    return static_cast<Word>(number);
  }
  int columns() const { return prepared_->columns(); }
  const char* name(int column) const { return prepared_->name(column); }
  bool is_integer(int column) const { return prepared_->is_integer(column); }

 private:
  void bind_one(int index, std::int64_t value) { prepared_->bind_integer(index, value); }
  void bind_one(int index, std::uint64_t value) { bind_one(index, static_cast<std::int64_t>(value)); }
  void bind_one(int index, int value) { bind_one(index, std::int64_t{value}); }
  void bind_one(int index, bool value) { bind_one(index, std::int64_t{value}); }
  // A null pointer would be bound as NULL.
  void bind_one(int index, std::string_view value) {
    prepared_->bind_text(index, value.data() ? value : std::string_view(""));
  }
  void bind_one(int index, const std::string& value) { prepared_->bind_text(index, value); }
  void bind_one(int index, const char* value) { prepared_->bind_text(index, value); }
  void bind_one(int index, std::span<const unsigned char> value) { prepared_->bind_bytes(index, value); }

  std::unique_ptr<Prepared> prepared_;
};

}  // namespace payferry::ledger
