#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "async/group.hpp"
#include "ledger/checks.hpp"
#include "ledger/ledger.hpp"
#include "pipeline/asker.hpp"
#include "pipeline/run.hpp"
#include "plan/verify.hpp"

namespace payferry::pipeline {

struct VerifyOptions {
  bool duplicates = false;  // look at every customer's methods, for what is attached besides
  std::optional<std::uint64_t> most_reads;
};

// A mismatch and where it is.
struct Finding {
  std::string account;
  std::string customer;
  std::string target_customer;
  plan::Mismatch mismatch;
};

// Customers that are settled, with what was found: what a verification that is cut off does not do again.
struct VerifyBatch {
  std::string account;
  std::string cursor;  // the list of the account's customers was read up to this one; empty: to no new place
  std::vector<std::pair<std::string, std::uint64_t>> done;  // customers there, with their number of clones
  std::vector<Finding> findings;
  bool account_lost = false;  // nothing more can be read there
};

// Reads the clones back, account by account, and compares. Has no way to write to Stripe.
class Verification {
 public:
  using Sink = std::function<Result<void>(const VerifyBatch&)>;

  // `cursors`: where the lists of earlier runs had come to, by account.
  Verification(boost::asio::io_context& context, async::Time& time, const settings::Settings& settings,
               VerifyOptions options, stripe::Reader& reader, ledger::Checks& checks, ledger::Owner owner,
               std::map<std::string, std::string> cursors, Sink sink);

  // Complete: everything was looked at, whatever was found.
  async::Task<Ending> main();
  void interrupt(const std::string& reason);
  std::uint64_t reads() const { return asker_.reads(); }

 private:
  struct Checked {
    ledger::CheckedCustomer customer;
    std::optional<stripe::Customer> listed;
    std::vector<plan::Mismatch> mismatches;
    bool settled = false;
  };

  async::Task<void> check_accounts();
  async::Task<void> check_account(ledger::CheckedAccount account);
  async::Task<void> walk_list(ledger::CheckedAccount account);
  async::Task<void> check_rest(ledger::CheckedAccount account);
  async::Task<void> settle(std::vector<Checked> batch, const ledger::CheckedAccount& account,
                           std::string cursor);
  async::Task<void> check(Checked& checked);
  async::Task<bool> look_up(Checked& checked, plan::SeenCustomer& seen);
  async::Task<bool> list_methods(const Checked& checked, plan::SeenCustomer& seen);
  async::Task<bool> look_elsewhere(const Checked& checked, plan::SeenCustomer& seen);
  async::Task<Read> ask(Endpoint endpoint, std::string path, std::string account);
  void end(Outcome outcome, std::string reason);

  boost::asio::io_context& context_;
  async::Time& time_;
  const settings::Settings& settings_;
  const VerifyOptions options_;
  stripe::Reader& reader_;
  ledger::Checks& checks_;
  const ledger::Owner owner_;
  const std::map<std::string, std::string> cursors_;
  const Sink sink_;
  Asker asker_;
  std::optional<Ending> ended_;
  bool account_lost_ = false;
};

}  // namespace payferry::pipeline
