#pragma once

#include <openssl/x509.h>

#include <memory>
#include <string>

// Certificates made on the spot: none lies in the repository, none expires there.
namespace payferry::stripe::testing {

struct Identity {
  std::shared_ptr<EVP_PKEY> key;
  std::shared_ptr<X509> certificate;

  std::string pem() const;
};

struct Wish {
  std::string names = "DNS:localhost";  // subjectAltName as OpenSSL writes it
  long valid_from = -3600;              // seconds from now
  long valid_until = 3600;
  bool is_ca = false;
};

// Signed by `issuer`, or by itself where there is none.
Identity make_identity(const Wish& wish, const Identity* issuer = nullptr);
Identity make_ca();

// A file of its own, gone with the object.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content);
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace payferry::stripe::testing
