#include "unit/db/private_postgres.hpp"
#include "unit/store/place.hpp"

namespace otklik::testing {
namespace {

class PostgresPlace final : public Place {
 public:
  [[nodiscard]] db::ConnectionOptions options() const override {
    return {.backend = "postgresql", .connect = connect_};
  }

 private:
  std::string connect_ = PrivatePostgres::instance().fresh_database();
};

}  // namespace

std::unique_ptr<Place> fresh_place() { return std::make_unique<PostgresPlace>(); }

}  // namespace otklik::testing
