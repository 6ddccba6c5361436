#pragma once

#include <openssl/ssl.h>

#include <string>

#include "core/result.hpp"
#include "stripe/api_base.hpp"

// What we demand of a TLS peer, in OpenSSL's own terms.
namespace payferry::stripe {

// TLS 1.2 or newer, a verified certificate, HTTP/1.1; trusts `ca_file` instead of the system's store where it
// is given. Error: usage, for a CA file that cannot be read.
Result<void> set_up_tls(SSL_CTX*, const std::string& ca_file);

// The name or address that the peer's certificate must bear. False: OpenSSL has no memory left.
bool expect_peer(SSL*, const ApiBase&);

// Why a handshake failed, and the mend. `reason` is the transport's word for it, used where the certificate
// is not to blame.
Error untrusted(const SSL*, const ApiBase&, const std::string& reason);

}  // namespace payferry::stripe
