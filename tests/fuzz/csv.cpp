#include <rapidjson/document.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/ids.hpp"
#include "fuzz/check.hpp"
#include "fuzz/targets.hpp"
#include "fuzz/utf8.hpp"
#include "intake/csv_source.hpp"
#include "intake/memory_stream.hpp"
#include "intake/position.hpp"

namespace payferry::fuzz {
namespace {

using intake::Batch;
using intake::Position;
using settings::TargetSettings;

TargetSettings target_of(Dice& dice) {
  TargetSettings target;
  const std::size_t accounts = dice.below(4);
  for (std::size_t i = 0; i < accounts; ++i) target.accounts.push_back("acct_" + std::to_string(i));
  if (dice.below(4) == 0) target.customer = settings::CustomerRule::existing;
  if (dice.below(4) == 0) target.unattached_originals = settings::UnattachedRule::consume;
  return target;
}

// What one reading of the whole input brought.
struct Reading {
  bool opened = false;
  std::string error;  // why it could not be opened, or went no further
  std::vector<Entry> entries;
  std::vector<Reject> rejects;
  std::uint64_t lines = 0;
  std::string position;
};

Result<std::unique_ptr<intake::Source>> open(std::string_view text, const TargetSettings& target,
                                             intake::MemoryStream::Chunk chunk) {
  intake::CsvInput input;
  input.bytes = std::make_unique<intake::MemoryStream>(std::string(text), std::move(chunk));
  input.name = "in.csv";
  input.identity = "identity";
  return intake::open_csv(std::move(input), target);
}

void check_cells(const Cells& cells, std::size_t columns) {
  if (!cells) return;
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(cells->data(),
                                                                                         cells->size());
  require(!document.HasParseError() && document.IsArray() && document.Size() == columns,
          "the cells of a line are a JSON array, one text for each column");
}

bool is_clean(std::string_view text) {
  return is_utf8(text) && text.find('\0') == std::string_view::npos;
}

void check_entry(const Entry& entry, std::size_t columns) {
  require(is_account_id(entry.account) && is_payment_method_id(entry.payment_method), "ids are ids");
  require(entry.customer.empty() || is_customer_id(entry.customer), "a customer is an id or empty");
  const LineContent& content = entry.content;
  require(content.target_customer.empty() || is_customer_id(content.target_customer),
          "a target customer is an id or empty");
  require(
      is_clean(content.type) && is_clean(content.name) && is_clean(content.email) && is_clean(content.phone),
      "people's fields are UTF-8 without NUL");
  for (const auto& [key, value] : content.metadata)
    require(!key.empty() && !value.empty() && is_clean(key) && is_clean(value), "metadata is filled UTF-8");
  require(entry.cells != nullptr, "an entry has its cells");
  check_cells(entry.cells, columns);
}

void check_reject(const Reject& reject, std::size_t columns) {
  require(!reject.code.empty() && !reject.message.empty() && is_utf8(reject.message), "a reject says why");
  require(reject.account.empty() || is_account_id(reject.account), "a reject's account is an id or empty");
  check_cells(reject.cells, columns);
}

Position check_batch(const Batch& batch, const Position& before, std::size_t columns,
                     std::uint64_t text_lines) {
  require(batch.read == batch.entries.size() + batch.rejects.size(), "read = entries + rejects");
  const std::optional<Position> position = intake::position_from(batch.position);
  require(position.has_value(), "a position can be read back");
  require(position->offset >= before.offset && position->line >= before.line, "positions only rise");
  require(batch.lines == 0 || position->offset > before.offset, "a line read moves the position");
  require(position->line <= text_lines + 1, "no more lines than line ends");
  std::uint64_t last = before.line;
  for (const Entry& entry : batch.entries) {
    require(entry.line >= last && entry.line < position->line,
            "an entry's line lies within its batch, in order");
    last = entry.line;
    check_entry(entry, columns);
  }
  last = before.line;
  for (const Reject& reject : batch.rejects) {
    require(reject.line >= last && reject.line < position->line,
            "a reject's line lies within its batch, in order");
    last = reject.line;
    check_reject(reject, columns);
  }
  return *position;
}

// `max_lines` says how many lines the next batch may hold; `from` where to go on, empty for the start.
Reading read(std::string_view text, const TargetSettings& target, intake::MemoryStream::Chunk chunk,
             const std::function<std::size_t()>& max_lines, const std::string& from,
             std::vector<std::string>* positions = nullptr) {
  // Of a gzip file the lines cannot be counted here.
  const std::uint64_t text_lines =
      text.starts_with("\x1f\x8b")
          ? UINT64_MAX - 2
          : static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  Reading reading;
  auto source = open(text, target, std::move(chunk));
  if (!source) {
    reading.error = source.error().message;
    require(is_utf8(reading.error) && !reading.error.empty(), "a refused header is explained");
    return reading;
  }
  reading.opened = true;
  Position at;
  if (!from.empty()) {
    const Result<bool> sought = (*source)->seek(from);
    require(sought && *sought, "a position of the same input can be sought");
    at = *intake::position_from(from);
  }
  const std::size_t columns = (*source)->columns().size();
  for (bool end = false; !end;) {
    Result<Batch> batch = (*source)->next(max_lines());
    if (!batch) {
      reading.error = batch.error().message;
      return reading;
    }
    at = check_batch(*batch, at, columns, text_lines);
    std::move(batch->entries.begin(), batch->entries.end(), std::back_inserter(reading.entries));
    std::move(batch->rejects.begin(), batch->rejects.end(), std::back_inserter(reading.rejects));
    reading.lines += batch->lines;
    reading.position = batch->position;
    if (positions) positions->push_back(batch->position);
    end = batch->end;
  }
  return reading;
}

bool same(const Entry& a, const Entry& b) {
  return a.line == b.line && a.account == b.account && a.customer == b.customer &&
         a.payment_method == b.payment_method && a.content == b.content && *a.cells == *b.cells;
}

bool same(const Reject& a, const Reject& b) {
  return a.line == b.line && a.account == b.account && a.code == b.code && a.message == b.message;
}

// Whether `rest` is how `whole` ends.
template <class T>
bool is_end_of(const std::vector<T>& rest, const std::vector<T>& whole) {
  return rest.size() <= whole.size() &&
         std::equal(rest.begin(), rest.end(), whole.end() - static_cast<std::ptrdiff_t>(rest.size()),
                    [](const T& a, const T& b) { return same(a, b); });
}

}  // namespace

void csv(std::string_view input) {
  Dice dice(input);
  const TargetSettings target = target_of(dice);
  const Reading whole = read(
      input, target, {}, [] { return std::size_t{1000}; }, "");

  std::vector<std::string> positions;
  const std::size_t longest = 1 + dice.below(dice.coin() ? 8 : 300);
  const auto chunk = [&] { return dice.below(longest + 1); };
  const auto few = [&] { return 1 + dice.below(4); };
  const Reading pieces = read(input, target, chunk, few, "", &positions);
  require(pieces.opened == whole.opened && pieces.error == whole.error, "it ends alike however it arrives");
  require(pieces.lines == whole.lines && pieces.position == whole.position, "the counters are the same");
  require(pieces.entries.size() == whole.entries.size() && is_end_of(pieces.entries, whole.entries) &&
              pieces.rejects.size() == whole.rejects.size() && is_end_of(pieces.rejects, whole.rejects),
          "the same lines come however they arrive");

  if (positions.empty() || input.starts_with("\x1f\x8b")) return;
  const Reading rest = read(input, target, chunk, few, dice.one_of(positions));
  require(rest.position == whole.position && is_end_of(rest.entries, whole.entries) &&
              is_end_of(rest.rejects, whole.rejects),
          "going on from a position brings the rest");
}

}  // namespace payferry::fuzz
