#include <fmt/format.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

#include "simulator/faults.hpp"

namespace payferry::simulator {
namespace {

constexpr std::array<std::string_view, 21> names{"rate_limit",
                                                 "lock_timeout",
                                                 "error_500_before",
                                                 "error_503",
                                                 "idempotency_conflict",
                                                 "key_mismatch",
                                                 "reset_before",
                                                 "close_before",
                                                 "stall_before",
                                                 "error_500_stored",
                                                 "error_500_after",
                                                 "declined",
                                                 "refuse",
                                                 "reset_after",
                                                 "close_after",
                                                 "truncated",
                                                 "garbage",
                                                 "stall",
                                                 "late",
                                                 "slow",
                                                 "should_retry"};

std::optional<FaultKind> kind_of(std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<FaultKind>(i);
  }
  return std::nullopt;
}

std::optional<std::int64_t> whole(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value < 0)
    return std::nullopt;
  return value;
}

// Types that go with a status unless said otherwise.
std::string type_for(int status) {
  if (status == 402) return "card_error";
  return status >= 500 ? "api_error" : "invalid_request_error";
}

std::optional<std::string> set_refusal(Fault& fault, std::string_view text) {
  const auto slash = text.find('/');
  const auto status = whole(text.substr(0, slash));
  if (!status || *status < 400 || *status > 599)
    return "refuse needs a status from 400 to 599, as in refuse:402/card_declined";
  fault.answer.status = static_cast<int>(*status);
  fault.answer.type = type_for(fault.answer.status);
  fault.answer.message = "Refused as the simulator was told to.";
  if (slash != std::string_view::npos) fault.answer.code = text.substr(slash + 1);
  return std::nullopt;
}

std::optional<std::string> set_parameter(Fault& fault, std::string_view text) {
  switch (fault.kind) {
    case FaultKind::slow:
    case FaultKind::late: {
      const auto delay = whole(text);
      if (!delay)
        return fmt::format("{} needs milliseconds, as in {}:2000", name_of(fault.kind), name_of(fault.kind));
      fault.delay_ms = *delay;
      return std::nullopt;
    }
    case FaultKind::rate_limit:
    case FaultKind::declined:
      fault.reason = text;
      return std::nullopt;
    case FaultKind::should_retry:
      if (text != "true" && text != "false")
        return "should_retry needs true or false, as in should_retry:false";
      fault.should_retry = text == "true";
      return std::nullopt;
    case FaultKind::refuse:
      return set_refusal(fault, text);
    default:
      if (text.empty()) return std::nullopt;
      return fmt::format("{} takes no parameter", name_of(fault.kind));
  }
}

using Object = rapidjson::Value;

std::string text_in(const Object& object, const char* name) {
  const auto found = object.FindMember(name);
  return found != object.MemberEnd() && found->value.IsString() ? found->value.GetString() : "";
}

std::optional<std::string> set_json_parameters(Fault& fault, const Object& object) {
  const auto number = [&](const char* name, std::int64_t otherwise) {
    const auto found = object.FindMember(name);
    return found != object.MemberEnd() && found->value.IsInt64() ? found->value.GetInt64() : otherwise;
  };
  switch (fault.kind) {
    case FaultKind::slow:
    case FaultKind::late:
      return set_parameter(fault, std::to_string(number("ms", -1)));
    case FaultKind::rate_limit:
      fault.reason = text_in(object, "reason");
      return std::nullopt;
    case FaultKind::declined:
      fault.reason = text_in(object, "decline_code");
      return std::nullopt;
    case FaultKind::should_retry: {
      const auto found = object.FindMember("should_retry");
      if (found == object.MemberEnd() || !found->value.IsBool())
        return "should_retry needs \"should_retry\": true or false";
      fault.should_retry = found->value.GetBool();
      return std::nullopt;
    }
    case FaultKind::refuse: {
      if (auto wrong = set_refusal(fault, std::to_string(number("status", 0)))) return wrong;
      fault.answer.code = text_in(object, "code");
      fault.answer.param = text_in(object, "param");
      fault.answer.decline_code = text_in(object, "decline_code");
      if (object.HasMember("message")) fault.answer.message = text_in(object, "message");
      if (object.HasMember("type")) fault.answer.type = text_in(object, "type");
      return std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

std::optional<std::string> check_step(const std::string& step) {
  if (step.empty() || step == "set_default") return std::nullopt;
  for (const EndpointInfo& endpoint : endpoints) {
    if (endpoint.name == step) return std::nullopt;
  }
  return fmt::format("unknown step {}", step);
}

// A misspelt condition would strike everywhere, so every name is checked.
std::optional<std::string> check_names(const Object& object) {
  constexpr std::array<std::string_view, 18> known{
      "kind",   "method", "path",         "step",  "account", "contains",
      "nth",    "times",  "probability",  "ms",    "reason",  "decline_code",
      "status", "code",   "should_retry", "param", "message", "type"};
  for (const auto& member : object.GetObject()) {
    const std::string_view name{member.name.GetString(), member.name.GetStringLength()};
    if (std::find(known.begin(), known.end(), name) == known.end())
      return fmt::format("unknown field {}", name);
  }
  return std::nullopt;
}

std::optional<std::string> set_occurrence(FaultRule& rule, const Object& object) {
  for (auto [name, target] : {std::pair{"nth", &rule.nth}, std::pair{"times", &rule.times}}) {
    const auto found = object.FindMember(name);
    if (found == object.MemberEnd()) continue;
    if (!found->value.IsUint64()) return fmt::format("{} must be a whole number", name);
    *target = found->value.GetUint64();
  }
  const auto found = object.FindMember("probability");
  if (found == object.MemberEnd()) return std::nullopt;
  if (!found->value.IsNumber()) return "probability must be a number";
  rule.probability = found->value.GetDouble();
  return std::nullopt;
}

}  // namespace

std::string_view name_of(FaultKind kind) {
  return names[static_cast<std::size_t>(kind)];
}

std::variant<FaultRule, std::string> parse_fault_option(std::string_view text) {
  FaultRule rule;
  const auto equals = text.rfind('=');
  if (equals == std::string_view::npos) return "a fault is written KIND[:PARAMETER]=PROBABILITY";
  const std::string chance(text.substr(equals + 1));
  char* end = nullptr;
  rule.probability = std::strtod(chance.c_str(), &end);
  if (chance.empty() || *end != '\0' || !(rule.probability >= 0 && rule.probability <= 1)) {
    return fmt::format("{} is no probability from 0 to 1", chance);
  }
  std::string_view what = text.substr(0, equals);
  const auto colon = what.find(':');
  const std::string_view parameter =
      colon == std::string_view::npos ? std::string_view{} : what.substr(colon + 1);
  what = what.substr(0, colon);
  if (const auto slash = what.find('/'); slash != std::string_view::npos) {
    rule.step = what.substr(0, slash);
    what = what.substr(slash + 1);
  }
  if (auto wrong = check_step(rule.step)) return *wrong;
  const auto kind = kind_of(what);
  if (!kind) return fmt::format("unknown fault {}", what);
  rule.fault.kind = *kind;
  if (auto wrong = set_parameter(rule.fault, parameter)) return *wrong;
  return rule;
}

std::variant<FaultRule, std::string> parse_fault_json(std::string_view text) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(text.data(),
                                                                                         text.size());
  if (document.HasParseError() || !document.IsObject()) return "not a JSON object";
  if (auto wrong = check_names(document)) return *wrong;
  FaultRule rule;
  const auto kind = kind_of(text_in(document, "kind"));
  if (!kind) return fmt::format("unknown kind {}", text_in(document, "kind"));
  rule.fault.kind = *kind;
  rule.method = text_in(document, "method");
  rule.path = text_in(document, "path");
  rule.step = text_in(document, "step");
  rule.account = text_in(document, "account");
  rule.contains = text_in(document, "contains");
  rule.times = document.HasMember("probability") ? 0 : 1;
  if (auto wrong = check_step(rule.step)) return *wrong;
  if (auto wrong = set_occurrence(rule, document)) return *wrong;
  if (auto wrong = set_json_parameters(rule.fault, document)) return *wrong;
  return rule;
}

std::variant<std::vector<FaultRule>, std::string> parse_fault_script(std::string_view text) {
  std::vector<FaultRule> rules;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    const auto first = line.find_first_not_of(" \t\r");
    if (first == std::string_view::npos || line[first] == '#') continue;
    auto rule = parse_fault_json(line);
    if (auto* wrong = std::get_if<std::string>(&rule)) return fmt::format("line {}: {}", number, *wrong);
    rules.push_back(std::move(std::get<FaultRule>(rule)));
  }
  return rules;
}

}  // namespace payferry::simulator
