#include "steer/socket_server.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <cstring>
#include <list>

#include "async/accept_loop.hpp"
#include "async/group.hpp"
#include "steer/address.hpp"
#include "steer/protocol.hpp"

namespace payferry::steer {
namespace {

namespace asio = boost::asio;
using asio::local::stream_protocol;
using boost::system::error_code;
using Acceptor = asio::basic_socket_acceptor<stream_protocol, async::Executor>;
using Socket = asio::basic_stream_socket<stream_protocol, async::Executor>;

Error failed_on(const std::filesystem::path& path, const char* what) {
  return make_error(Errc::io, fmt::format("{}: {}: {}", path.string(), what, std::strerror(errno)));
}

// A socket's file, by what the kernel calls it: whoever has put another one there keeps it.
struct Place {
  dev_t device = 0;
  ino_t inode = 0;
};

std::optional<Place> place_of(const std::filesystem::path& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0 || !S_ISSOCK(found.st_mode)) return std::nullopt;
  return Place{found.st_dev, found.st_ino};
}

Result<void> clear_place(const std::filesystem::path& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) return {};
  if (!S_ISSOCK(found.st_mode) || found.st_uid != ::geteuid())
    return make_error(Errc::io,
                      fmt::format("{}: is there, and no socket of ours; move it away", path.string()));
  if (::unlink(path.c_str()) != 0) return failed_on(path, "cannot be replaced");
  return {};
}

// The mode is set before the name is there: at no moment could anybody else connect.
Result<int> open_socket(const std::filesystem::path& path) {
  const Result<void> cleared = clear_place(path);
  if (!cleared) return cleared.error();
  const Result<Address> address = Address::of(path);
  if (!address) return address.error();
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return failed_on(path, "no socket");
  const bool listens = ::fchmod(descriptor, 0600) == 0 &&
                       ::bind(descriptor, address->get(), address->size()) == 0 &&
                       ::listen(descriptor, static_cast<int>(SocketServer::kMostClients)) == 0;
  if (listens) return descriptor;
  const Error why = failed_on(path, "cannot listen there");
  ::close(descriptor);
  return why;
}

class Server final : public SocketServer {
 public:
  Server(asio::io_context& context, async::Time& time, int descriptor, std::filesystem::path path,
         Handler handler)
      : acceptor_(context.get_executor()),
        time_(time),
        alarm_(time.make_alarm()),
        clients_(context, time),
        path_(std::move(path)),
        place_(place_of(path_)),
        handler_(std::move(handler)) {
    acceptor_.assign(stream_protocol(), descriptor);
  }
  ~Server() override { take_away(); }

  async::Task<void> run() override {
    auto take = [this](Socket socket) { open(std::move(socket)); };
    co_await async::accept_until(stopping_, acceptor_, time_, *alarm_, take);
    co_await clients_.wait();
  }

  void stop() override {
    stopping_ = true;
    error_code ignored;
    acceptor_.close(ignored);
    take_away();
    for (const auto& socket : sockets_) hang_up(*socket);
    alarm_->wake();
  }

 private:
  static void hang_up(Socket& socket) {
    error_code ignored;
    socket.shutdown(Socket::shutdown_both, ignored);
    socket.close(ignored);
  }

  void open(Socket accepted) {
    if (sockets_.size() >= kMostClients) {
      hang_up(*sockets_.front());
      sockets_.pop_front();
    }
    auto socket = std::make_shared<Socket>(std::move(accepted));
    sockets_.push_back(socket);
    clients_.spawn(serve(std::move(socket)));
  }

  async::Task<void> serve(std::shared_ptr<Socket> socket) {
    const std::int64_t uid = uid_behind(socket->native_handle());
    std::string received;
    for (bool more = true; more;) {
      error_code failed;
      auto buffer = asio::dynamic_buffer(received, kLongestRequest);
      const std::size_t length = co_await asio::async_read_until(
          *socket, buffer, '\n', asio::redirect_error(async::use_task, failed));
      if (failed && failed != asio::error::not_found) break;
      // A line that never ends is refused, and what follows it is not a request either.
      more = !failed;
      const std::string_view line(received.data(), failed ? received.size() : length);
      const Reply reply = co_await answer(line, uid);
      received.erase(0, failed ? received.size() : length);
      const std::string text = to_line(reply);
      co_await asio::async_write(*socket, asio::buffer(text), asio::redirect_error(async::use_task, failed));
      if (failed) break;
    }
    sockets_.remove(socket);
  }

  async::Task<Reply> answer(std::string_view line, std::int64_t uid) {
    if (!may_speak(uid)) {
      Reply refusal{ReplyCode::not_allowed, "the run is another user's", ""};
      co_return refusal;
    }
    Result<Request> request = parse_request(line);
    if (!request) {
      Reply refusal{ReplyCode::refused, request.error().message, ""};
      co_return refusal;
    }
    std::string who = fmt::format("uid {}", uid);
    co_return co_await handler_(std::move(*request), std::move(who));
  }

  void take_away() {
    const std::optional<Place> now = place_of(path_);
    const bool ours = now && place_ && now->device == place_->device && now->inode == place_->inode;
    if (ours) ::unlink(path_.c_str());
    place_.reset();
  }

  Acceptor acceptor_;
  async::Time& time_;
  std::unique_ptr<async::Alarm> alarm_;
  async::Group clients_;
  const std::filesystem::path path_;
  std::optional<Place> place_;
  Handler handler_;
  std::list<std::shared_ptr<Socket>> sockets_;  // in the order in which they came
  bool stopping_ = false;
};

}  // namespace

Result<std::unique_ptr<SocketServer>> serve_socket(asio::io_context& context, async::Time& time,
                                                   const std::filesystem::path& ledger, Handler handler) {
  std::filesystem::path path = socket_path(ledger);
  const Result<int> descriptor = open_socket(path);
  if (!descriptor) return descriptor.error();
  return std::unique_ptr<SocketServer>(
      std::make_unique<Server>(context, time, *descriptor, std::move(path), std::move(handler)));
}

}  // namespace payferry::steer
