#include "stripe/tls.hpp"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <system_error>

namespace payferry::stripe {
namespace {

constexpr unsigned char kHttp11[] = "\x08http/1.1";

// The operating system's word where the file could not be read; OpenSSL's own are about its parser.
std::string why_unreadable() {
  const unsigned long code = ERR_peek_error();
  ERR_clear_error();
  return ERR_SYSTEM_ERROR(code) ? std::generic_category().message(ERR_GET_REASON(code))
                                : "no certificate in it";
}

Error bad_ca_file(const std::string& file) {
  return make_error(Errc::usage, "stripe.ca_file " + file + " cannot be used: " + why_unreadable() +
                                     "; it must be a readable file of certificates in PEM form");
}

const char* mend_for(long verify_result) {
  switch (verify_result) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "check this machine's clock; otherwise the certificate must be renewed";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "the certificate belongs to another host: check stripe.api_base";
    default:
      return "if a proxy of your own signs this connection, name its CA bundle in stripe.ca_file; otherwise "
             "check "
             "stripe.api_base and that the system's CA certificates are installed";
  }
}

}  // namespace

Result<void> set_up_tls(SSL_CTX* context, const std::string& ca_file) {
  ERR_clear_error();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_alpn_protos(context, kHttp11, sizeof kHttp11 - 1);
  if (ca_file.empty()) {
    SSL_CTX_set_default_verify_paths(context);
    return {};
  }
  if (SSL_CTX_load_verify_file(context, ca_file.c_str()) != 1) return bad_ca_file(ca_file);
  // A bundle may hold just the intermediate or the very certificate that is to be trusted.
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
  return {};
}

bool expect_peer(SSL* ssl, const ApiBase& base) {
  if (!base.is_name) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), base.host.c_str()) == 1;
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set1_host(ssl, base.host.c_str()) == 1 && SSL_set_tlsext_host_name(ssl, base.host.c_str()) == 1;
}

Error untrusted(const SSL* ssl, const ApiBase& base, const std::string& reason) {
  const long result = SSL_get_verify_result(ssl);
  const std::string who = base.host_and_port() + " cannot be trusted: ";
  if (result != X509_V_OK)
    return make_error(Errc::untrusted, who + X509_verify_cert_error_string(result) + "; " + mend_for(result));
  return make_error(Errc::untrusted,
                    who + "the TLS handshake failed (" + reason +
                        "); TLS 1.2 or newer is needed: check stripe.api_base and what stands "
                        "between this machine and it");
}

}  // namespace payferry::stripe
