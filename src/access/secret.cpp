#include "access/secret.hpp"

#include <openssl/crypto.h>

namespace otklik::access {

void wipe(std::string& text) noexcept {
  OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

// A short text lies in the object itself: moving leaves its bytes behind.
Secret::Secret(Secret&& other) noexcept : text_(other.text_) { other.wipe(); }

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    text_ = other.text_;
    other.wipe();
  }
  return *this;
}

void Secret::wipe() noexcept { access::wipe(text_); }

}  // namespace otklik::access
