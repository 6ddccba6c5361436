#include "ledger/content.hpp"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "core/digest.hpp"

namespace payferry::ledger {
namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

// What most lines say beyond their three ids.
constexpr std::string_view kNothing = "{}";

void put(Writer& writer, const char* key, const std::string& value) {
  if (value.empty()) return;
  writer.Key(key);
  writer.String(value);
}

// Empty where the file is damaged and something else stands there.
std::string text_of(const rapidjson::Value& value) {
  return value.IsString() ? std::string(value.GetString(), value.GetStringLength()) : "";
}

std::string get(const rapidjson::Document& document, const char* key) {
  const auto member = document.FindMember(key);
  return member == document.MemberEnd() ? "" : text_of(member->value);
}

}  // namespace

std::string encode(const LineContent& content) {
  static const LineContent nothing;
  if (content == nothing) return std::string(kNothing);
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  put(writer, "target", content.target_customer);
  put(writer, "type", content.type);
  if (content.is_default) {
    writer.Key("default");
    writer.Bool(true);
  }
  put(writer, "name", content.name);
  put(writer, "email", content.email);
  put(writer, "phone", content.phone);
  if (!content.metadata.empty()) {
    writer.Key("metadata");
    writer.StartObject();
    for (const auto& [key, value] : content.metadata) {
      writer.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
      writer.String(value);
    }
    writer.EndObject();
  }
  writer.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

LineContent decode_content(std::string_view json) {
  LineContent content;
  if (json == kNothing) return content;
  rapidjson::Document parsed;
  parsed.Parse<rapidjson::kParseIterativeFlag>(json.data(), json.size());
  if (parsed.HasParseError() || !parsed.IsObject()) return content;
  const rapidjson::Document& document = parsed;  // RapidJSON's other iterators compare ambiguously in C++20
  content.target_customer = get(document, "target");
  content.type = get(document, "type");
  content.is_default = document.HasMember("default");
  content.name = get(document, "name");
  content.email = get(document, "email");
  content.phone = get(document, "phone");
  const auto metadata = document.FindMember("metadata");
  if (metadata != document.MemberEnd() && metadata->value.IsObject())
    for (const auto& member : metadata->value.GetObject())
      content.metadata.emplace_back(text_of(member.name), text_of(member.value));
  return content;
}

std::int64_t digest_of(const Entry& entry) {
  return fingerprint_of({entry.customer, encode(entry.content)});
}

std::string encode(const std::vector<std::string>& list) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartArray();
  for (const std::string& text : list) writer.String(text);
  writer.EndArray();
  return {buffer.GetString(), buffer.GetSize()};
}

std::vector<std::string> decode_list(std::string_view json) {
  std::vector<std::string> list;
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(json.data(), json.size());
  if (document.HasParseError() || !document.IsArray()) return list;
  for (const auto& value : document.GetArray()) list.push_back(text_of(value));
  return list;
}

}  // namespace payferry::ledger
