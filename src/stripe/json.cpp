#include "stripe/json.hpp"

#include <array>
#include <cstring>

namespace payferry::stripe {
namespace {

using rapidjson::Value;

// Characters that stand in a string as they are, and end no string; the NUL behind a text is none of them.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0x20; c < 0x80; ++c) table[c] = c != '"' && c != '\\';
  return table;
}();

// rapidjson::InsituStringStream, but that a string's plain beginning, which mostly is all of it, is stepped
// over at once: the parser looks at each character five times as long.
class TextStream {
 public:
  using Ch = char;

  explicit TextStream(char* text) : src_(text), dst_(text), head_(text) {}
  Ch Peek() const { return *src_; }
  Ch Take() { return *src_++; }
  std::size_t Tell() const { return static_cast<std::size_t>(src_ - head_); }

  // Called where a string begins. What is stepped over here would be put where it stands.
  Ch* PutBegin() {
    Ch* const begin = src_;
    while (kPlain[static_cast<unsigned char>(*src_)]) ++src_;
    dst_ = src_;
    return begin;
  }
  void Put(Ch c) { *dst_++ = c; }
  void Flush() {}
  std::size_t PutEnd(Ch* begin) { return static_cast<std::size_t>(dst_ - begin); }

 private:
  Ch* src_;
  Ch* dst_;
  Ch* head_;
};

// RapidJSON lets the second half of a surrogate pair pass alone (\udc00) and writes bytes that are no UTF-8:
// ED A0..BF xx, which a replacement character of the same length takes the place of.
std::string text_of(const Value& value) {
  std::string text(value.GetString(), value.GetStringLength());
  for (std::size_t at = 0; (at = text.find('\xED', at)) != std::string::npos; ++at)
    if (at + 2 < text.size() && static_cast<unsigned char>(text[at + 1]) >= 0xA0)
      text.replace(at, 3, "\xEF\xBF\xBD");
  return text;
}

bool is_ascii(std::string_view text) {
  std::uint64_t seen = 0;
  std::size_t at = 0;
  for (; at + sizeof seen <= text.size(); at += sizeof seen) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, text.data() + at, sizeof eight);
    seen |= eight;
  }
  for (; at < text.size(); ++at) seen |= static_cast<unsigned char>(text[at]);
  return (seen & 0x8080808080808080) == 0;
}

// A text nests no deeper than it has openings. The parser that may call itself is a fifth quicker.
bool is_flat(std::string_view text) {
  constexpr int kMost = 64;
  int openings = 0;
  for (const char opening : {'{', '['})
    for (std::size_t at = 0; (at = text.find(opening, at)) != std::string_view::npos; ++at)
      if (++openings > kMost) return false;
  return true;
}

}  // namespace

// With its encoding checked, and so that deep nesting cannot exhaust the stack: the text comes from outside.
JsonText::JsonText(std::string_view text) {
  // The parser takes a NUL for the end of the text and would believe what stands before it.
  if (text.empty() || text.find('\0') != std::string_view::npos) return;
  text_ = text;
  TextStream stream(text_.data());
  // Checking each character's encoding is a third of the work, and answers are hardly ever more than ASCII.
  constexpr unsigned kInPlace = rapidjson::kParseInsituFlag;
  constexpr unsigned kDeep = kInPlace | rapidjson::kParseIterativeFlag;
  constexpr unsigned kEncoded = rapidjson::kParseValidateEncodingFlag;
  const bool flat = is_flat(text);
  if (is_ascii(text))
    flat ? document_.ParseStream<kInPlace>(stream) : document_.ParseStream<kDeep>(stream);
  else
    flat ? document_.ParseStream<kInPlace | kEncoded>(stream)
         : document_.ParseStream<kDeep | kEncoded>(stream);
  good_ = !document_.HasParseError();
}

const Value* Fields::find(const char* name) const {
  const auto member = object_.FindMember(name);
  return member == object_.MemberEnd() || member->value.IsNull() ? nullptr : &member->value;
}

const Value* Fields::require(const char* name, bool (Value::*is)() const) {
  const Value* value = find(name);
  if (value == nullptr || (value->*is)()) return value;
  ok_ = false;
  return nullptr;
}

std::string Fields::text(const char* name) {
  const Value* value = require(name, &Value::IsString);
  return value ? text_of(*value) : std::string();
}

bool Fields::flag(const char* name) {
  const Value* value = require(name, &Value::IsBool);
  return value && value->GetBool();
}

std::int64_t Fields::number(const char* name) {
  const Value* value = require(name, &Value::IsInt64);
  return value ? value->GetInt64() : 0;
}

const Value* Fields::object(const char* name) {
  return require(name, &Value::IsObject);
}

const Value* Fields::array(const char* name) {
  return require(name, &Value::IsArray);
}

std::string Fields::reference(const char* name) {
  const Value* value = find(name);
  if (value == nullptr) return {};
  if (!value->IsObject()) return text(name);
  Fields expanded(*value);
  std::string id = expanded.text("id");
  ok_ = ok_ && expanded.ok() && !id.empty();
  return id;
}

const Value* Fields::expanded(const char* name) const {
  const Value* value = find(name);
  return value != nullptr && value->IsObject() ? value : nullptr;
}

Fields::Pairs Fields::pairs(const char* name) {
  Pairs result;
  const Value* map = object(name);
  if (map == nullptr) return result;
  result.reserve(map->MemberCount());
  for (const auto& member : map->GetObject()) {
    if (member.value.IsString())
      result.emplace_back(text_of(member.name), text_of(member.value));
    else
      ok_ = false;
  }
  return result;
}

}  // namespace payferry::stripe
