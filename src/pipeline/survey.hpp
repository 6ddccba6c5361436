#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "intake/source.hpp"
#include "ledger/preview.hpp"
#include "plan/forecast.hpp"
#include "settings/settings.hpp"

// What a run would do, found by reading everything and writing nothing: the input line by line, beside the
// ledger as it stands.
namespace payferry::pipeline {

// What becomes of an entry in the next run.
enum class Decision : std::uint8_t {
  clone,      // it is cloned
  pending,    // begun by an earlier run: it goes on
  done,       // it succeeded earlier
  skipped,    // on purpose
  failed,     // it failed earlier, or is sure to: only a mended line or `retry` changes that
  blocked,    // its account was lost when it was last asked: one probe, and the rest waits for its answer
  duplicate,  // named before in this input
  rejected,   // the line cannot be used
};
inline constexpr std::size_t kDecisions = 8;
std::string_view to_string(Decision) noexcept;
using Decisions = std::array<std::uint64_t, kDecisions>;
inline std::uint64_t of(const Decisions& counts, Decision decision) {
  return counts[static_cast<std::size_t>(decision)];
}

struct SurveyedAccount {
  std::string account;
  std::map<std::string, Decisions> by_type;  // "unknown" where neither line nor clone tells
  plan::Calls calls{};                       // with this account in Stripe-Account
  bool lost = false;
};

// Lines that are rejected for one reason.
struct BadLines {
  std::uint64_t count = 0;
  std::string message;                  // of the first one, without anybody's data
  std::vector<std::uint64_t> examples;  // the first line numbers
};

struct Survey {
  bool has_ledger = false;
  std::uint64_t lines = 0;
  std::uint64_t lines_admitted = 0;  // of them, by the reading that the next run goes on with
  std::uint64_t entries = 0;
  Decisions total{};
  std::vector<SurveyedAccount> accounts;          // by name
  std::map<std::string, BadLines> bad;            // by code
  std::map<std::string, std::uint64_t> failures;  // failed entries that the next run makes sure of, by code
  std::uint64_t elsewhere = 0;          // pending items that another input named: the run moves them too
  std::uint64_t amended = 0;            // failed or blocked earlier, and mended since
  std::uint64_t differing = 0;          // the line says something else than what was done: the old stands
  std::uint64_t bank_accounts = 0;      // of what is moved
  std::uint64_t unknown_types = 0;      // of what is moved
  std::uint64_t links_found_later = 0;  // customers that target.find may find, so that they are not made
  plan::Load load;
  std::vector<std::string> sample;  // a few of the originals that lines name

  // Events that the accounts' webhooks will receive.
  std::uint64_t methods_attached() const {
    return plan::of(load.calls, Endpoint::attach) + plan::of(load.calls, Endpoint::create_customer);
  }
  std::uint64_t customers_created() const { return plan::of(load.calls, Endpoint::create_customer); }
  std::uint64_t customers_updated() const { return plan::of(load.calls, Endpoint::set_default); }
};

// Reads the source to its end. `ledger`: null where there is none yet. `progress` is told the lines read, now
// and then. Errors: io, usage (the customers file), ledger. Memory does not grow with the input.
Result<Survey> survey(const settings::Settings& settings, intake::Source& source, ledger::Preview* ledger,
                      const std::function<void(std::uint64_t lines)>& progress);

}  // namespace payferry::pipeline
