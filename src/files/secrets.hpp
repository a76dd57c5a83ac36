#pragma once
#include <cstdint>
#include <string>

#include "base/error.hpp"
#include "files/resolver.hpp"

namespace otklik::files {

/// Whether the open file is, by another of its hard links, one that no zone opens: `forbidden` then, and also where
/// there are too many secret files to compare with. Costs a walk over the data folder, so ask it only of files that
/// have several links.
Result<> refuse_secret_file(int fd, const std::string& data_folder, const Resolver& resolver);

}  // namespace otklik::files
