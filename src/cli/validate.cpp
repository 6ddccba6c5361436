#include <boost/asio/co_spawn.hpp>
#include <cstdio>

#include "cli/session.hpp"
#include "intake/customers_file.hpp"
#include "pipeline/first_contact.hpp"

namespace payferry::cli {
namespace {

async::Task<void> ask(boost::asio::io_context& context, stripe::Reader& client, async::Time& time,
                      std::string version, Result<pipeline::Contact>& contact) {
  contact = co_await pipeline::first_contact(context, client, time, std::move(version));
  client.abort();
}

Result<std::string> ask_stripe(const settings::Settings& settings) {
  boost::asio::io_context context(1);
  const std::unique_ptr<async::Time> time = async::make_system_time(context);
  Result<std::unique_ptr<stripe::Reader>> client = stripe::make_reader(context, client_options(settings));
  if (!client) return client.error();
  Result<pipeline::Contact> contact = make_error(Errc::internal, "no answer");
  boost::asio::co_spawn(context, ask(context, **client, *time, settings.stripe.api_version, contact),
                        [](std::exception_ptr thrown) {
                          if (thrown) std::rethrow_exception(thrown);
                        });
  context.run();
  if (!contact) return contact.error();
  return contact->platform;
}

int validate(const Common& common, bool online) {
  const std::optional<settings::Settings> settings = load_settings(common, true);
  if (!settings) return exit_code(Outcome::usage);
  // A queue is somebody else's too, and is asked only with --online.
  if (settings->source.is_queue() ? online : settings->source.csv != "-") {
    const Result<std::unique_ptr<intake::Source>> source = intake::open_source(*settings);
    if (!source) return fail(source.error());
  }
  if (!settings->target.customers_file.empty()) {
    const Result<void> right = intake::check_customers_file(settings->target);
    if (!right) return fail(Outcome::usage, right.error().message);
  }
  if (!online) {
    std::printf("%s: no mistake found\n", common.job_file.c_str());
    return exit_code(Outcome::complete);
  }
  const Result<std::string> platform = ask_stripe(*settings);
  if (!platform) return fail(platform.error());
  const std::string& expected = settings->stripe.platform_account;
  if (!expected.empty() && expected != *platform)
    return fail(Outcome::refused,
                "the API key belongs to " + *platform + ", but stripe.platform_account says " + expected);
  std::printf("%s: no mistake found; the key belongs to platform %s (%s mode)\n", common.job_file.c_str(),
              platform->c_str(), std::string(to_string(settings->mode)).c_str());
  return exit_code(Outcome::complete);
}

}  // namespace

void add_validate(CLI::App& app, Action& chosen) {
  auto common = std::make_shared<Common>();
  auto online = std::make_shared<bool>(false);
  CLI::App* command =
      app.add_subcommand("validate", "Every mistake in the job file, at once, with line numbers");
  add_common(*command, *common);
  command->add_flag("--online", *online,
                    "Ask Stripe too: whose key it is (one read); and the queue, whether it is there");
  command->footer(
      "Looks at the job file, the --config file and the input's header. Sends nothing without --online.");
  command->callback([=, &chosen] { chosen = [=] { return validate(*common, *online); }; });
}

}  // namespace payferry::cli
