#include "net/http/kept_request.hpp"

#include <functional>

namespace otklik::net {

KeptRequest::KeptRequest(const RequestHead& head)
    : text_(head.text), fields_(head.headers.begin(), head.headers.end()) {
  static_cast<RequestHead&>(request_) = head;
  // All views point into the text, but for the few that stand for something left out.
  const auto keep = [&](std::string_view& view) {
    const bool lies_in_text = std::greater_equal<>{}(view.data(), head.text.data()) &&
                              std::less_equal<>{}(view.data() + view.size(), head.text.data() + head.text.size());
    if (!view.empty() && lies_in_text) {
      view = std::string_view(text_).substr(static_cast<std::size_t>(view.data() - head.text.data()), view.size());
    }
  };
  for (auto& field : fields_) {
    keep(field.name);
    keep(field.value);
  }
  for (auto* view : {&request_.method_text, &request_.target, &request_.path, &request_.query, &request_.host,
                     &request_.request_line, &request_.text}) {
    keep(*view);
  }
  request_.headers = fields_;
}

}  // namespace otklik::net
