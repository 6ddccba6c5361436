#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "simulator/server.hpp"

namespace payferry::simulator {
namespace {

template <typename T, void (*release)(T*)>
struct Released {
  void operator()(T* object) const { release(object); }
};
template <typename T, void (*release)(T*)>
using Owned = std::unique_ptr<T, Released<T, release>>;

// A self-signed certificate for localhost, made on the spot.
class Certificate {
 public:
  Certificate() {
    char pattern[] = "/tmp/payferry-simulator-XXXXXX";
    folder = mkdtemp(pattern);
    const Owned<EVP_PKEY, EVP_PKEY_free> key(EVP_EC_gen("P-256"));
    const Owned<X509, X509_free> certificate(X509_new());
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    X509_NAME* name = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"),
                               -1, -1, 0);
    X509_set_issuer_name(certificate.get(), name);
    X509_sign(certificate.get(), key.get(), EVP_sha256());
    std::FILE* file = std::fopen(certificate_file().c_str(), "w");
    PEM_write_X509(file, certificate.get());
    std::fclose(file);
    file = std::fopen(key_file().c_str(), "w");
    PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
  }
  ~Certificate() { std::filesystem::remove_all(folder); }

  std::string certificate_file() const { return folder + "/cert.pem"; }
  std::string key_file() const { return folder + "/key.pem"; }

  std::string folder;
};

TEST(TlsServer, AnswersOverTls) {
  const Certificate certificate;
  ServerOptions options;
  options.tls_certificate = certificate.certificate_file();
  options.tls_key = certificate.key_file();
  Server server(options, std::make_unique<World>(WorldOptions{}));
  server.start();
  EXPECT_EQ(server.url().substr(0, 8), "https://");

  const Owned<SSL_CTX, SSL_CTX_free> context(SSL_CTX_new(TLS_client_method()));
  ASSERT_EQ(SSL_CTX_load_verify_locations(context.get(), certificate.certificate_file().c_str(), nullptr), 1);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  const Owned<BIO, BIO_free_all> connection(BIO_new_ssl_connect(context.get()));
  BIO_set_conn_hostname(connection.get(), ("127.0.0.1:" + std::to_string(server.port())).c_str());
  const std::string request =
      "GET /v1/account HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
      "sk_test_0123456789\r\nConnection: close\r\n\r\n";
  ASSERT_EQ(BIO_write(connection.get(), request.data(), static_cast<int>(request.size())),
            static_cast<int>(request.size()));
  char answer[4096] = {};
  ASSERT_GT(BIO_read(connection.get(), answer, sizeof answer - 1), 0);
  EXPECT_EQ(std::string(answer).substr(0, 15), "HTTP/1.1 200 OK");
}

TEST(TlsServer, RefusesACertificateItCannotRead) {
  ServerOptions options;
  options.tls_certificate = "/nonexistent/cert.pem";
  options.tls_key = "/nonexistent/key.pem";
  EXPECT_THROW(Server(options, std::make_unique<World>(WorldOptions{})), std::runtime_error);
  options.tls_key.clear();
  EXPECT_THROW(Server(options, std::make_unique<World>(WorldOptions{})), std::runtime_error);
}

}  // namespace
}  // namespace payferry::simulator
