#pragma once

#include <boost/system/result.hpp>
#include <stdexcept>
#include <string>
#include <utility>

// Errors are values. An exception means a bug and is caught once, in main.
namespace payferry {

enum class Errc {
  usage,        // the caller's input is wrong: a command line, a job file, an input's header
  io,           // the operating system refused a file or socket
  unreachable,  // no connection: name not found, refused, or no answer in time before anything was sent
  untrusted,    // a connection whose certificate cannot be trusted
  interrupted,  // the connection ended, timed out or sent rubbish after something was sent
  refused,      // Stripe refuses the key or the platform
  ledger,       // the ledger cannot be used
  stopped,      // asked to stop before it was done
  internal,     // a promise of our own is broken
};

// What went wrong, in words for the user that name the mend. Never holds a secret or a person's data.
struct Error {
  Errc code = Errc::internal;
  std::string message;
};

template <class T>
using Result = boost::system::result<T, Error>;

inline Error make_error(Errc code, std::string message) {
  return Error{code, std::move(message)};
}

// What Boost calls when value() is asked of an error.
[[noreturn]] inline void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::logic_error("unchecked error: " + error.message);
}

}  // namespace payferry
