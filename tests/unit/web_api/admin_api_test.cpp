#include "web_api/admin_api.hpp"

#include <gtest/gtest.h>

#include "unit/web_api/fake_connection.hpp"

namespace otklik::web_api {
namespace {

net::Response ask(AdminApi& api, std::string_view head) {
  test::SentRequest sent(head);
  const auto connection = std::make_shared<net::Connection>();
  api.serve(sent.request(), connection->responder());
  return std::move(connection->response).value();
}

TEST(AdminApi, tells_health_and_readiness) {
  Result<> ready;
  AdminApi api({[&] { return ready; }, {}});
  EXPECT_EQ(test::body_of(ask(api, "GET /healthz HTTP/1.1")), "ok\n");
  EXPECT_EQ(ask(api, "GET /readyz HTTP/1.1").status, 200);
  ready = fail(ErrorCode::storage_full, "The storage is full");
  const auto not_ready = ask(api, "GET /readyz HTTP/1.1");
  EXPECT_EQ(not_ready.status, 503);
  EXPECT_EQ(test::body_of(not_ready), "The storage is full\n");
  EXPECT_EQ(ask(api, "GET /healthz HTTP/1.1").status, 200) << "alive all the same";
}

TEST(AdminApi, shows_metrics_in_prometheus_text) {
  AdminApi api(
      {{}, [] {
         return std::vector<Figure>{
             {"otklik_requests_total", "Requests.", Figure::Kind::counter, metric_label("status", "2xx"), 12},
             {"otklik_requests_total", "Requests.", Figure::Kind::counter, metric_label("status", "4\"x\\"), 3},
             {"otklik_open", "Open\nones.", Figure::Kind::gauge, "", 1.5}};
       }});
  const auto response = ask(api, "GET /metrics HTTP/1.1");
  EXPECT_EQ(test::header_of(response, "content-type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(test::body_of(response),
            "# HELP otklik_requests_total Requests.\n# TYPE otklik_requests_total counter\n"
            "otklik_requests_total{status=\"2xx\"} 12\notklik_requests_total{status=\"4\\\"x\\\\\"} 3\n"
            "# HELP otklik_open Open\\nones.\n# TYPE otklik_open gauge\notklik_open 1.5\n");
}

TEST(AdminApi, knows_nothing_else) {
  AdminApi api({});
  EXPECT_EQ(ask(api, "GET / HTTP/1.1").status, 404);
  EXPECT_EQ(ask(api, "GET /getversion HTTP/1.1").status, 404);
  EXPECT_EQ(ask(api, "POST /metrics HTTP/1.1").status, 405);
  EXPECT_EQ(ask(api, "OPTIONS /metrics HTTP/1.1").status, 204);
  EXPECT_EQ(ask(api, "HEAD /healthz HTTP/1.1").status, 200);
}

}  // namespace
}  // namespace otklik::web_api
