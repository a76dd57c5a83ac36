#pragma once
#include <string>

namespace otklik::web_api {

/// The table of methods as an OpenAPI 3.1 document (JSON, English).
std::string openapi_document();

}  // namespace otklik::web_api
