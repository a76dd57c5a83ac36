#pragma once
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace otklik::files {

/// The last part of what a client calls a file: old browsers send `C:\docs\a.txt`. UTF-8, may be empty.
std::string without_folders(std::string_view name);

/// A name under which a file can lie here, on Windows and on whatever disk it is copied to, from a name in UTF-8
/// without folders: no control or direction-changing characters, none that Windows forbids, no name of a device, no dot
/// in front, no dot or space behind, at most 200 bytes of which the ending stays, cut between characters. Never empty,
/// and never one that the server itself gives a meaning.
std::string safe_file_name(std::string_view name);

/// `name (2).ext` of `name.ext` for the second; the first is the name itself.
std::string numbered_name(std::string_view name, unsigned number);

/// See core::UploadStore::plain_subfolder().
Result<std::string> plain_subfolder(std::string_view spelt);

}  // namespace otklik::files
