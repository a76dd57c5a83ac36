#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "net/application.hpp"

namespace otklik::web_api {

/// One figure for /metrics, in Prometheus' terms.
struct Figure {
  enum class Kind : std::uint8_t { counter, gauge };

  std::string name;  ///< `otklik_http_requests_total`; figures of one name stand together and share kind and help
  std::string help;
  Kind kind = Kind::gauge;
  std::string labels;  ///< `status="2xx"`; empty: none. Values escaped by metric_label()
  double value = 0;
};

/// `name="value"` with the value escaped.
std::string metric_label(std::string_view name, std::string_view value);
/// The text format, version 0.0.4.
std::string render_metrics(const std::vector<Figure>& figures);

/// The administrative listener: `/healthz` (the process answers), `/readyz` (it can do its work), `/metrics`. No
/// authorization: bind it where only administrators reach it.
class AdminApi final : public net::Application {
 public:
  struct Sources {
    std::function<Result<>()> ready;               ///< the error's message is shown with 503
    std::function<std::vector<Figure>()> figures;  ///< asked for every /metrics
  };  ///< both are called on any loop

  explicit AdminApi(Sources sources) : sources_(std::move(sources)) {}

  void admit(const net::RequestHead& head, net::Admission& admission, std::size_t body_limit) override;
  void serve(const net::Request& request, net::Responder responder) override;

 private:
  [[nodiscard]] net::Response response(const net::Request& request) const;

  Sources sources_;
};

}  // namespace otklik::web_api
