#pragma once
#include <memory>

#include "db/connection.hpp"

namespace otklik::testing {

/// Where a test's database is: each program of these tests links one kind.
class Place {
 public:
  virtual ~Place() = default;
  [[nodiscard]] virtual db::ConnectionOptions options() const = 0;
};

/// An empty database, gone with the place.
std::unique_ptr<Place> fresh_place();

}  // namespace otklik::testing
