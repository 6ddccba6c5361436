#include "core/ledger_place.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <optional>

namespace payferry {
namespace {

constexpr std::array<std::string_view, 2> kSchemes{"postgres://", "postgresql://"};
// What does not lead to another server than the one that is named, nor weakens what was checked.
constexpr std::array<std::string_view, 15> kParameters{
    "host",       "sslmode",         "sslrootcert",          "sslcert",          "sslkey",
    "sslcrl",     "options",         "connect_timeout",      "passfile",         "channel_binding",
    "keepalives", "keepalives_idle", "target_session_attrs", "tcp_user_timeout", "gssencmode"};
constexpr std::array<std::string_view, 6> kModes{"disable", "allow",     "prefer",
                                                 "require", "verify-ca", "verify-full"};

// The parts of an address, as they stand in it.
struct Parts {
  std::string_view user, host, port, database;
  std::string sslmode;  // empty: none given
};

std::string_view until(std::string_view text, std::size_t at) {
  return text.substr(0, std::min(at, text.size()));
}
std::string_view behind(std::string_view text, std::size_t at) {
  return at < text.size() ? text.substr(at + 1) : std::string_view();
}

std::string decoded(std::string_view text) {
  std::string plain;
  const auto digit = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool coded =
        text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0;
    plain += coded ? static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2])) : text[i];
    if (coded) i += 2;
  }
  return plain;
}

template <class List>
bool holds(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool is_local_host(const std::string& host) {
  if (host == "localhost" || host.starts_with('/')) return true;
  in6_addr v6{};
  if (inet_pton(AF_INET6, host.c_str(), &v6) == 1) return IN6_IS_ADDR_LOOPBACK(&v6);
  in_addr v4{};
  return inet_pton(AF_INET, host.c_str(), &v4) == 1 && (ntohl(v4.s_addr) >> 24) == 127;
}

Error wrong(std::string what) {
  return make_error(Errc::usage, std::move(what));
}

Result<void> read_parameters(std::string_view text, std::string& host, Parts& parts) {
  while (!text.empty()) {
    const std::string_view one = until(text, text.find('&'));
    text = behind(text, text.find('&'));
    const std::string name(until(one, one.find('=')));
    const std::string value = decoded(behind(one, one.find('=')));
    if (!holds(kParameters, name))
      return wrong("has the parameter " + name + ", which a ledger's address cannot have");
    if (name == "host") host = value;
    if (name != "sslmode") continue;
    if (!holds(kModes, value))
      return wrong("has an sslmode that there is not; verify-full is the one to take");
    parts.sslmode = value;
  }
  return {};
}

Result<void> read_host(std::string_view address, Parts& parts) {
  if (address.starts_with('[')) {
    const std::size_t end = address.find(']');
    if (end == std::string_view::npos) return wrong("has no valid host");
    parts.host = address.substr(1, end - 1);
    address = address.substr(end + 1);
  } else {
    parts.host = until(address, address.find(':'));
    address = address.substr(parts.host.size());
  }
  if (!address.empty() && !address.starts_with(':')) return wrong("has no valid host");
  parts.port = behind(address, 0);
  if (parts.port.find_first_not_of("0123456789") != std::string_view::npos) return wrong("has no valid port");
  return {};
}

}  // namespace

bool LedgerPlace::names_server(std::string_view text) {
  return std::any_of(kSchemes.begin(), kSchemes.end(),
                     [&](std::string_view scheme) { return text.starts_with(scheme); });
}

Result<LedgerPlace> LedgerPlace::server(std::string_view url) {
  if (!names_server(url)) return wrong("does not begin with postgres://");
  std::string_view rest = url.substr(url.find("://") + 3);
  const std::string_view parameters = behind(rest, rest.find('?'));
  rest = until(rest, rest.find('?'));
  Parts parts;
  parts.database = behind(rest, rest.find('/'));
  std::string_view authority = until(rest, rest.find('/'));
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    parts.user = until(authority.substr(0, at), authority.find(':'));
    authority = authority.substr(at + 1);
  }
  if (authority.find(',') != std::string_view::npos) return wrong("names several hosts; a ledger has one");
  if (const Result<void> read = read_host(authority, parts); !read) return read.error();
  std::string host = decoded(parts.host);
  if (const Result<void> read = read_parameters(parameters, host, parts); !read) return read.error();
  if (host.empty()) return wrong("names no host; a local server's socket is named by ?host=/run/postgresql");
  if (host.find(',') != std::string::npos) return wrong("names several hosts; a ledger has one");
  if (parts.user.empty()) return wrong("names no user");
  if (parts.database.empty()) return wrong("names no database");
  LedgerPlace place;
  place.local_ = is_local_host(host);
  if (!place.local_ && !parts.sslmode.empty() && parts.sslmode != "verify-full")
    return wrong("would speak with " + host + " over a connection that proves nothing (sslmode=" +
                 parts.sslmode + "); say sslmode=verify-full, anything less is for loopback addresses");
  place.url_ = url;
  place.shown_ = "postgres://" + std::string(parts.host.empty() ? std::string_view(host) : parts.host) +
                 (parts.port.empty() ? "" : ":" + std::string(parts.port)) + "/" +
                 std::string(parts.database);
  return place;
}

}  // namespace payferry
