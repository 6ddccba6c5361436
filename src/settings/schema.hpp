#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "settings/mistakes.hpp"
#include "settings/units.hpp"

namespace payferry::settings {

// A scalar of the file, ready to be understood.
struct Value {
  std::string text;  // with its variables filled in
  std::string raw;   // as it stands in the file
  bool quoted = false;
  bool has_variables = false;
  std::filesystem::path folder;  // relative paths begin here
};

// What the converters fill.
struct Draft {
  Settings settings;
  std::filesystem::path api_key_file;
  std::filesystem::path notify_secret_file;
  // Passwords of a queue that could not be had: a mistake only for who connects to it.
  struct Secretless {
    Place place;
    std::string key;
    std::string message;
  };
  std::vector<Secretless> queue_secrets;
  std::unordered_set<std::string> accounts;  // of target.accounts: there may be many thousands
  std::vector<std::string> warnings;
};

using Converter = Problem (*)(const Value&, Draft&);

struct Node;
struct TreeContext;
// For a key that holds keys itself: understands them all, and says what is wrong with each.
using TreeConverter = void (*)(const Node&, TreeContext&);

// One key of a settings file: all that anybody knows of it.
struct Key {
  std::string_view name;         // dotted: section.key, or key at the top
  std::string_view standard;     // its default as one would write it; empty: none
  std::string_view takes;        // the mend: "give …"
  std::string_view about;        // one sentence
  Converter convert = nullptr;   // of one value; or
  TreeConverter tree = nullptr;  // of a map
  bool required = false;
  bool is_list = false;   // a list, or one value for a list of one; each value goes through `convert`
  bool job_only = false;  // makes no sense in a machine-wide file
  bool secret = false;    // its value is never repeated
};

// In the order of the documentation.
std::span<const Key> schema();

const Key* find_key(std::string_view name);
bool is_section(std::string_view name);
// What may stand in a section, or (section empty) at the top.
std::vector<std::string_view> names_in(std::string_view section);

std::string_view section_of(std::string_view dotted);
std::string_view leaf_of(std::string_view dotted);

}  // namespace payferry::settings
