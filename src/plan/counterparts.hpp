#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "stripe/verdict.hpp"

// What the customers that stand on a connected account already tell of themselves.
namespace payferry::plan {

// Which platform customer a customer was made for by this program, in any ledger; empty: it bears no mark.
std::string marked_for(const stripe::Customer& customer);

// What is looked for among an account's customers.
struct Claims {
  bool by_mark = false;  // our own mark counts
  std::string key;       // of the metadata that names a platform customer; empty: none

  bool any() const { return by_mark || !key.empty(); }
};

// The platform customer whose counterpart this is, by one of the claims; empty: by none. E-mail is no claim.
std::string claimed_for(const stripe::Customer& customer, const Claims& claims);

// What was seen so far of the customers of an account on which this ledger has not written yet.
struct FirstLook {
  bool customers = false;
  std::string marked;      // one that bears our mark
  std::string marked_for;  // and the platform customer it was made for
  bool explained = false;  // one of them is a counterpart that a line, the file or the look names
  bool at_end = false;     // there is no further page
};

struct FirstLookRules {
  bool others_block = true;  // target.other_customers
  bool new_ledger = false;   // --new-ledger
  bool explainable = false;  // something names counterparts on this account: a later page may hold one
};

enum class FirstSight {
  more,              // look at the next page
  pass,              // nobody has moved anything there
  take_over,         // another ledger served it, and this one is to go on: its customers are taken over
  served_elsewhere,  // another ledger served it: the run stops
  other_customers,   // the account has customers of which nothing tells whose they are: it is blocked
};

// Asked after every page. Until the account is refused or passed every page has to be seen: our mark may be
// on the last one, and who misses it makes every customer a second time.
FirstSight first_sight(const FirstLook& look, const FirstLookRules& rules);

}  // namespace payferry::plan
