#pragma once

#include "core/records.hpp"
#include "plan/rules.hpp"
#include "stripe/verdict.hpp"

namespace payferry::plan {

// What the worker that holds an item does after an answer.
enum class Follow {
  go_on,         // ask next(): another step, another generation, or the end
  again,         // send the same request again after a back-off; counted as an attempt
  wait,          // throttled: send the same request again after a wait; no attempt
  ask,           // read what trial.ask names, then let reconcile.hpp decide
  park,          // pending with item.reason until another run
  account_lost,  // the account is blocked; the item stays as it is
  stop_refused,  // the key is refused: the whole run stops
};

// What has to be read before an item can go on.
enum class Ask {
  nothing,
  refused_clone,      // the clone, which was refused as unusable
  clone_of_attach,    // the clone, because the answer to its attach is lost, or was another ledger's
  clone_of_creation,  // the clone, because the answer to the creation of its customer is lost
  clone_of_detach,    // the clone, because the answer to its detaching is lost, or says that it is on nobody
  created_customer,   // the account's customers by our marker, because the clone is on none
  default_of_customer,  // the customer, because the answer to set_default is lost, or was another ledger's
};

// What an item's present step went through in this run; not stored, because a new run begins with patience.
struct Trial {
  int throttled = 0;  // answers in a row that asked to wait
  int forgotten = 0;  // generations given up for lack of an answer
  bool no_retry_said =
      false;  // a 5xx said that a retry has no further effect; one more sending shows whether it is stored
  bool foreign_clone = false;  // made by another ledger's run: that it is used up says nothing about the job
  Ask ask = Ask::nothing;
  stripe::Verdict refusal;  // why the clone is looked at
};

// The item, its link and its intent as they are changed by decisions; whoever holds it stores it afterwards.
struct Case {
  Item& item;
  Link* link;  // null where clones stay unattached
  Intent& intent;
  Trial& trial;
  bool link_changed = false;
};

// What an answer to the item's intent makes of it (DESIGN 4, points 4 to 7). A settled intent has state
// `settled`.
Follow advance(Case& c, const stripe::Verdict& verdict, const Rules& rules);

// Whether a refusal of this step says that the clone is unusable, so that the clone is looked at before
// anything is decided (Ask::refused_clone).
bool asks_about_clone(Step step, const stripe::Verdict& refusal);
// Whether the item has come out of that with its clone: it was attached already.
inline bool keeps_clone(const Item& item) {
  return !item.clone_id.empty() && item.state != State::failed;
}

// The intent can never be sent again under its key: Stripe has forgotten it, or answers it with a stored
// failure, or (`by_somebody_else`) knows it with other parameters (DESIGN 4, point 5). A clone of an attached
// original goes to its next generation; of an unattached one it has failed, for its original is used up; for
// every other step Stripe is asked.
Follow give_up_key(Case& c, bool by_somebody_else, const Rules& rules);

// item.message while a creation that somebody else did under our key waits to be found.
inline constexpr const char* kBySomebodyElse = "key_conflict";

// Used by reconcile.cpp too: how an item ends at a step.
void fail(Item& item, Step step, const stripe::Verdict& verdict);
void succeed(Item& item);
void after_attached(Item& item, const Rules& rules);

// Its clone is attached to nobody any more: the item is at its end.
void roll_back(Item& item);
inline constexpr const char* kRolledBack = "rolled_back";
// item.reason of one that a rollback left: a payment or subscription names its clone.
inline constexpr const char* kInUse = "in_use";
// Its clone cannot be detached: the item stays what it was, and says why.
void keep_attached(Item& item, const stripe::Verdict& refusal);

// item.reason while its clone waits to be looked at.
inline constexpr const char* kCloneRefused = "clone_refused";

// The code that says that an object is not there.
inline constexpr const char* kGone = "resource_missing";

// How often the clone of one item may prove unusable.
inline constexpr int kMaxReplacements = 3;

}  // namespace payferry::plan
