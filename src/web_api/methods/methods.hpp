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
extern const Method tst_getintnumberreadyusers;
extern const Method tst_getuserstate;
extern const Method upload;
extern const Method gettotalqueueinfo;
extern const Method wp_abortcall;
extern const Method wp_answercall;
extern const Method wp_autocallstart;
extern const Method wp_autocallstop;
extern const Method wp_declinecall;
extern const Method wp_flash;
extern const Method wp_getabonentinfo;
extern const Method wp_getchaincontent;
extern const Method wp_switchcall;
extern const Method wp_setuserstate;

}  // namespace otklik::web_api::methods
