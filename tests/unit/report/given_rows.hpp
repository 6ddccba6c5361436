#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ledger/reader.hpp"

namespace payferry::report {

// Rows as a ledger would give them.
class GivenRows final : public ledger::Reader {
 public:
  ledger::Owner owner() const override { return {}; }
  void hold() override {}
  void interrupt() noexcept override {}
  std::int64_t present_input(const std::string&) override { return 1; }
  ledger::RollbackPlan plan_rollback(const ledger::RollbackFilter&) override { return {}; }
  std::vector<std::string> columns(std::int64_t) override { return present; }
  ledger::Tally tally(std::int64_t) override { return {}; }
  std::optional<ledger::RunRecord> last_run(const std::string&) override { return std::nullopt; }
  std::vector<ledger::SteeringRecord> steering(std::int64_t, std::size_t) override { return {}; }
  std::vector<ledger::LearntLimit> learnt() override { return {}; }
  std::unique_ptr<ledger::Checks> begin_checks(const ledger::CheckFilter&) override { return nullptr; }
  std::vector<ledger::FleetWorker> fleet() override { return {}; }
  std::optional<ledger::InputPlace> place(std::int64_t) override { return std::nullopt; }
  std::vector<ledger::Life> lives(const std::string&) override { return {}; }
  void for_each_mapping(std::int64_t, const std::function<void(const ledger::MappingRow&)>& take) override {
    for (const ledger::MappingRow& row : mapping) take(row);
  }
  void for_each_reject(std::int64_t, const std::function<void(const ledger::RejectRow&)>& take) override {
    for (const ledger::RejectRow& row : rejects) take(row);
  }
  void for_each_answer(std::int64_t, const std::function<void(const ledger::PastAnswer&)>& take) override {
    for (const ledger::PastAnswer& row : answers) take(row);
  }
  void for_each_entry(std::int64_t, const std::function<void(const ledger::EntryEnd&)>& take) override {
    for (const ledger::EntryEnd& row : entries) take(row);
  }
  void for_each_run(const std::string&, std::int64_t,
                    const std::function<void(const ledger::RunRecord&)>& take) override {
    for (const ledger::RunRecord& row : runs) take(row);
  }
  std::vector<ledger::AccountName> account_names() override { return accounts; }

  std::vector<std::string> present{"customer", "payment_method", "note"};
  std::vector<ledger::MappingRow> mapping;
  std::vector<ledger::RejectRow> rejects;
  std::vector<ledger::PastAnswer> answers;
  std::vector<ledger::EntryEnd> entries;
  std::vector<ledger::RunRecord> runs;
  std::vector<ledger::AccountName> accounts;
};

}  // namespace payferry::report
