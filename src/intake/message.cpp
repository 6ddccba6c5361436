#include "intake/message.hpp"

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <array>
#include <memory>
#include <optional>

#include "intake/row.hpp"
#include "intake/text.hpp"

namespace payferry::intake {
namespace {

using Value = rapidjson::Value;
using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

constexpr unsigned kParse = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;
constexpr std::size_t kFieldLimit = 64 * 1024;
constexpr std::string_view kOurs = "payferry_";
constexpr std::string_view kDefault = "default";
constexpr std::string_view kMetadata = "metadata";

struct Field {
  std::string_view name;
  std::string_view Row::*member;
};
constexpr std::array<Field, 8> kTexts{{
    {"payment_method", &Row::payment_method},
    {"customer", &Row::customer},
    {"account", &Row::account},
    {"target_customer", &Row::target_customer},
    {"type", &Row::type},
    {"name", &Row::name},
    {"email", &Row::email},
    {"phone", &Row::phone},
}};

struct Problem {
  const char* code;
  std::string message;
};

std::string_view view_of(const Value& value) {
  return {value.GetString(), value.GetStringLength()};
}

std::optional<Problem> check_text(const std::string& name, const Value& value) {
  if (!value.IsString()) return Problem{"message_wrong_type", "field " + name + " has to be a text"};
  const std::string_view text = view_of(value);
  if (text.size() > kFieldLimit)
    return Problem{"field_too_long", "field " + name + " is longer than 64 KiB; shorten it"};
  if (text.find('\0') != std::string_view::npos)
    return Problem{"nul_byte", "field " + name + " holds a NUL character; remove it"};
  return std::nullopt;
}

std::optional<Problem> check_key(std::string_view key) {
  if (key.empty()) return Problem{"metadata_invalid_key", "a key of metadata is empty; name it"};
  if (key.starts_with(kOurs))
    return Problem{"metadata_invalid_key", "metadata's keys that begin with payferry_ are ours; rename them"};
  if (key.find_first_of("[]") != std::string_view::npos || key.find('\0') != std::string_view::npos)
    return Problem{
        "metadata_invalid_key",
        "a key of metadata holds a square bracket, which Stripe does not allow, or a NUL; rename it"};
  return std::nullopt;
}

bool has_twice(const Value& object) {
  for (auto one = object.MemberBegin(); one != object.MemberEnd(); ++one) {
    // The first of the name: members are few.
    if (object.FindMember(one->name) != one) return true;
  }
  return false;
}

std::optional<Problem> take_metadata(const Value& value, Row& row) {
  if (!value.IsObject()) return Problem{"message_wrong_type", "field metadata has to be an object of texts"};
  // Looking for keys that are there twice takes the square of their number.
  if (value.MemberCount() > kMetadataLimit)
    return Problem{"metadata_too_long",
                   "metadata has more than 48 keys; Stripe takes 50, two of which are needed here"};
  if (has_twice(value)) return Problem{"message_malformed", "metadata names a key twice; keep one"};
  for (const auto& member : value.GetObject()) {
    if (auto problem = check_key(view_of(member.name))) return problem;
    if (auto problem = check_text("metadata", member.value)) return problem;
    row.metadata.emplace_back(view_of(member.name), view_of(member.value));
  }
  return std::nullopt;
}

std::optional<Problem> take_field(std::string_view name, const Value& value, Row& row) {
  for (const Field& field : kTexts) {
    if (field.name != name) continue;
    if (value.IsNull()) return std::nullopt;
    if (auto problem = check_text(std::string(name), value)) return problem;
    row.*field.member = view_of(value);
    return std::nullopt;
  }
  if (name == kDefault) {
    if (value.IsNull()) return std::nullopt;
    if (!value.IsBool())
      return Problem{"message_wrong_type", "field default has to be true or false, without quotes"};
    row.is_default = value.GetBool() ? "true" : "false";
    return std::nullopt;
  }
  if (name == kMetadata) return value.IsNull() ? std::nullopt : take_metadata(value, row);
  return Problem{"message_unknown_field",
                 "the message has a field that is not known; known are payment_method, customer, account, "
                 "target_customer, default, type, name, email, phone and metadata"};
}

std::optional<Problem> take_fields(const Value& object, Row& row) {
  constexpr std::size_t kMost = kTexts.size() + 2;
  for (const auto& member : object.GetObject()) {
    if (auto problem = take_field(view_of(member.name), member.value, row)) return problem;
    if (object.MemberCount() > kMost) break;
  }
  if (object.MemberCount() > kMost || has_twice(object))
    return Problem{"message_malformed", "the message names a field twice; keep one"};
  return std::nullopt;
}

Problem unparsed(const rapidjson::Document& document) {
  if (document.GetParseError() == rapidjson::kParseErrorStringInvalidEncoding)
    return Problem{"invalid_utf8", "the message is not valid UTF-8; publish JSON in UTF-8"};
  return Problem{"message_malformed", "the message is not JSON (" +
                                          std::string(rapidjson::GetParseError_En(document.GetParseError())) +
                                          " At byte " + std::to_string(document.GetErrorOffset()) +
                                          "); publish one JSON object a message"};
}

void put(Writer& writer, std::string_view text) {
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

template <class Pairs>
void put_object(Writer& writer, const Pairs& pairs) {
  writer.StartObject();
  for (const auto& [key, value] : pairs) {
    writer.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
    put(writer, value);
  }
  writer.EndObject();
}

// In the order of message_columns().
Cells cells_of(const Row& row) {
  std::string metadata;
  if (!row.metadata.empty()) {
    rapidjson::StringBuffer object;
    Writer writer(object);
    put_object(writer, row.metadata);
    metadata.assign(object.GetString(), object.GetSize());
  }
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartArray();
  for (const Field& field : kTexts) put(writer, row.*field.member);
  put(writer, row.is_default);
  put(writer, metadata);
  writer.EndArray();
  return std::make_shared<const std::string>(buffer.GetString(), buffer.GetSize());
}

}  // namespace

const std::vector<std::string>& message_columns() {
  static const std::vector<std::string> columns = [] {
    std::vector<std::string> names;
    for (const Field& field : kTexts) names.emplace_back(field.name);
    names.emplace_back(kDefault);
    names.emplace_back(kMetadata);
    return names;
  }();
  return columns;
}

std::variant<std::vector<Entry>, Reject> read_message(std::string_view body, std::uint64_t number,
                                                      const settings::TargetSettings& rules) {
  const auto rejected = [number](Problem problem) {
    return Reject{number, {}, problem.code, std::move(problem.message), nullptr};
  };
  if (body.size() > kMessageLimit)
    return rejected({"message_too_long", "the message is longer than 1 MiB; shorten it"});
  rapidjson::Document document;
  document.Parse<kParse>(body.data(), body.size());
  if (document.HasParseError()) return rejected(unparsed(document));
  if (!document.IsObject())
    return rejected(
        {"message_malformed", "the message is JSON, but no object; publish one object a message"});
  Row row;
  row.line = number;
  if (auto problem = take_fields(document, row)) return rejected(std::move(*problem));
  row.cells = cells_of(row);
  return make_entries(row, rules);
}

void take_metadata_cell(std::string_view cell, Row& row) {
  if (trimmed(cell).empty()) return;
  const auto wrong = [&row](const char* code, std::string problem) {
    row.metadata_code = code;
    row.metadata_problem = "column metadata: " + std::move(problem);
  };
  const auto document = std::make_shared<rapidjson::Document>();
  document->Parse<kParse>(cell.data(), cell.size());
  if (document->HasParseError())
    return wrong("message_malformed", "the value is not JSON; write an object of texts, or nothing");
  row.kept = document;
  if (auto problem = take_metadata(*document, row)) wrong(problem->code, std::move(problem->message));
}

std::string message_of(const Entry& entry) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  const auto field = [&writer](std::string_view name, std::string_view text) {
    if (text.empty()) return;
    writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    put(writer, text);
  };
  writer.StartObject();
  field("payment_method", entry.payment_method);
  field("customer", entry.customer);
  field("account", entry.account);
  field("target_customer", entry.content.target_customer);
  field("type", entry.content.type);
  field("name", entry.content.name);
  field("email", entry.content.email);
  field("phone", entry.content.phone);
  if (entry.content.is_default) {
    writer.Key("default");
    writer.Bool(true);
  }
  if (!entry.content.metadata.empty()) {
    writer.Key("metadata");
    put_object(writer, entry.content.metadata);
  }
  writer.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace payferry::intake
