#pragma once
#include "web_api/method.hpp"

/// The rows of the table, one a file of this folder.
namespace otklik::web_api::methods {

extern const Method execsvcscript;
extern const Method execsvcscriptplain;
extern const Method download_rec;
extern const Method download_fax;
extern const Method download_vm;
extern const Method download_byscript;
extern const Method download_files;
extern const Method getsharedfile;
extern const Method downloadrecordbylink;
extern const Method getlicensefulltext;
extern const Method getlicensefullxml;
extern const Method getlicenseinfo;
extern const Method getavatar;
extern const Method execpluginmethod;
extern const Method getversion;
extern const Method openapi;
extern const Method upload;

}  // namespace otklik::web_api::methods
