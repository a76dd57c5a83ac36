#pragma once
#include <memory>

#include "core/identity.hpp"

namespace otklik::web_api {

/// A caller whom the Door has let in.
struct Entry {
  std::shared_ptr<const core::Identity> caller;  ///< never null
  bool by_temporary_password = false;            ///< whom `temppass` lets in may lack the privilege webapi.execute
};

}  // namespace otklik::web_api
