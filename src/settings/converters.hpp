#pragma once

#include "settings/schema.hpp"

// One a key of the schema: the text becomes a member of the draft, or the problem is said. Pure; nothing is
// looked up on disk here.
namespace payferry::settings {

Problem to_job(const Value&, Draft&);
Problem to_csv(const Value&, Draft&);
Problem to_idle_exit(const Value&, Draft&);
Problem to_api_key(const Value&, Draft&);  // api_key.cpp
Problem to_api_key_file(const Value&, Draft&);
Problem to_api_base(const Value&, Draft&);
Problem to_api_version(const Value&, Draft&);
Problem to_ca_file(const Value&, Draft&);
Problem to_platform_account(const Value&, Draft&);
Problem to_timeout(const Value&, Draft&);
Problem to_accounts(const Value&, Draft&);
Problem to_types(const Value&, Draft&);
Problem to_customer(const Value&, Draft&);
Problem to_set_default(const Value&, Draft&);
Problem to_unattached(const Value&, Draft&);
Problem to_preflight(const Value&, Draft&);
Problem to_ach_authorised(const Value&, Draft&);
Problem to_customers_file(const Value&, Draft&);
Problem to_find(const Value&, Draft&);
Problem to_other_customers(const Value&, Draft&);
Problem to_existing_clones(const Value&, Draft&);
Problem to_global(const Value&, Draft&);
Problem to_endpoint(const Value&, Draft&);
Problem to_scope(const Value&, Draft&);
Problem to_in_flight(const Value&, Draft&);
Problem to_attempts(const Value&, Draft&);
Problem to_max_delay(const Value&, Draft&);
Problem to_deadline(const Value&, Draft&);
Problem to_outage(const Value&, Draft&);
Problem to_max_failures(const Value&, Draft&);
Problem to_max_failure_share(const Value&, Draft&);
Problem to_ledger(const Value&, Draft&);
Problem to_ledger_create(const Value&, Draft&);
Problem to_fleet_name(const Value&, Draft&);
Problem to_fleet_lease(const Value&, Draft&);
Problem to_listen(const Value&, Draft&);
Problem to_push_gateway(const Value&, Draft&);  // from here on: outlet_keys.cpp
Problem to_textfile(const Value&, Draft&);
Problem to_interval(const Value&, Draft&);
Problem to_notify_command(const Value&, Draft&);
Problem to_notify_url(const Value&, Draft&);
Problem to_notify_secret(const Value&, Draft&);
Problem to_notify_secret_file(const Value&, Draft&);
Problem to_notify_events(const Value&, Draft&);
Problem to_notify_timeout(const Value&, Draft&);
Problem to_notify_ca_file(const Value&, Draft&);
Problem to_token_file(const Value&, Draft&);

}  // namespace payferry::settings
