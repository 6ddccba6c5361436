#include <utility>

#include "intake/csv_source.hpp"
#include "intake/file_stream.hpp"
#include "intake/queue_source.hpp"
#include "intake/source.hpp"

namespace payferry::intake {

Result<std::unique_ptr<Source>> open_source(const settings::Settings& settings) {
  if (settings.source.is_queue()) return open_queue(settings);
  const std::string& path = settings.source.csv;
  Result<OpenedFile> file = open_file(path);
  if (!file) return file.error();
  CsvInput input;
  input.bytes = std::move(file->bytes);
  input.name = path == "-" ? "standard input" : path;
  input.identity = std::move(file->identity);
  return open_csv(std::move(input), settings.target);
}

}  // namespace payferry::intake
