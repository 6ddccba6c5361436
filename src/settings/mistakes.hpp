#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "settings/settings.hpp"

namespace payferry::settings {

// One of the (at most two) files of a load.
struct Origin {
  std::string name;              // as messages name it
  std::filesystem::path folder;  // relative paths in it begin here; absolute
  bool is_job = true;
};

// Where something stands. The origin outlives it.
struct Place {
  const Origin* origin = nullptr;
  int line = 0;  // 0: the file as a whole
};

class Mistakes {
 public:
  void add(const Place& place, std::string_view key, std::string message);
  // The job file's first, each file's by line.
  std::vector<Mistake> take();

 private:
  struct Ranked {
    bool is_job;
    Mistake mistake;
  };
  std::vector<Ranked> found_;
};

}  // namespace payferry::settings
