#include "settings/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "core/loopback.hpp"

namespace payferry::settings {
namespace {

struct HostAndPort {
  std::string host;  // without brackets
  bool is_ipv6 = false;
  std::string port;  // empty: none given
  bool has_port = false;
};

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

bool is_ipv6_address(const std::string& host) {
  in6_addr address{};
  return inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

bool is_host_name(std::string_view host) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789.-_";
  return !host.empty() && host.size() <= 253 && host.find_first_not_of(kAllowed) == std::string_view::npos &&
         host.front() != '.' && host.front() != '-';
}

std::optional<HostAndPort> split(std::string_view text) {
  HostAndPort result;
  std::string_view after;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    result.host = lower(text.substr(1, end - 1));
    result.is_ipv6 = true;
    after = text.substr(end + 1);
    if (!is_ipv6_address(result.host)) return std::nullopt;
  } else {
    const std::size_t end = std::min(text.find(':'), text.size());
    result.host = lower(text.substr(0, end));
    after = text.substr(end);
    if (!is_host_name(result.host)) return std::nullopt;
  }
  if (after.empty()) return result;
  if (after.front() != ':') return std::nullopt;
  result.has_port = true;
  result.port = after.substr(1);
  return result;
}

bool is_port(std::string_view text, int min) {
  int port = 0;
  return !parse_whole(text, min, 65535, port).has_value();
}

}  // namespace

namespace {

Problem parse_base(std::string_view text, Clear clear, std::string& value) {
  const std::size_t scheme_end = text.find("://");
  const std::string scheme = lower(text.substr(0, std::min(scheme_end, text.size())));
  if (scheme_end == std::string_view::npos || (scheme != "https" && scheme != "http")) {
    return "does not begin with https:// or http://";
  }
  std::string_view rest = text.substr(scheme_end + 3);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.find('@') != std::string_view::npos) return "holds a user name or password";
  if (rest.find_first_of("/?#") != std::string_view::npos) return "holds a path or query";
  const auto address = split(rest);
  if (!address) return "has no valid host";
  if (address->has_port && !is_port(address->port, 1)) return "has a port that is not between 1 and 65535";
  if (scheme == "http" && clear == Clear::loopback && !is_loopback(address->host)) {
    return "would send secrets unencrypted over a network (http:// is for loopback addresses)";
  }
  value = scheme + "://" + lower(rest);
  return std::nullopt;
}

bool is_path(std::string_view path) {
  return std::all_of(path.begin(), path.end(), [](unsigned char c) { return c > 0x20 && c < 0x7f; }) &&
         path.find_first_of("?#") == std::string_view::npos;
}

}  // namespace

Problem parse_base_url(std::string_view text, std::string& value) {
  return parse_base(text, Clear::loopback, value);
}

Problem parse_url(std::string_view text, Clear clear, HttpTarget& value) {
  const std::size_t scheme_end = text.find("://");
  const std::size_t slash =
      scheme_end == std::string_view::npos ? scheme_end : text.find('/', scheme_end + 3);
  const std::string_view path = slash == std::string_view::npos ? "/" : text.substr(slash);
  if (!is_path(path)) return "has a path with a query, or with characters that do not belong there";
  if (auto problem = parse_base(text.substr(0, slash), clear, value.base)) return problem;
  value.path = path;
  return std::nullopt;
}

namespace {

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      result += text[at];
      continue;
    }
    unsigned char byte = 0;
    if (at + 2 >= text.size()) return std::nullopt;
    const char* const end = text.data() + at + 3;
    const auto [read_to, error] = std::from_chars(text.data() + at + 1, end, byte, 16);
    if (error != std::errc() || read_to != end || byte < 0x20) return std::nullopt;
    result += static_cast<char>(byte);
    at += 2;
  }
  return result;
}

// Takes the user, if there is one, off `rest`.
Problem take_user(std::string_view& rest, std::string& user) {
  const std::size_t at = rest.rfind('@');
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view text = rest.substr(0, at);
  if (text.find(':') != std::string_view::npos) return "holds a password, which belongs in password_file";
  const auto decoded = percent_decoded(text);
  if (!decoded || decoded->empty() || text.find('@') != std::string_view::npos) return "has no valid user";
  user = *decoded;
  rest.remove_prefix(at + 1);
  return std::nullopt;
}

}  // namespace

Problem parse_amqp_url(std::string_view text, AmqpSettings& value) {
  const std::size_t scheme_end = text.find("://");
  const std::string scheme = lower(text.substr(0, std::min(scheme_end, text.size())));
  if (scheme_end == std::string_view::npos || (scheme != "amqps" && scheme != "amqp"))
    return "does not begin with amqps:// or amqp://";
  std::string_view rest = text.substr(scheme_end + 3);
  if (auto problem = take_user(rest, value.user)) return problem;
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const auto address = split(rest.substr(0, slash));
  if (!address) return "has no valid host";
  if (address->has_port && !is_port(address->port, 1)) return "has a port that is not between 1 and 65535";
  value.tls = scheme == "amqps";
  if (!value.tls && !is_loopback(address->host))
    return "would send passwords unencrypted over a network (amqp:// is for loopback addresses)";
  const std::string_view path = slash < rest.size() ? rest.substr(slash + 1) : std::string_view{};
  const auto vhost = percent_decoded(path);
  if (!vhost || path.find_first_of("/?#") != std::string_view::npos) return "has no valid vhost";
  value.vhost = vhost->empty() ? "/" : *vhost;
  value.host = address->host;
  value.port = value.tls ? 5671 : 5672;
  if (address->has_port) parse_whole(address->port, 1, 65535, value.port);
  return std::nullopt;
}

Problem parse_brokers(std::string_view text, std::string& value, bool& loopback) {
  loopback = true;
  value.clear();
  for (bool more = true; more;) {
    const std::size_t comma = text.find(',');
    more = comma != std::string_view::npos;
    std::string_view one = text.substr(0, comma);
    text.remove_prefix(more ? comma + 1 : text.size());
    one.remove_prefix(std::min(one.find_first_not_of(' '), one.size()));
    one = one.substr(0, one.find_last_not_of(' ') + 1);
    const auto address = split(one);
    if (!address) return "has no valid host";
    if (!address->has_port) return "has no port";
    if (!is_port(address->port, 1)) return "has a port that is not between 1 and 65535";
    loopback = loopback && is_loopback(address->host);
    value += (value.empty() ? "" : ",") + lower(one);
  }
  return std::nullopt;
}

Problem check_host_and_port(std::string_view text) {
  const auto address = split(text);
  if (!address) return "has no valid host";
  if (!address->has_port) return "has no port";
  if (!is_port(address->port, 0)) return "has a port that is not between 0 and 65535";
  return std::nullopt;
}

}  // namespace payferry::settings
