#include "stripe/api_base.hpp"

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace payferry::stripe {
namespace {

namespace urls = boost::urls;

bool is_host_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' ||
         c == '_' || c == ':';
}

// 127.0.0.0/8, ::1, localhost.
bool is_loopback(const urls::url_view& url, std::string_view host) {
  if (url.host_type() == urls::host_type::ipv4) return url.host_ipv4_address().is_loopback();
  if (url.host_type() == urls::host_type::ipv6) return url.host_ipv6_address().is_loopback();
  return host == "localhost";
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

// The text is not repeated: it may hold a password by mistake.
Error bad(const char* what) {
  return make_error(Errc::usage, std::string("stripe.api_base ") + what);
}

bool has_more_than_a_host(const urls::url_view& url) {
  const std::string_view path(url.encoded_path().data(), url.encoded_path().size());
  return url.has_userinfo() || url.has_query() || url.has_fragment() || !(path.empty() || path == "/");
}

}  // namespace

std::string ApiBase::host_and_port() const {
  const bool brackets = host.find(':') != std::string::npos;
  return (brackets ? "[" + host + "]" : host) + ":" + port;
}

namespace {

Result<ApiBase> parse(std::string_view text, bool clear_anywhere) {
  const auto parsed = urls::parse_uri(boost::core::string_view(text.data(), text.size()));
  if (!parsed) return bad("is not a URL: write https://HOST or https://HOST:PORT");
  const urls::url_view& url = *parsed;
  const bool https = url.scheme_id() == urls::scheme::https;
  if (!https && url.scheme_id() != urls::scheme::http) return bad("must begin with https://");
  if (has_more_than_a_host(url)) return bad("must be https://HOST or https://HOST:PORT and nothing else");
  ApiBase base;
  base.tls = https;
  base.host = lower(url.host_address());
  base.is_name = url.host_type() == urls::host_type::name;
  if (base.host.empty() || !std::all_of(base.host.begin(), base.host.end(), is_host_character))
    return bad("names no host");
  if (url.has_port() && url.port_number() == 0) return bad("has a port that is none: 1 to 65535");
  const std::string own_port = https ? "443" : "80";
  base.port = url.has_port() ? std::to_string(url.port_number()) : own_port;
  base.authority = base.host_and_port();
  if (base.port == own_port) base.authority.resize(base.authority.size() - own_port.size() - 1);
  base.clear_anywhere = clear_anywhere;
  if (!https && !clear_anywhere && !is_loopback(url, base.host))
    return bad(
        "is http:// towards another machine, which would show the API key to the network: use https://");
  return base;
}

}  // namespace

Result<ApiBase> parse_api_base(std::string_view text) {
  return parse(text, false);
}

Result<ApiBase> parse_open_base(std::string_view text) {
  return parse(text, true);
}

}  // namespace payferry::stripe
