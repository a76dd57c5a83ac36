#pragma once
#include <spdlog/spdlog.h>

#include <string>

/// The log for people: standard error, text or JSON lines. No password, token, `temppass`, link code or
/// Authorization value is ever handed to it. Write by spdlog's own functions: `log::warn("port {} …", port)`.
namespace otklik::log {

using spdlog::debug;
using spdlog::error;
using spdlog::info;
using spdlog::warn;

enum class Format { text, json };

/// The library makes its logger at first use, under a guard that ThreadSanitizer does not see: programs that never call
/// start() have it before their first thread all the same.
inline spdlog::logger* const first_logger = spdlog::default_logger_raw();

/// Call once, before the first thread. `level`: trace debug info warn error off.
void start(Format format, const std::string& level);

/// Another form or level from now on. Any thread, after start().
void use(Format format, const std::string& level);

/// Flushes and stops: call last.
void stop();

}  // namespace otklik::log
