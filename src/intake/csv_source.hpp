#pragma once

#include <memory>
#include <string>

#include "intake/byte_stream.hpp"
#include "intake/source.hpp"

namespace payferry::intake {

// Where a CSV comes from.
struct CsvInput {
  std::unique_ptr<ByteStream> bytes;  // plain or gzip
  std::string name;                   // how messages call it
  std::string identity;               // of the bytes; empty: it is not known to be the same another time
};

// Reads the header, for which it waits. Tests and fuzzers give it a MemoryStream. Errors: as open_source().
Result<std::unique_ptr<Source>> open_csv(CsvInput input, const settings::TargetSettings& target);

}  // namespace payferry::intake
