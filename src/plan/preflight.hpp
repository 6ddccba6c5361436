#pragma once

#include <optional>
#include <string>
#include <vector>

#include "stripe/verdict.hpp"

// Whether a connected account can take what is to be moved there: decided from one read of it, before any
// write.
namespace payferry::plan {

// What a user should know of an account; `code` is a short word for logs and counts.
struct Remark {
  std::string code;
  std::string message;
};

struct Readiness {
  // Why nothing that is moved here could be charged; an empty code: ready.
  Remark not_ready;
  std::vector<Remark> warnings;

  bool ready() const { return not_ready.code.empty(); }
};

// Codes of not_ready: account_not_ready (charges are not enabled), capability_NAME_inactive|pending (of the
// first type, where no wanted type can be charged). Codes of warnings: the same capability codes where
// another wanted type can be charged, and account_country_differs: a setup that was made for the platform's
// country may not satisfy the account's, so that its customers are likely to be asked to authenticate. A
// country that is not known differs from none.
Readiness judge_account(const stripe::Account& account, const std::string& platform_country,
                        const std::vector<std::string>& types);

// What the answer to that read says.
enum class Seen {
  account,  // it is there: judge it
  lost,     // the platform has no access to it: nothing can be moved there
  refused,  // the API key is refused as a whole (401)
  nothing,  // it could not be read; a key may well write to an account that it may not read
};
Seen after_account_read(const stripe::Verdict& verdict, const std::string& asked);

// Of a job that moves US bank accounts: what is to be said where nobody vouches (target.ach_authorised is
// empty) that the connected accounts hold the payers' authorisation, as Nacha's rules ask.
std::optional<Remark> missing_authorisation(const std::string& ach_authorised);

// The capability that charges a type; empty for types that are not moved.
std::string capability_of(const std::string& type);

}  // namespace payferry::plan
