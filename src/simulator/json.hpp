#pragma once

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <concepts>
#include <string>
#include <string_view>

namespace payferry::simulator {

// JSON text from the front to the back; nothing but a shorter way to say it than RapidJSON's own writer.
class Json {
 public:
  Json& open() { return writer_.StartObject(), *this; }
  Json& close() { return writer_.EndObject(), *this; }
  Json& open_list() { return writer_.StartArray(), *this; }
  Json& close_list() { return writer_.EndArray(), *this; }
  Json& key(std::string_view name) { return writer_.Key(name.data(), size_of(name)), *this; }

  Json& value(std::string_view text) { return writer_.String(text.data(), size_of(text)), *this; }
  Json& value(const char* text) { return value(std::string_view(text)); }
  Json& value(const std::string& text) { return value(std::string_view(text)); }
  template <std::same_as<bool> Bool>
  Json& value(Bool flag) {
    return writer_.Bool(flag), *this;
  }
  template <std::integral Number>
  requires(!std::same_as<Number, bool>) Json& value(Number number) {
    return writer_.Int64(static_cast<std::int64_t>(number)), *this;
  }
  Json& value(double number) { return writer_.Double(number), *this; }
  Json& value(std::nullptr_t) { return writer_.Null(), *this; }

  template <typename Value>
  Json& field(std::string_view name, const Value& what) {
    return key(name).value(what);
  }
  // null where the text is empty.
  Json& optional(std::string_view name, const std::string& text) {
    return text.empty() ? key(name).value(nullptr) : field(name, text);
  }
  // Text that is JSON already.
  Json& raw(std::string_view name, std::string_view text) {
    key(name);
    writer_.RawValue(text.data(), text.size(), rapidjson::kObjectType);
    return *this;
  }

  std::string take() { return {buffer_.GetString(), buffer_.GetSize()}; }

 private:
  static rapidjson::SizeType size_of(std::string_view text) {
    return static_cast<rapidjson::SizeType>(text.size());
  }

  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> writer_{buffer_};
};

}  // namespace payferry::simulator
