#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/records.hpp"
#include "settings/settings.hpp"

namespace payferry::intake {

// The fields of one line by name, whatever it came from; a missing one is empty. Their text is valid UTF-8
// without NUL.
struct Row {
  std::uint64_t line = 0;
  std::string_view payment_method;
  std::string_view customer;
  std::string_view account;
  std::string_view target_customer;
  std::string_view is_default;
  std::string_view type;
  std::string_view name;
  std::string_view email;
  std::string_view phone;
  std::vector<std::pair<std::string_view, std::string_view>> metadata;
  std::shared_ptr<const void> kept;     // what metadata's texts look at, where that is not the line itself
  const char* metadata_code = nullptr;  // why metadata cannot be understood: a code, and the mend
  std::string metadata_problem;
  std::string_view payferry_account;  // from rejects.csv: this line for this account only
  Cells cells;
};

// Stripe takes 50 keys of 40 characters with values of 500 (stripe-docs: "metadata"); two keys are ours.
inline constexpr std::size_t kMetadataLimit = 48;
inline constexpr std::size_t kMetadataKeyLimit = 40;
inline constexpr std::size_t kMetadataValueLimit = 500;

// A line as one entry, whose account is empty where the line names none and so goes to each of
// rules.accounts; or a reject. Ids, default and type are taken without spaces around them; people's fields
// and metadata are taken as they are. Messages never repeat those.
std::variant<Entry, Reject> make_line(const Row& row, const settings::TargetSettings& rules);
// A line becomes one entry for each account it goes to, or a reject.
std::variant<std::vector<Entry>, Reject> make_entries(const Row& row, const settings::TargetSettings& rules);

struct Batch;
// Puts what a line became into a batch: its entries, or the one reject that stands for it.
void put(std::variant<std::vector<Entry>, Reject> made, Batch& batch);

}  // namespace payferry::intake
