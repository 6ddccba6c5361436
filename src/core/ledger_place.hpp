#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace payferry {

// Where a ledger is: a file, or a database of a PostgreSQL server.
class LedgerPlace {
 public:
  LedgerPlace() = default;
  LedgerPlace(std::filesystem::path file) : file_(std::move(file)) {}

  // postgres://user[:password]@host[:port]/database[?sslmode=…&…], as libpq reads it. The host may be the
  // folder of a socket (?host=/run/postgresql). Anything weaker than sslmode=verify-full is for loopback
  // addresses and sockets only. Errors: usage, to be read after the value; never holds the password.
  static Result<LedgerPlace> server(std::string_view url);
  // Whether the text is meant to be a server's address.
  static bool names_server(std::string_view text);

  bool is_file() const { return url_.empty(); }
  const std::filesystem::path& file() const { return file_; }
  // Holds the password where the address does: for nobody's eyes.
  const std::string& url() const { return url_; }
  // Whether the server is this machine: then its traffic need not be encrypted.
  bool is_local() const { return local_; }
  bool operator==(const LedgerPlace&) const = default;
  // For people: without user, password and parameters.
  std::string string() const { return is_file() ? file_.string() : shown_; }

 private:
  std::filesystem::path file_;
  std::string url_, shown_;
  bool local_ = false;
};

}  // namespace payferry
