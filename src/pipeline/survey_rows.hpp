#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "pipeline/survey.hpp"

// What a survey keeps of an entry until it knows what else concerns its item and its customer: numbers of
// fixed size, so that they can lie on disk.
namespace payferry::pipeline::surveying {

using Digest = std::array<std::uint64_t, 2>;
Digest digest_of(std::string_view first, std::string_view second);

// How a customer's id is kept: something that is equal where the ids are, and 0 for none.
std::uint64_t short_digest(std::string_view id);

// An entry that may cost calls, or a customer that a file names; ordered by customer, and there in the order
// in which a run would meet them.
struct LinkRow {
  Digest link{};
  std::uint64_t order = 0;
  std::uint64_t names = 0;        // the target customer that the line, or the file, names
  std::uint64_t link_target = 0;  // the one that the link has already
  std::uint32_t account = 0;
  std::uint32_t duplicates = 0;  // further entries of the item
  std::uint16_t type = 0;
  Origin origin = Origin::none;
  Step step = Step::clone;

  enum Flag : std::uint16_t {
    given = 1,      // by the customers file: no entry
    from_line = 2,  // its content is the line's, so that it may name a target customer
    elsewhere = 4,  // of the ledger, and not named by this input
    begun = 8,      // something of it was sent
    has_clone = 16,
    is_default = 32,
    link_creating = 64,
    link_may_change = 128,
    link_refused = 256,
    retried = 512,  // put back by its line: what refused the customer is forgotten
    may_be_executed = 1024,
  };
  std::uint16_t flags = 0;
  bool is(Flag flag) const { return (flags & flag) != 0; }
  void set(Flag flag, bool on) {
    if (on) flags = static_cast<std::uint16_t>(flags | flag);
  }
};

struct ByLink {
  bool operator()(const LinkRow& a, const LinkRow& b) const {
    return a.link != b.link ? a.link < b.link : a.order < b.order;
  }
};

// An entry of an item that the ledger does not know.
struct ItemRow {
  Digest item{};
  LinkRow row;
};

struct ByItem {
  bool operator()(const ItemRow& a, const ItemRow& b) const {
    return a.item != b.item ? a.item < b.item : a.row.order < b.row.order;
  }
};

// The places of entries in the order of admission: what the ledger holds comes before any line.
std::uint64_t order_of_item(std::int64_t id);
std::uint64_t order_of_line(std::uint64_t line, std::uint64_t of_its_entries);
std::uint64_t line_of(std::uint64_t order);

// Numbers for words, and what is counted under them.
class Book {
 public:
  explicit Book(Survey& survey) : survey_(survey) {}

  std::uint32_t account(const std::string& name);
  std::uint16_t type(const std::string& name);
  SurveyedAccount& account(std::uint32_t number) { return survey_.accounts[number]; }
  const std::string& type(std::uint16_t number) const { return types_[number]; }

  void count(std::uint32_t account, std::uint16_t type, Decision decision, std::uint64_t entries = 1);
  void bad(const std::string& code, const std::string& message, std::uint64_t line,
           std::uint64_t entries = 1);
  Survey& survey() { return survey_; }

 private:
  Survey& survey_;
  std::unordered_map<std::string, std::uint32_t> accounts_;
  std::uint32_t last_ = 0;
  std::vector<std::string> types_{""};
};

}  // namespace payferry::pipeline::surveying
