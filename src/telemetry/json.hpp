#pragma once

#include <rapidjson/stringbuffer.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/redact.hpp"
#include "telemetry/snapshot.hpp"
#include "telemetry/text.hpp"

namespace payferry::telemetry {

// A JSON object that is written from its front to its end; every text goes through redact(). Writer is
// RapidJSON's Writer or PrettyWriter.
template <class Writer>
class Json {
 public:
  Json() : writer_(buffer_) { writer_.SetMaxDecimalPlaces(3); }
  Writer& writer() { return writer_; }

  void open(std::string_view name = {}) {
    if (!name.empty()) key(name);
    writer_.StartObject();
  }
  void close() { writer_.EndObject(); }
  void add_workers(std::string_view name, const std::vector<FleetLine>& fleet) {
    key(name);
    add_workers(fleet);
  }
  void open_list(std::string_view name = {}) {
    if (!name.empty()) key(name);
    writer_.StartArray();
  }
  void close_list() { writer_.EndArray(); }
  void add(std::string_view name, Count value) {
    key(name);
    writer_.Uint64(value);
  }
  void add(std::string_view name, std::string_view value) {
    key(name);
    add_text(value);
  }
  void add_text(std::string_view value) {
    const std::string shown = valid_utf8(redact(value));
    writer_.String(shown.data(), static_cast<rapidjson::SizeType>(shown.size()));
  }
  void add_flag(std::string_view name, bool value) {
    key(name);
    writer_.Bool(value);
  }
  void add_none(std::string_view name) {
    key(name);
    writer_.Null();
  }
  void add_seconds(std::string_view name, double value) {
    key(name);
    add_number(value);
  }
  // Three places, and none where there is nothing behind the point; nothing below 0.
  void add_number(double value) {
    const double rounded = std::isfinite(value) && value > 0 ? std::round(value * 1000) / 1000 : 0;
    if (rounded == std::floor(rounded))
      writer_.Uint64(static_cast<Count>(rounded));
    else
      writer_.Double(rounded);
  }
  void add_words(std::string_view name, const WordCounts& words, std::string_view always = {}) {
    open(name);
    if (!always.empty()) add(always, words.of(always));
    for (const auto& [word, count] : words.all())
      if (count > 0 && word != always) add(word, count);
    close();
  }
  void add_items(const ItemCounts& items) {
    open("items");
    add("read", items.read);
    add("rejected", items.rejected);
    add("duplicate", items.duplicate);
    add("succeeded", items.succeeded);
    add("skipped", items.skipped);
    add("failed", items.failed);
    add("blocked", items.blocked);
    add("pending", items.pending);
    close();
  }
  void add_by_endpoint(const RequestCounts& requests) {
    open("by_endpoint");
    for (std::size_t at = 0; at < kEndpointCount; ++at) {
      const Endpoint endpoint = static_cast<Endpoint>(at);
      const bool always = endpoint <= Endpoint::attach;
      if (always || requests.of(endpoint) > 0) add(to_string(endpoint), requests.of(endpoint));
    }
    close();
  }
  void add_workers(const std::vector<FleetLine>& fleet) {
    writer_.StartArray();
    for (const FleetLine& line : fleet) add_worker(line);
    writer_.EndArray();
  }
  std::string text() const { return std::string(buffer_.GetString(), buffer_.GetSize()); }

 private:
  void add_worker(const FleetLine& line) {
    open();
    add("name", std::string_view(line.name));
    add("job", std::string_view(line.job));
    add_flag("self", line.is_self);
    add_flag("live", line.live);
    add_seconds("share", line.share);
    add("lanes", static_cast<Count>(line.lanes));
    add_flag("reads", line.reads);
    add_flag("idle", line.idle);
    add_seconds("per_second", line.ended_per_second);
    add("in_flight", static_cast<Count>(line.in_flight));
    add("succeeded", line.run_succeeded);
    add("failed", line.run_failed);
    add("held_by", std::string_view(line.held_by));
    close();
  }
  void key(std::string_view name) {
    const std::string shown = valid_utf8(redact(name));
    writer_.Key(shown.data(), static_cast<rapidjson::SizeType>(shown.size()));
  }

  rapidjson::StringBuffer buffer_;
  Writer writer_;
};

}  // namespace payferry::telemetry
