#include "unit/db/temp_folder.hpp"
#include "unit/store/place.hpp"

namespace otklik::testing {
namespace {

class SqlitePlace final : public Place {
 public:
  [[nodiscard]] db::ConnectionOptions options() const override { return {.file = folder_ / "otklik.db"}; }

 private:
  TempFolder folder_;
};

}  // namespace

std::unique_ptr<Place> fresh_place() { return std::make_unique<SqlitePlace>(); }

}  // namespace otklik::testing
