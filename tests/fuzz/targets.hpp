#pragma once

#include <string_view>

// One function for each kind of bytes that come from outside. Each takes any bytes; it returns when all that
// is promised about them holds, and aborts the process otherwise.
namespace payferry::fuzz {

void csv(std::string_view input);
void job_file(std::string_view input);
void http_answer(std::string_view input);
void verdict(std::string_view input);
void ledger_record(std::string_view input);
void ledger_file(std::string_view input);
void form(std::string_view input);

}  // namespace payferry::fuzz
