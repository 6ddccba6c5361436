#pragma once

#include <boost/beast/http/basic_parser.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "stripe/client.hpp"

namespace payferry::stripe {

// Beast's parser, keeping of an answer only what Answer has: no list of headers is built.
class AnswerParser final : public boost::beast::http::basic_parser<false> {
 public:
  explicit AnswerParser(std::size_t max_body_bytes);
  Answer answer;

 private:
  using Text = boost::beast::string_view;
  using Code = boost::beast::error_code;

  void on_request_impl(boost::beast::http::verb, Text, Text, int, Code&) override {}
  void on_response_impl(int status, Text reason, int version, Code&) override;
  void on_field_impl(boost::beast::http::field, Text name, Text value, Code&) override;
  void on_header_impl(Code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, Code&) override;
  std::size_t on_body_impl(Text body, Code&) override;
  void on_chunk_header_impl(std::uint64_t, Text, Code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text body, Code&) override;
  void on_finish_impl(Code&) override {}
};

// Makes one answer of the bytes of a connection, as they come. Skips interim answers (1xx).
class AnswerReader {
 public:
  explicit AnswerReader(std::size_t max_body_bytes);

  // Takes what it can use and returns how many bytes that were; the rest comes again, with more behind it.
  std::size_t take(std::string_view bytes);
  // The other side has ended the connection in an orderly way.
  void end();

  bool is_done() const { return parser_->is_done(); }
  // too_large | malformed | truncated; empty: nothing is wrong so far.
  const std::string& failure() const { return failure_; }
  // Whether the connection can carry another request, once done.
  bool keep_alive() const;
  Answer release() { return std::move(parser_->answer); }

 private:
  void fail(const boost::beast::error_code&);
  bool is_interim() const;

  std::size_t max_body_bytes_;
  std::optional<AnswerParser> parser_;
  std::string failure_;
  int interim_answers_ = 0;
};

}  // namespace payferry::stripe
