#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"

namespace payferry::stripe {

// Where the API is.
struct ApiBase {
  bool tls = true;
  bool is_name = true;          // the host is a name, not an address
  bool clear_anywhere = false;  // http:// may go to other machines: nothing secret is sent there
  std::string host;             // without brackets: what is resolved, and what the certificate must name
  std::string port;             // always there
  std::string authority;        // of the Host header: the port only where it is not the scheme's own

  std::string host_and_port() const;
};

// scheme://host[:port]. Error: usage. http:// is for a stand-in on this very machine: an API key must never
// cross a network in the clear.
Result<ApiBase> parse_api_base(std::string_view text);
// The same for a server that is not Stripe and gets nothing secret: http:// may go anywhere.
Result<ApiBase> parse_open_base(std::string_view text);

}  // namespace payferry::stripe
