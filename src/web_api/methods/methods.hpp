#pragma once
#include "web_api/method.hpp"

/// The rows of the table, one a file of this folder.
namespace otklik::web_api::methods {

extern const Method execsvcscript;
extern const Method execsvcscriptplain;
extern const Method download_byscript;
extern const Method getversion;
extern const Method openapi;

}  // namespace otklik::web_api::methods
