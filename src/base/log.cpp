#include "base/log.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <memory>

#include "base/json_writer.hpp"

namespace otklik::log {
namespace {

/// `%*` of the JSON pattern: the message as a JSON string, quotes included.
class JsonMessage final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    std::string quoted;
    append_json_string(quoted, std::string_view(message.payload.data(), message.payload.size()));
    out.append(quoted.data(), quoted.data() + quoted.size());
  }
  [[nodiscard]] std::unique_ptr<spdlog::custom_flag_formatter> clone() const override {
    return std::make_unique<JsonMessage>();
  }
};

}  // namespace

void use(Format format, const std::string& level) {
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  if (format == Format::json) {
    formatter->add_flag<JsonMessage>('*');
    formatter->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l","thread":%t,"message":%*})");
  } else {
    formatter->set_pattern("%Y-%m-%d %H:%M:%S.%e %l %v");
  }
  const auto logger = spdlog::default_logger();
  logger->set_formatter(std::move(formatter));
  logger->set_level(spdlog::level::from_str(level));
}

void start(Format format, const std::string& level) {
  auto logger = std::make_shared<spdlog::logger>("otklik", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->flush_on(spdlog::level::warn);
  spdlog::set_default_logger(std::move(logger));
  use(format, level);
  spdlog::flush_every(std::chrono::seconds(1));
}

void stop() { spdlog::shutdown(); }

}  // namespace otklik::log
