#include "ledger/journal.hpp"

#include <concepts>
#include <cstdint>
#include <optional>

#include "ledger/database.hpp"

namespace payferry::ledger {
namespace {

// What a record begins with. Never used for anything else again: a newer program reads older ledgers.
enum class Tag : std::uint8_t { asking, settlement };

// Numbers in base 128, the lowest digits first and each but the last with its highest bit set, the sign in
// the lowest bit; texts behind their length.
class Put {
 public:
  explicit Put(std::string& bytes) : bytes_(bytes) {}

  template <std::integral Number>
  void operator()(Number value) {
    const auto number = static_cast<std::int64_t>(value);
    auto rest = (static_cast<std::uint64_t>(number) << 1) ^ static_cast<std::uint64_t>(number >> 63);
    for (; rest >= 0x80; rest >>= 7) bytes_ += static_cast<char>(rest | 0x80);
    bytes_ += static_cast<char>(rest);
  }
  void operator()(std::string_view text) {
    (*this)(text.size());
    bytes_ += text;
  }
  template <class Word>
  void word(Word value, Word) {
    (*this)(static_cast<int>(value));
  }
  // Null where there is nothing to follow.
  template <class Field>
  const Field* optional(const std::optional<Field>& field) {
    (*this)(field.has_value());
    return field ? &*field : nullptr;
  }

 private:
  std::string& bytes_;
};

class Get {
 public:
  explicit Get(std::string_view bytes) : bytes_(bytes) {}
  bool is_at_end() const { return bytes_.empty(); }

  template <std::integral Number>
  void operator()(Number& value) {
    value = static_cast<Number>(number());
  }
  void operator()(std::string& text) { text = take(); }
  void operator()(BootId& id) { id = take(); }
  template <class Word>
  void word(Word& value, Word last) {
    const std::int64_t known = number();
    if (known < 0 || known > static_cast<std::int64_t>(last))
      throw DatabaseError(DatabaseError::Kind::damaged, "the journal has a word that nobody knows");
    value = static_cast<Word>(known);
  }
  template <class Field>
  Field* optional(std::optional<Field>& field) {
    bool there = false;
    (*this)(there);
    return there ? &field.emplace() : nullptr;
  }

 private:
  std::int64_t number() {
    std::uint64_t rest = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (bytes_.empty()) break;
      const auto digit = static_cast<unsigned char>(bytes_.front());
      bytes_.remove_prefix(1);
      rest |= static_cast<std::uint64_t>(digit & 0x7F) << shift;
      if (digit < 0x80) return static_cast<std::int64_t>(rest >> 1) ^ -static_cast<std::int64_t>(rest & 1);
    }
    throw DatabaseError(DatabaseError::Kind::damaged, "a row of the journal ends too early");
  }
  std::string_view take() {
    const std::int64_t size = number();
    if (size < 0 || static_cast<std::uint64_t>(size) > bytes_.size())
      throw DatabaseError(DatabaseError::Kind::damaged, "a row of the journal ends too early");
    const std::string_view text = bytes_.substr(0, static_cast<std::size_t>(size));
    bytes_.remove_prefix(text.size());
    return text;
  }

  std::string_view bytes_;
};

// Each record's fields in their order, for both directions.
template <class Io, class Record>
void carry_stamps(Io& io, Record& intent) {
  io(intent.first_sent.wall_ms);
  io(intent.first_sent.boot_ms);
  io(intent.first_sent.boot_id);
  io(intent.last_sent.wall_ms);
  io(intent.last_sent.boot_ms);
  io(intent.last_sent.boot_id);
  io(intent.attempts);
  io(intent.sends);
}

template <class Io, class Record>
void carry_asking(Io& io, Record& asking) {
  auto& intent = asking.intent;
  io(asking.link_id);
  io(intent.id);
  io(intent.item_id);
  io.word(intent.step, Step::detach);
  io(intent.generation);
  io.word(intent.state, IntentState::settled);
  io(intent.path);
  io(intent.idempotency_key);
  io(intent.body);
  io(intent.api_version);
  io(intent.key_digest);
  carry_stamps(io, intent);
}

template <class Io, class Record>
void carry_item(Io& io, Record& item) {
  io(item.id);
  io(item.account_id);
  io(item.link_id);
  io.word(item.state, State::blocked);
  io.word(item.step, Step::detach);
  io(item.reason);
  io(item.message);
  io(item.request_id);
  io(item.failed_with_link);
  io(item.clone_id);
  io(item.details.type);
  io(item.details.fingerprint);
  io(item.details.last4);
  io(item.details.brand);
  io(item.details.exp_month);
  io(item.details.exp_year);
  io(item.clone_generation);
  io(item.attach_generation);
  io(item.default_generation);
  io(item.detach_generation);
  io(item.clone_replacements);
  io(item.orphans);
  io(item.adopted);
}

template <class Io, class Record>
void carry_link(Io& io, Record& link) {
  io(link.id);
  io(link.target_customer);
  io.word(link.origin, Origin::reused);
  io(link.generation);
  io(link.refused_code);
  io(link.refused_message);
  io(link.refused_request_id);
}

// Its state and counts.
template <class Io, class Record>
void carry_outcome(Io& io, Record& intent) {
  io(intent.id);
  io.word(intent.step, Step::detach);
  io.word(intent.state, IntentState::settled);
  io(intent.attempts);
  io(intent.sends);
}

template <class Io, class Record>
void carry_answered(Io& io, Record& answered) {
  io(answered.status);
  io(answered.verdict);
  io(answered.code);
  io(answered.message);
  io(answered.request_id);
  io(answered.wall_ms);
  io(answered.latency_ms);
}

template <class Io, class Record>
void carry_settlement(Io& io, Record& settlement) {
  carry_item(io, settlement.item);
  if (auto* link = io.optional(settlement.link)) carry_link(io, *link);
  if (auto* intent = io.optional(settlement.intent)) carry_outcome(io, *intent);
  if (auto* answered = io.optional(settlement.answered)) carry_answered(io, *answered);
}

}  // namespace

void append_to_journal(std::string& bytes, const Asking& asking) {
  Put put(bytes);
  put.word(Tag::asking, Tag::settlement);
  carry_asking(put, asking);
}

void append_to_journal(std::string& bytes, const Settlement& settlement) {
  Put put(bytes);
  put.word(Tag::settlement, Tag::settlement);
  carry_settlement(put, settlement);
}

std::vector<JournalRecord> read_journal(std::string_view bytes) {
  std::vector<JournalRecord> records;
  for (Get get(bytes); !get.is_at_end();) {
    Tag tag{};
    get.word(tag, Tag::settlement);
    if (tag == Tag::asking)
      carry_asking(get, std::get<Asking>(records.emplace_back(Asking())));
    else
      carry_settlement(get, std::get<Settlement>(records.emplace_back(Settlement())));
  }
  return records;
}

}  // namespace payferry::ledger
