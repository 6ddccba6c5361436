#pragma once

#include <string>
#include <string_view>

#include "settings/units.hpp"

namespace payferry::settings {

// http(s)://host[:port], which becomes `value` in lower case and without a slash at its end. Plain http is
// for loopback addresses only: a key must not cross a network in the clear.
Problem parse_base_url(std::string_view text, std::string& value);

// Whether http:// may go to other machines than this one.
enum class Clear { loopback, anywhere };
// http(s)://host[:port][/path] of another server than Stripe, into its two parts; no query.
Problem parse_url(std::string_view text, Clear clear, HttpTarget& value);

// amqp(s)://[user@]host[:port][/vhost] into its parts; user and vhost percent-encoded, no vhost or an empty
// one is "/". Plain amqp is for loopback addresses only. The problem never repeats the text.
Problem parse_amqp_url(std::string_view text, AmqpSettings& value);

// host:port of other machines, separated by commas, into the same without spaces and in lower case;
// `loopback` tells whether all of them are loopback addresses.
Problem parse_brokers(std::string_view text, std::string& value, bool& loopback);

// host:port, with an IPv6 address in brackets; port 0 lets the system choose.
Problem check_host_and_port(std::string_view text);

}  // namespace payferry::settings
