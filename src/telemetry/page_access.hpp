#pragma once

#include <string>
#include <string_view>

namespace payferry::telemetry {

// Who may see the live page, and who may steer by it. Pure.
class PageAccess {
 public:
  // `token`: empty: there is none, and then the page is seen on this machine only, and nobody steers by it.
  // `loopback`: only this machine reaches the port. `secret`: random, of this process; what a browser is
  // given in the token's place is made of both, and is worth nothing to the next run.
  PageAccess(std::string token, bool loopback, const std::string& secret);

  bool is_served() const { return loopback_ || !token_.empty(); }
  bool may_be_steered() const { return !token_.empty(); }

  // Without a token the name in Host has to be this machine's own: a page of somebody else's whose name was
  // made to lead here would otherwise be let in.
  bool host_is_right(std::string_view host) const;
  // `authorization` and `cookie`: the headers of these names.
  bool may_see(std::string_view authorization, std::string_view cookie) const;
  bool knows_token(std::string_view authorization) const;
  // A browser adds cookies by itself, so a request that changes something has to come from our own page.
  bool may_steer(std::string_view authorization, std::string_view cookie, std::string_view own_header,
                 std::string_view origin, std::string_view host) const;
  // Set-Cookie for who knows the token.
  std::string cookie() const;

 private:
  std::string token_;
  bool loopback_;
  std::string session_;
};

}  // namespace payferry::telemetry
