#pragma once

#include <optional>

#include "ledger/database.hpp"
#include "ledger/ledger.hpp"

namespace payferry::ledger {

// What is written of items, their requests and their links once they are admitted. In a transaction.
class WorkRows {
 public:
  explicit WorkRows(Database& database);

  // All that an outcome may change of it.
  void write(const Item& item);
  // Before it is taken back: an item that has ended and has an open request all the same.
  void begin_detaching(std::int64_t item);

  // A new request; the id that it has got.
  std::int64_t add(const Intent& intent);
  // One that has its id, and maybe its outcome; of one that is settled the words are gone.
  void add(std::int64_t id, const Intent& intent, const std::optional<Answered>& answered);
  void send_again(const Intent& intent);
  // Its state and counts, and what came back.
  void write(const Intent& intent, const std::optional<Answered>& answered);

  // False: it has a customer by now, or is getting one.
  bool begin_creating(std::int64_t link, int generation);
  struct LinkChange {
    const Link* link = nullptr;  // as it is now; null: neither its customer nor its generation changed
    bool ended = false;          // the request for its customer was answered
    bool used = false;           // an item of it has succeeded
  };
  void write(std::int64_t link, const LinkChange& change);
  // A request for its customer is under way, whatever else is known of it.
  void note_creating(std::int64_t link);

 private:
  Database& database_;
  Statement keep_item_, end_item_, wait_with_link_, begin_detaching_;
  Statement add_intent_, add_whole_intent_, send_again_, set_intent_, end_intent_;
  Statement begin_creating_, note_creating_, set_link_, end_creating_, use_link_;
};

// What a settlement changes of its item's link.
WorkRows::LinkChange change_of_link(const Settlement& settlement);

}  // namespace payferry::ledger
