#pragma once
#include <span>

#include "db/schema.hpp"

namespace otklik::store {

/// Every step that the database of this program ever took, in order. A step that was released stays as it is.
std::span<const db::Upgrade> schema();

}  // namespace otklik::store
