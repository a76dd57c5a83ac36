#pragma once
#include <string>

#include "base/error.hpp"

namespace otklik::licence {

/// The registration number of a server that has no certificate: seven digits, made at the first start and the same for
/// ever. Kept in `otklik.registration` of the data folder, which is whole or absent (NewFile) and on the disk before
/// the number is used, so a server that dies at its first start has either told nobody a number or tells the same
/// again. A file that holds something else is put aside as `otklik.registration.broken` (over an earlier one), and a
/// new number is made; the log says so. Errors: `storage_full`, `failed`.
Result<std::string> registration_number(const std::string& data_folder);

}  // namespace otklik::licence
