#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "simulator/store.hpp"

namespace payferry::simulator {

// What stands on the platform before the first request.
struct SeedOptions {
  std::size_t accounts = 3;
  std::size_t customers = 100;
  std::size_t methods_min = 1, methods_max = 1;  // per customer
  double bank_share = 0.1;                       // of the methods: us_bank_account
  double other_share = 0;                        // link, sepa_debit: not cloneable
  double declined_share = 0;   // refused by the issuer whenever attached on a connected account
  double legacy_share = 0;     // cards with card_… ids
  std::size_t unattached = 0;  // originals without a customer
};

struct SeededLine {
  std::string customer, payment_method, account;  // account: where the list sends it
  MethodType type = MethodType::card;
  bool is_default = false;
  std::string name, email;
};

// Fills the store; the lines are what a list of everything would hold, customer by customer. Depends on the
// store's seed and the options alone.
std::vector<SeededLine> seed(Store& store, const SeedOptions& options);

struct CsvOptions {
  bool with_account = true;   // false: fan-out, the job names the accounts
  std::size_t bad_lines = 0;  // lines that no reader can accept, of several kinds, spread over the file
  std::size_t missing = 0;    // well-formed lines whose original does not exist
};

struct CsvSummary {
  std::size_t lines = 0, bad = 0, missing = 0;
};

CsvSummary write_csv(std::ostream& out, const std::vector<SeededLine>& lines, const CsvOptions& options);

}  // namespace payferry::simulator
