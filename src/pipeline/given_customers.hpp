#pragma once

#include <string>

#include "async/task.hpp"
#include "core/result.hpp"
#include "ledger/ledger.hpp"
#include "pipeline/stop.hpp"
#include "settings/settings.hpp"
#include "telemetry/log.hpp"

namespace payferry::pipeline {

// Takes what target.customers_file says into the ledger, before the first line is admitted; a file that was
// taken in full by an earlier run of the job costs one look. Errors: usage, io (the file), ledger.
async::Task<Result<void>> take_given_customers(ledger::Ledger& ledger, const settings::Settings& settings,
                                               const Stop& stop, telemetry::Log& log, async::Executor home);

}  // namespace payferry::pipeline
