#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace payferry::stripe::testing {

// What a connection of the server does when a request has come, and then with itself.
struct Act {
  enum After { keep, close, reset, stall };  // stall: stays open and says no more until the client closes
  std::string reply;
  After after = keep;
};
using Script = std::vector<Act>;  // one act a request; the connection is closed when it is through

std::string http_answer(std::string_view body, std::string_view more_headers = "");

// An HTTP server on a port of its own that does what it is told: the nth connection plays the nth script,
// further ones are closed at once.
class ScriptedServer {
 public:
  explicit ScriptedServer(std::vector<Script> scripts);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  int port() const { return port_; }
  std::string base(const std::string& host = "127.0.0.1") const;
  std::vector<std::string> requests() const;  // whole, in the order in which they came
  int accepted() const;
  void await_requests(std::size_t count) const;  // returns when so many have come
  void await_closed(int count) const;            // returns when the server has closed so many connections

 private:
  void accept_all();
  void play(int socket, const Script& script);
  bool read_request(int socket, std::string& request);
  void finish(int socket, Act::After after);

  std::vector<Script> scripts_;
  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<std::string> requests_;
  std::vector<int> open_;
  int accepted_ = 0;
  int closed_ = 0;
  std::vector<std::thread> players_;
  std::thread acceptor_;
};

}  // namespace payferry::stripe::testing
