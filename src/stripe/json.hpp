#pragma once

#include <rapidjson/document.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace payferry::stripe {

// One JSON text, in a copy of which it is parsed: its strings stay where they are. Values of answers of the
// usual size stand on the stack.
class JsonText {
 public:
  using Allocator = rapidjson::MemoryPoolAllocator<>;
  using Document = rapidjson::GenericDocument<rapidjson::UTF8<>, Allocator, Allocator>;

  explicit JsonText(std::string_view text);
  JsonText(const JsonText&) = delete;
  JsonText& operator=(const JsonText&) = delete;

  // Null when the text is not one whole JSON object.
  const rapidjson::Value* object() const { return good_ && document_.IsObject() ? &document_ : nullptr; }

 private:
  std::string text_;
  alignas(16) char value_space_[12 * 1024];
  alignas(16) char stack_space_[2 * 1024];
  Allocator values_{value_space_, sizeof value_space_};
  Allocator stack_{stack_space_, sizeof stack_space_};
  Document document_{&values_, 1024, &stack_};
  bool good_ = false;
};

// Reads the fields of one object. An absent field and null read as empty; one of another type makes ok()
// false for good.
class Fields {
 public:
  using Pairs = std::vector<std::pair<std::string, std::string>>;

  explicit Fields(const rapidjson::Value& object) : object_(object) {}
  bool ok() const { return ok_; }

  std::string text(const char* name);
  bool flag(const char* name);
  std::int64_t number(const char* name);
  // An id, whether it comes as such or expanded to the object that bears it.
  std::string reference(const char* name);
  // The object where it comes expanded; null where it comes as an id, or not at all.
  const rapidjson::Value* expanded(const char* name) const;
  // An object of texts, such as metadata.
  Pairs pairs(const char* name);
  // Null where it is absent.
  const rapidjson::Value* object(const char* name);
  const rapidjson::Value* array(const char* name);
  bool has(const char* name) const { return find(name) != nullptr; }

 private:
  const rapidjson::Value* find(const char* name) const;
  const rapidjson::Value* require(const char* name, bool (rapidjson::Value::*is)() const);

  const rapidjson::Value& object_;
  bool ok_ = true;
};

}  // namespace payferry::stripe
