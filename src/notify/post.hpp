#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <vector>

#include "async/time.hpp"
#include "core/result.hpp"
#include "settings/settings.hpp"
#include "stripe/wire.hpp"

namespace payferry::notify {

// One HTTP request to a server that is not Stripe.
struct HttpRequest {
  std::string method;
  std::string path;
  std::vector<std::string> headers;  // "Name: value"
  std::string body;
};

// Sends one request at a time over a fresh connection, verified where it is TLS.
class Post {
 public:
  // Error: usage, for a base that is no URL or a CA file that cannot be read. `open`: http:// may go to any
  // machine.
  static Result<std::unique_ptr<Post>> make(boost::asio::io_context& context, async::Time& time,
                                            const std::string& base, const std::string& ca_file, bool open);

  // The answer's status. Errors: unreachable, untrusted, interrupted (the deadline).
  async::Task<Result<int>> send(HttpRequest request, SteadyTime deadline);
  // What is being sent ends by then at the latest.
  void hurry(SteadyTime deadline);

 private:
  Post(boost::asio::io_context& context, async::Time& time, stripe::ApiBase base,
       stripe::WireFactory make_wire);

  async::Task<Result<int>> exchange(const std::string& bytes);
  async::Task<void> watch();
  std::string bytes_of(const HttpRequest& request) const;

  boost::asio::io_context& context_;
  async::Time& time_;
  std::unique_ptr<async::Alarm> alarm_;
  stripe::ApiBase base_;
  stripe::WireFactory make_wire_;
  std::unique_ptr<stripe::Wire> wire_;
  SteadyTime deadline_;
  bool done_ = true;
};

}  // namespace payferry::notify
