#pragma once

#include <cstdint>
#include <filesystem>

#include "core/result.hpp"
#include "ledger/reader.hpp"

namespace payferry::report {

// mapping.csv: old and new ids of every entry of the input that succeeded, under Stripe's own column names.
// Answers the number of rows. Errors: io.
Result<std::uint64_t> write_mapping(ledger::Reader& ledger, std::int64_t input,
                                    const std::filesystem::path& file);

// rejects.csv: the lines that did not succeed with their own columns, then why: mended, it is an input again.
// Readable by its owner only: it repeats what people's lines said. Answers the number of rows. Errors: io.
Result<std::uint64_t> write_rejects(ledger::Reader& ledger, std::int64_t input,
                                    const std::filesystem::path& file);

}  // namespace payferry::report
