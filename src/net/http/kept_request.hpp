#pragma once
#include <string>
#include <vector>

#include "net/http/request.hpp"

namespace otklik::net {

/// A request without its body that lives as long as whoever needs it, and not only until it has been answered or its
/// client has gone.
class KeptRequest {
 public:
  explicit KeptRequest(const RequestHead& head);
  KeptRequest(const KeptRequest&) = delete;
  KeptRequest& operator=(const KeptRequest&) = delete;

  [[nodiscard]] const Request& request() const noexcept { return request_; }

 private:
  std::string text_;
  std::vector<HeaderField> fields_;
  Request request_;
};

}  // namespace otklik::net
