#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/records.hpp"
#include "core/result.hpp"
#include "settings/settings.hpp"

// target.customers_file: which of the platform's customers exist on which account already. A CSV, plain or
// gzip, with the columns account, customer and target_customer; or, as Stripe's mapping files and our own
// mapping.csv have them, customer_id_old and customer_id_new. Without an account the only one of
// target.accounts is meant. Other columns are not looked at.
namespace payferry::intake {

class CustomersFile {
 public:
  virtual ~CustomersFile() = default;

  // Of the file and of what the settings make of it; changes whenever one of them does.
  virtual const std::string& identity() const = 0;
  // Up to `max` counterparts; none: the end. Blocks. Errors: usage (a line that is wrong), io.
  virtual Result<std::vector<Counterpart>> next(std::size_t max) = 0;
};

// Reads the header. Errors: usage, io.
Result<std::unique_ptr<CustomersFile>> open_customers_file(const settings::TargetSettings& target);

// Reads the whole file: every line must be right, and no two may name different counterparts for one
// customer. Errors: usage, with the first mistakes and their lines; io. Needs no memory that grows with the
// file; a file of many millions of lines is read several times.
Result<void> check_customers_file(const settings::TargetSettings& target);

}  // namespace payferry::intake
