#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "settings/settings.hpp"

namespace payferry::intake {

enum class Role : std::uint8_t {
  other,  // carried along
  payment_method,
  customer,
  account,
  target_customer,
  is_default,
  type,
  name,
  email,
  phone,
  metadata,
  metadata_object,  // all keys in one cell: what rejects.csv repeats of a queue's messages
  payferry_account,
  payferry,  // what rejects.csv added for people to read
};

// Stands in the input by its owner's wish, not because it was fed back from rejects.csv.
constexpr bool is_own(Role role) noexcept {
  return role != Role::payferry && role != Role::payferry_account;
}

struct Column {
  std::string name;
  Role role = Role::other;
  std::string key;  // metadata: the key
};

struct Header {
  std::vector<Column> columns;   // one for each cell of a line
  std::vector<std::string> own;  // the names without those that rejects.csv added
  std::string digest;
};

// What the first record says. `file` is how messages call the input, `line` where it stands. All mistakes
// are in one message. Errors: usage.
Result<Header> read_header(const std::vector<std::string_view>& cells, const settings::TargetSettings& target,
                           const std::string& file, std::uint64_t line);

}  // namespace payferry::intake
