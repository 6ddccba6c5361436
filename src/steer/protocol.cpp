#include "steer/protocol.hpp"

#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <charconv>
#include <cmath>

#include "core/endpoints.hpp"
#include "core/ids.hpp"
#include "core/redact.hpp"

namespace payferry::steer {
namespace {

using Value = rapidjson::Value;
using Writer = rapidjson::Writer<rapidjson::StringBuffer>;
constexpr unsigned kParse = rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;
constexpr std::string_view kConfigured = "configured";
constexpr std::size_t kLongestJob = 64;

Error wrong(std::string message) {
  return make_error(Errc::usage, std::move(message));
}

std::string_view text_of(const Value& value) {
  return {value.GetString(), value.GetStringLength()};
}

void put(Writer& writer, std::string_view text) {
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void put_wish(Writer& writer, std::string_view name, const Wish& value) {
  writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
  if (value)
    writer.Double(*value);
  else
    put(writer, kConfigured);
}

std::string line_of(const rapidjson::StringBuffer& buffer) {
  return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

const KnobInfo* knob_named(std::string_view name) {
  for (const KnobInfo& info : kKnobs)
    if (info.name == name) return &info;
  return nullptr;
}

bool fits(const KnobInfo& knob, const Wish& value) {
  return !value ||
         (*value >= knob.least && *value <= knob.most && (!knob.whole || std::floor(*value) == *value));
}

// The endpoint of "endpoint.clone".
std::optional<Endpoint> single_named(std::string_view name) {
  return name.starts_with(kSingle) ? endpoint_from(name.substr(kSingle.size())) : std::nullopt;
}

Result<void> wish(Request& request, std::string_view name, Wish value) {
  const std::optional<Endpoint> single = single_named(name);
  const KnobInfo* knob = knob_named(single ? to_string(Knob::endpoint) : name);
  if (!knob)
    return wrong(fmt::format(
        "{}: there is no such setting; there are rate, endpoint, endpoint.NAME (such as endpoint.clone) and "
        "in_flight",
        redact(name.substr(0, kLongestJob))));
  if (!fits(*knob, value)) return wrong(fmt::format("{}: give {}, or {}", name, knob->takes, kConfigured));
  if (single)
    request.endpoints[*single] = value;
  else
    request.set[knob->knob] = value;
  return {};
}

Result<void> take_wishes(const Value& wishes, Request& request) {
  if (!wishes.IsObject()) return wrong("set: give an object, such as {\"rate\":50}");
  for (const auto& [name, value] : wishes.GetObject()) {
    const bool configured = value.IsString() && text_of(value) == kConfigured;
    if (!configured && !value.IsNumber())
      return wrong(fmt::format("set: give numbers, or \"{}\"", kConfigured));
    const Result<void> taken = wish(request, text_of(name), configured ? Wish() : Wish(value.GetDouble()));
    if (!taken) return taken;
  }
  return {};
}

Result<Action> action_of(const Value& value) {
  if (value.IsString())
    for (const Action action : kActions)
      if (to_string(action) == text_of(value)) return action;
  return wrong("do: give status, pause, resume, set, skip-account, take-account or stop");
}

Result<void> take_member(std::string_view name, const Value& value, Request& request) {
  if (name == "set") return take_wishes(value, request);
  if (name == "do") {
    const Result<Action> action = action_of(value);
    if (!action) return action.error();
    request.action = *action;
    return {};
  }
  if (name != "job" && name != "account") return wrong("a request has job, do, set and account");
  if (!value.IsString() || value.GetStringLength() > 255) return wrong(fmt::format("{}: give a name", name));
  (name == "job" ? request.job : request.account) = text_of(value);
  return {};
}

Result<void> check_whole(const Request& request) {
  const bool names_account = request.action == Action::skip_account || request.action == Action::take_account;
  if (request.job.empty()) return wrong("job: give the name of the job that is meant");
  if (names_account && !is_account_id(request.account))
    return wrong("account: a connected account's id begins with acct_");
  if (!names_account && !request.account.empty())
    return wrong(fmt::format("account: {} takes none", to_string(request.action)));
  const bool sets_nothing = request.set.empty() && request.endpoints.empty();
  if ((request.action == Action::set) == sets_nothing)
    return wrong(sets_nothing ? "set: give what is to be set, such as rate=50"
                              : fmt::format("set: {} takes none", to_string(request.action)));
  return {};
}

}  // namespace

std::string to_line(const Request& request) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  writer.Key("job");
  put(writer, request.job);
  writer.Key("do");
  put(writer, to_string(request.action));
  if (!request.account.empty()) {
    writer.Key("account");
    put(writer, request.account);
  }
  if (!request.set.empty() || !request.endpoints.empty()) {
    writer.Key("set");
    writer.StartObject();
    for (const auto& [knob, value] : request.set) put_wish(writer, to_string(knob), value);
    for (const auto& [endpoint, value] : request.endpoints) put_wish(writer, name_of_single(endpoint), value);
    writer.EndObject();
  }
  writer.EndObject();
  return line_of(buffer);
}

Result<Request> parse_request(std::string_view line) {
  if (line.size() > kLongestRequest) return wrong("the request is longer than 4 KiB");
  rapidjson::Document document;
  document.Parse<kParse>(line.data(), line.size());
  if (document.HasParseError() || !document.IsObject())
    return wrong("a request is one JSON object on a line");
  Request request;
  bool has_action = false;
  for (const auto& [name, value] : document.GetObject()) {
    has_action = has_action || text_of(name) == "do";
    const Result<void> taken = take_member(text_of(name), value, request);
    if (!taken) return taken.error();
  }
  if (!has_action) return wrong("do: is missing");
  const Result<void> whole = check_whole(request);
  if (!whole) return whole.error();
  return request;
}

std::string to_line(const Reply& reply) {
  rapidjson::StringBuffer buffer;
  Writer writer(buffer);
  writer.StartObject();
  writer.Key("code");
  put(writer, to_string(reply.code));
  writer.Key("message");
  put(writer, reply.message);
  if (!reply.live.empty()) {
    writer.Key("live");
    writer.RawValue(reply.live.data(), reply.live.size(), rapidjson::kObjectType);
  }
  writer.EndObject();
  return line_of(buffer);
}

Result<Reply> parse_reply(std::string_view line) {
  const Error unreadable = make_error(Errc::internal, "the run's answer cannot be read");
  rapidjson::Document document;
  document.Parse<kParse>(line.data(), line.size());
  if (document.HasParseError() || !document.IsObject()) return unreadable;
  const auto code = document.FindMember("code");
  const auto message = document.FindMember("message");
  if (code == document.MemberEnd() || !code->value.IsString()) return unreadable;
  if (message == document.MemberEnd() || !message->value.IsString()) return unreadable;
  Reply reply;
  reply.message = text_of(message->value);
  bool known = false;
  for (const ReplyCode each : kReplyCodes) {
    if (to_string(each) != text_of(code->value)) continue;
    reply.code = each;
    known = true;
  }
  if (!known) return unreadable;
  if (const auto live = document.FindMember("live"); live != document.MemberEnd()) {
    rapidjson::StringBuffer buffer;
    Writer writer(buffer);
    live->value.Accept(writer);
    reply.live.assign(buffer.GetString(), buffer.GetSize());
  }
  return reply;
}

Result<void> add_assignment(std::string_view text, Request& request) {
  const std::size_t at = text.find('=');
  if (at == std::string_view::npos)
    return wrong(fmt::format("{}: write NAME=VALUE, such as rate=50", redact(text.substr(0, kLongestJob))));
  const std::string_view name = text.substr(0, at);
  const std::string_view value = text.substr(at + 1);
  if (value == kConfigured) return wish(request, name, std::nullopt);
  double number = 0;
  const auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), number);
  const bool whole = failed == std::errc() && end == value.data() + value.size();
  return wish(request, name, whole ? number : std::nan(""));
}

}  // namespace payferry::steer
