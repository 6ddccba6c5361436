#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "pipeline/reads.hpp"
#include "plan/reconcile.hpp"

namespace payferry::pipeline {

// The customers that bear our marker on each account, as far as they were ever looked for: one listing
// answers for all links of an account whose creation is lost, and what was listed is not listed again.
class Directory {
 public:
  struct Search {
    Read::Kind kind = Read::Kind::left;
    stripe::Verdict verdict;  // where the account or the key was refused
    std::optional<plan::Sighting> found;
  };

  explicit Directory(Shared& shared) : shared_(shared) {}

  // The customer for `source` (a platform customer) that was created on the account within the span.
  async::Task<Search> find(AccountPlace& account, std::int64_t account_id, std::string stripe_account,
                           std::string source, plan::Span span);

 private:
  struct Listed {
    std::optional<plan::Span> covered;
    std::map<std::string, plan::Sighting> by_source;
    bool busy = false;
    std::vector<async::Alarm*> waiting;
  };

  async::Task<void> wait_for_turn(Listed& listed);
  async::Task<Search> cover(AccountPlace& account, std::int64_t account_id, std::string stripe_account,
                            plan::Span span, Listed& listed);
  async::Task<Search> list(AccountPlace& account, std::string stripe_account, plan::Span span,
                           Listed& listed);

  Shared& shared_;
  std::unordered_map<std::string, std::unique_ptr<Listed>> accounts_;
};

}  // namespace payferry::pipeline
