#include "simulator/session_loop.hpp"

namespace payferry::simulator {

Task serve_plain(Socket socket, Service& service) {
  TcpStream stream(std::move(socket));
  Session<TcpStream> session(stream, service);
  co_await session.run();
}

}  // namespace payferry::simulator
