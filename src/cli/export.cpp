#include <fmt/format.h>
#include <time.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>

#include "cli/common.hpp"
#include "cli/session.hpp"
#include "pipeline/exporter.hpp"
#include "report/csv_file.hpp"
#include "report/list_file.hpp"

namespace payferry::cli {
namespace {

constexpr const char* kHelp =
    "Writes the list that `payferry run` reads: a line for every payment method of every customer of the "
    "platform, with\n"
    "the customer's default marked. Takes one read a customer, and one for a hundred of them. Reads only. "
    "Cut "
    "off, the\n"
    "same command goes on. The file holds people's data: only its owner may read it.\n"
    "\n"
    "Examples:\n"
    "  payferry export JOB.yaml                            to the job's own source.csv\n"
    "  payferry export JOB.yaml --out new.csv --created-from 2026-11-01 --no-personal\n";

struct Request {
  Common common;
  pipeline::ExportOptions options;
  std::vector<std::string> accounts;
  std::vector<std::string> metadata;
  std::string out, created_from, created_before;
  std::uint64_t most_reads = 0;
  bool no_personal = false;
  bool restart = false;
  bool overwrite = false;
};

// A day, in UTC, as seconds since 1970.
std::optional<std::int64_t> day_of(const std::string& text) {
  std::tm day{};
  const char* end = ::strptime(text.c_str(), "%Y-%m-%d", &day);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return ::timegm(&day);
}

std::optional<std::string> take_days(Request& request) {
  const auto take = [](const char* option, const std::string& text, std::optional<std::int64_t>& into) {
    if (text.empty()) return std::string();
    into = day_of(text);
    return into ? std::string() : fmt::format("{} {}: a day is written YYYY-MM-DD", option, text);
  };
  std::string wrong = take("--created-from", request.created_from, request.options.created_from);
  if (wrong.empty()) wrong = take("--created-before", request.created_before, request.options.created_before);
  return wrong.empty() ? std::nullopt : std::optional(wrong);
}

// What an export that goes on must have in common with the one that was cut off.
std::string title_of(const Request& request) {
  std::string text = "payferry-export 1 from " + request.created_from + " before " + request.created_before;
  for (const std::string& type : request.options.types) text += " " + type;
  for (const std::string& account : request.accounts) text += " " + account;
  for (const std::string& key : request.metadata) text += " metadata." + key;
  return text + (request.no_personal ? " no-personal" : "");
}

// Lines of the list.
class Lines {
 public:
  explicit Lines(const Request& request) : request_(request) {}

  std::string header() const {
    std::vector<std::string> cells{"customer", "payment_method", "type", "default"};
    if (!request_.accounts.empty()) cells.insert(cells.begin() + 2, "account");
    if (!request_.no_personal) cells.insert(cells.end(), {"name", "email", "phone"});
    for (const std::string& key : request_.metadata) cells.push_back("metadata." + key);
    return record(cells);
  }

  std::string of(const pipeline::ExportedCustomer& exported) {
    std::string text;
    if (request_.accounts.empty()) return lines_of(exported, "");
    for (const std::string& account : request_.accounts) text += lines_of(exported, account);
    return text;
  }

  std::uint64_t written() const { return written_; }

 private:
  static std::string record(const std::vector<std::string>& cells) {
    const std::vector<std::string_view> views(cells.begin(), cells.end());
    return report::csv_record(views);
  }

  std::string lines_of(const pipeline::ExportedCustomer& exported, const std::string& account) {
    const stripe::Customer& customer = exported.customer;
    // The older field counts where the newer one says nothing.
    const std::string& chosen =
        customer.default_payment_method.empty() ? customer.default_source : customer.default_payment_method;
    // The default first: its customer is then made with it, and no call is spent on setting it.
    std::string marked, others;
    for (const stripe::PaymentMethod& method : exported.methods) {
      const bool is_default = method.id == chosen;
      (is_default ? marked : others) += line_of(customer, method, is_default, account);
    }
    return marked + others;
  }

  std::string line_of(const stripe::Customer& customer, const stripe::PaymentMethod& method, bool is_default,
                      const std::string& account) {
    std::vector<std::string> cells{customer.id, method.id, method.details.type,
                                   is_default ? "true" : "false"};
    if (!account.empty()) cells.insert(cells.begin() + 2, account);
    if (!request_.no_personal) cells.insert(cells.end(), {customer.name, customer.email, customer.phone});
    for (const std::string& key : request_.metadata) cells.push_back(value_of(customer, key));
    ++written_;
    return record(cells);
  }

  static std::string value_of(const stripe::Customer& customer, const std::string& key) {
    for (const auto& [name, value] : customer.metadata)
      if (name == key) return value;
    return "";
  }

  const Request& request_;
  std::uint64_t written_ = 0;
};

// Says how far it is, every ten pages.
class Teller {
 public:
  void page(std::size_t customers, std::uint64_t lines, std::uint64_t reads) {
    customers_ += customers;
    if (++pages_ % 10 == 0) tell(lines, reads);
  }
  void tell(std::uint64_t lines, std::uint64_t reads) const {
    fmt::print(stderr, "{} customers, {} lines, {} reads\n", customers_, lines, reads);
  }

 private:
  std::uint64_t customers_ = 0;
  std::uint64_t pages_ = 0;
};

pipeline::Ending list(const settings::Settings& settings, const Request& request, report::ListFile& file) {
  boost::asio::io_context context(1);
  const std::unique_ptr<async::Time> time = async::make_system_time(context);
  Result<std::unique_ptr<stripe::Reader>> reader = stripe::make_reader(context, client_options(settings));
  if (!reader) return {Outcome::usage, reader.error().message};
  Lines lines(request);
  Teller teller;
  std::optional<pipeline::Exporter> exporter;
  const auto take = [&](const std::vector<pipeline::ExportedCustomer>& page) -> Result<void> {
    std::string text = file.after().empty() ? lines.header() : "";
    for (const pipeline::ExportedCustomer& customer : page) text += lines.of(customer);
    const std::string after = page.empty() ? "-" : page.back().customer.id;
    const Result<void> written = file.append(text, after);
    teller.page(page.size(), lines.written(), exporter->reads());
    return written;
  };
  exporter.emplace(context, *time, settings, request.options, **reader, take);
  boost::asio::signal_set signals(context, SIGINT, SIGTERM);
  std::function<void(boost::system::error_code, int)> on_signal = [&](boost::system::error_code cancelled,
                                                                      int) {
    if (cancelled) return;
    exporter->interrupt("stopped by a signal; the same command goes on");
    signals.async_wait(on_signal);
  };
  signals.async_wait(on_signal);
  pipeline::Ending ending;
  boost::asio::co_spawn(context, exporter->main(), [&](std::exception_ptr thrown, pipeline::Ending ended) {
    signals.cancel();
    if (thrown) std::rethrow_exception(thrown);
    ending = std::move(ended);
  });
  context.run();
  teller.tell(lines.written(), exporter->reads());
  return ending;
}

std::optional<std::string> take_target(const settings::Settings& settings, Request& request) {
  if (request.out.empty() && settings.source.is_queue())
    return "the job reads a queue, and has no list of its own to write; name a file by --out";
  if (request.out.empty()) request.out = settings.source.csv;
  if (request.out == "-" || request.out.ends_with(".gz"))
    return "the list cannot be written to " + request.out + "; name a file by --out";
  if (std::filesystem::exists(request.out) && !request.overwrite)
    return request.out +
           ": is there already; --overwrite replaces it when the export is whole, --out names another";
  return std::nullopt;
}

int export_list(Request request) {
  if (const std::optional<std::string> wrong = wrong_selection(request.accounts, request.options.types))
    return fail(Outcome::usage, *wrong);
  if (const std::optional<std::string> wrong = take_days(request)) return fail(Outcome::usage, *wrong);
  const std::optional<settings::Settings> settings = load_settings(request.common, {true, false});
  if (!settings) return exit_code(Outcome::usage);
  if (const std::optional<std::string> wrong = take_target(*settings, request))
    return fail(Outcome::usage, *wrong);
  if (request.options.types.empty()) request.options.types = settings->target.types;
  if (request.most_reads > 0) request.options.most_reads = request.most_reads;
  Result<report::ListFile> file = report::ListFile::open(request.out, title_of(request), request.restart);
  if (!file) return fail(file.error());
  request.options.after = file->after();
  if (!file->after().empty()) fmt::print(stderr, "goes on behind {}\n", file->after());
  const pipeline::Ending ending = list(*settings, request, *file);
  if (ending.outcome != Outcome::complete) return fail(ending.outcome, ending.reason);
  const Result<void> named = file->finish();
  if (!named) return fail(named.error());
  fmt::print("{}\n", request.out);
  return exit_code(Outcome::complete);
}

}  // namespace

void add_export(CLI::App& app, Action& chosen) {
  auto request = std::make_shared<Request>();
  CLI::App* command =
      app.add_subcommand("export", "Write the platform's customers and payment methods as an input CSV");
  add_common(*command, request->common);
  command->add_option("--out", request->out, "The file to write [source.csv of the job]")->type_name("FILE");
  command->add_option("--type", request->options.types, "Only methods of these types [target.types]")
      ->delimiter(',')
      ->type_name("TYPE,…");
  command
      ->add_option("--created-from", request->created_from, "Only customers made on this day (UTC) or later")
      ->type_name("DAY");
  command
      ->add_option("--created-before", request->created_before, "Only customers made before this day (UTC)")
      ->type_name("DAY");
  command->add_option("--accounts", request->accounts, "Fill an account column: a line for each of these")
      ->delimiter(',')
      ->type_name("ACCT,…");
  command->add_option("--metadata", request->metadata, "A column for these keys of the customers' metadata")
      ->delimiter(',')
      ->type_name("KEY,…");
  command->add_flag("--no-personal", request->no_personal, "Leave names, e-mails and phone numbers out");
  command->add_option("--max-reads", request->most_reads, "Spend no more reads than this, then stop")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
  command->add_flag("--restart", request->restart, "Begin anew where an earlier export was cut off");
  command->add_flag("--overwrite", request->overwrite, "Replace a file that is there");
  command->footer(kHelp);
  command->callback([=, &chosen] { chosen = [=] { return export_list(*request); }; });
}

}  // namespace payferry::cli
