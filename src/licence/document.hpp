#pragma once
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/licence/standing.hpp"

namespace otklik::licence {

/// Keys and values of a document, in its order.
using Properties = std::vector<std::pair<std::string, std::string>>;

/// Bytes of the largest document, and properties of it, that are read.
inline constexpr std::size_t largest_document = 64 * 1024;
inline constexpr std::size_t most_properties = 64;

/// The house's XML with one set of simple properties: `oktellxmlmapper` version 80710 › `data` "license" ›
/// `property_set` "certificate". UTF-8, LF.
std::string write_document(const Properties& properties);

/// Reads exactly what write_document() writes; only white space between tags and a byte-order mark are passed over,
/// since editors and mail add them. A document type, a comment, a processing instruction, CDATA, a character reference,
/// another attribute, tag or order: `broken`, with the number of the line. Values are UTF-8 without control characters.
std::expected<Properties, core::CertificateFault> read_document(std::string_view text);

}  // namespace otklik::licence
