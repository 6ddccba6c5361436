#pragma once

#include <rapidjson/document.h>
#include <rapidjson/memorystream.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace payferry::stripe {

// One JSON text. Answers of the usual size are parsed without touching the heap.
class JsonText {
 public:
  using Allocator = rapidjson::MemoryPoolAllocator<>;
  using Document = rapidjson::GenericDocument<rapidjson::UTF8<>, Allocator, Allocator>;

  // Iterative, so that deep nesting cannot exhaust the stack, and with its encoding checked: the text comes
  // from outside.
  explicit JsonText(std::string_view text) {
    static constexpr unsigned kPlain = rapidjson::kParseIterativeFlag;
    // The parser takes a NUL for the end of the text and would believe what stands before it.
    if (text.empty() || text.find('\0') != std::string_view::npos) return;
    // Checking each character's encoding is a third of the work, and answers are hardly ever more than ASCII.
    rapidjson::MemoryStream stream(text.data(), text.size());
    if (is_ascii(text))
      document_.ParseStream<kPlain>(stream);
    else
      document_.ParseStream<kPlain | rapidjson::kParseValidateEncodingFlag>(stream);
    good_ = !document_.HasParseError();
  }
  JsonText(const JsonText&) = delete;
  JsonText& operator=(const JsonText&) = delete;

  // Null when the text is not one whole JSON object.
  const rapidjson::Value* object() const { return good_ && document_.IsObject() ? &document_ : nullptr; }

 private:
  static bool is_ascii(std::string_view text) {
    unsigned char seen = 0;
    for (const char c : text) seen |= static_cast<unsigned char>(c);
    return seen < 0x80;
  }

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
