#pragma once

#include <rapidjson/reader.h>

#include <boost/beast/http/basic_parser.hpp>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

inline void check(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "bench_floor: %s\n", what);
  std::exit(1);
}
inline void check(const boost::system::error_code& code) {
  if (code) check(false, code.message().c_str());
}

// Keeps the body only: a container of all fields costs an allocation each.
class AnswerParser : public boost::beast::http::basic_parser<false> {
 public:
  explicit AnswerParser(std::string& body) : body_(&body) {
    eager(true);
    body_limit(1024 * 1024);
    body_->clear();
  }

 private:
  using Text = boost::beast::string_view;
  using error_code = boost::beast::error_code;

  void on_request_impl(boost::beast::http::verb, Text, Text, int, error_code&) override {}
  void on_response_impl(int status, Text, int, error_code&) override {
    check(status == 200, "an answer is not 200");
  }
  void on_field_impl(boost::beast::http::field, Text, Text, error_code&) override {}
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(Text text, error_code&) override { return keep(text); }
  void on_chunk_header_impl(std::uint64_t, Text, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text text, error_code&) override { return keep(text); }
  void on_finish_impl(error_code&) override {}

  std::size_t keep(Text text) {
    body_->append(text.data(), text.size());
    return text.size();
  }

  std::string* body_;
};

// The id of the outermost object.
class IdReader : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, IdReader> {
 public:
  explicit IdReader(std::string& id) : id_(id) { id_.clear(); }
  bool StartObject() { return enter(); }
  bool EndObject(rapidjson::SizeType) { return leave(); }
  bool StartArray() { return enter(); }
  bool EndArray(rapidjson::SizeType) { return leave(); }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    is_id_ = depth_ == 1 && std::string_view(text, size) == "id";
    return true;
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    if (is_id_) id_.assign(text, size);
    return Default();
  }
  bool Default() {
    is_id_ = false;
    return true;
  }

 private:
  bool enter() {
    ++depth_;
    return Default();
  }
  bool leave() {
    --depth_;
    return true;
  }

  std::string& id_;
  int depth_ = 0;
  bool is_id_ = false;
};
