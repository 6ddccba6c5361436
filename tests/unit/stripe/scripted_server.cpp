#include "scripted_server.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

namespace payferry::stripe::testing {
namespace {

std::size_t length_of_body(const std::string& head) {
  const auto at = head.find("Content-Length: ");
  return at == std::string::npos ? 0 : static_cast<std::size_t>(std::atoll(head.c_str() + at + 16));
}

}  // namespace

std::string http_answer(std::string_view body, std::string_view more_headers) {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + std::string(more_headers) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

ScriptedServer::ScriptedServer(std::vector<Script> scripts) : scripts_(std::move(scripts)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (listener_ < 0 || ::bind(listener_, generic, size) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, generic, &size) != 0)
    throw std::runtime_error("no listening socket");
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

ScriptedServer::~ScriptedServer() {
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  {
    const std::lock_guard lock(mutex_);
    for (const int socket : open_) ::shutdown(socket, SHUT_RDWR);
  }
  for (std::thread& player : players_) player.join();
}

std::string ScriptedServer::base(const std::string& host) const {
  return "http://" + host + ":" + std::to_string(port_);
}

std::vector<std::string> ScriptedServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

int ScriptedServer::accepted() const {
  const std::lock_guard lock(mutex_);
  return accepted_;
}

void ScriptedServer::await_requests(std::size_t count) const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return requests_.size() >= count; });
}

void ScriptedServer::await_closed(int count) const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return closed_ >= count; });
}

void ScriptedServer::accept_all() {
  for (;;) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    const std::lock_guard lock(mutex_);
    const auto index = static_cast<std::size_t>(accepted_++);
    open_.push_back(socket);
    const Script script = index < scripts_.size() ? scripts_[index] : Script{};
    players_.emplace_back([this, socket, script] { play(socket, script); });
  }
}

bool ScriptedServer::read_request(int socket, std::string& request) {
  request.clear();
  for (;;) {
    const auto end = request.find("\r\n\r\n");
    if (end != std::string::npos && request.size() >= end + 4 + length_of_body(request)) return true;
    char bytes[4096];
    const ssize_t got = ::recv(socket, bytes, sizeof bytes, 0);
    if (got <= 0) return false;
    request.append(bytes, static_cast<std::size_t>(got));
  }
}

void ScriptedServer::play(int socket, const Script& script) {
  Act::After after = Act::close;
  for (const Act& act : script) {
    std::string request;
    if (!read_request(socket, request)) break;
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
      changed_.notify_all();
    }
    if (!act.reply.empty()) ::send(socket, act.reply.data(), act.reply.size(), MSG_NOSIGNAL);
    after = act.after;
    if (after != Act::keep) break;
  }
  finish(socket, after);
}

void ScriptedServer::finish(int socket, Act::After after) {
  char byte;
  if (after == Act::stall)
    while (::recv(socket, &byte, 1, 0) > 0) {
    }
  const std::lock_guard lock(mutex_);
  std::erase(open_, socket);
  const linger hard{1, 0};
  if (after == Act::reset) ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  ::close(socket);
  ++closed_;
  changed_.notify_all();
}

}  // namespace payferry::stripe::testing
