#include "settings/mistakes.hpp"

#include <algorithm>
#include <utility>

namespace payferry::settings {

void Mistakes::add(const Place& place, std::string_view key, std::string message) {
  found_.push_back(
      {place.origin->is_job, {place.origin->name, place.line, std::string(key), std::move(message)}});
}

std::vector<Mistake> Mistakes::take() {
  std::stable_sort(found_.begin(), found_.end(), [](const Ranked& a, const Ranked& b) {
    if (a.is_job != b.is_job) return a.is_job;
    return a.mistake.line < b.mistake.line;
  });
  std::vector<Mistake> mistakes;
  for (Ranked& ranked : found_) mistakes.push_back(std::move(ranked.mistake));
  found_.clear();
  return mistakes;
}

std::string to_string(const Mistake& mistake) {
  std::string text = mistake.file;
  if (mistake.line > 0) text += ":" + std::to_string(mistake.line);
  if (!mistake.key.empty()) text += ": " + mistake.key;
  return text + ": " + mistake.message;
}

}  // namespace payferry::settings
