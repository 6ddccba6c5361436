#pragma once

#include <string>

#include "settings/tree_reader.hpp"

namespace payferry::settings {

// The keys password and password_file of a queue. What is wrong with a secret is a mistake only for whoever
// connects (settle_source).
class QueuePassword {
 public:
  // `path` is the dotted key of the queue.
  QueuePassword(TreeContext& context, TreeReader& reader, std::string path)
      : context_(context), reader_(reader), path_(std::move(path)) {}

  void take(const Node& value, int line);
  void take_file(const Node& value, int line);
  bool is_given() const { return given_ > 0; }
  void missing(int line);
  // The password; empty where there is none, or a mistake.
  std::string settle(int line);

 private:
  void without_secret(int line, const char* key, std::string message);

  TreeContext& context_;
  TreeReader& reader_;
  std::string path_;
  std::string password_;
  int given_ = 0;
};

}  // namespace payferry::settings
