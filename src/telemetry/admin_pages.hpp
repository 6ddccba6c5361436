#pragma once

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include "telemetry/admin_server.hpp"

namespace payferry::telemetry {

using AdminRequest = boost::beast::http::request<boost::beast::http::string_body>;
using AdminResponse = boost::beast::http::response<boost::beast::http::string_body>;

// What a request with a body asks for, judged before that is read.
bool asks_to_steer(const AdminRequest& request);
bool may_steer(const AdminRequest& request, const AdminPages& pages);
AdminResponse steered_response(const AdminPages::Steered& answer);

// Of everything but what may steer. Pure but for the pages' own functions. Every response closes its
// connection.
AdminResponse admin_response(const AdminRequest& request, const AdminPages& pages);
// For a request that could not be read: 400 or 431.
AdminResponse admin_refusal(boost::beast::http::status status);

}  // namespace payferry::telemetry
