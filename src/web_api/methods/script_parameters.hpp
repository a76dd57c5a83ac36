#pragma once
#include <array>
#include <string_view>

#include "web_api/method.hpp"

/// The rows that execsvcscript and its kin share.
namespace otklik::web_api::methods {

inline constexpr Parameter name_parameter{
    .name = "name",
    .required = true,
    .meaning = {"Name of a service scenario of the common folder; never a path. Cyrillic, spaces and brackets are fine",
                "Название служебного сценария из общего каталога; не путь. Можно кириллицу, пробелы и скобки"}};

inline constexpr Parameter start_parameter(std::string_view name, Text meaning) {
  return {.name = name, .meaning = meaning};
}

inline constexpr Parameter startparam1_parameter =
    start_parameter("startparam1", {"Start parameter 1; `startparam` without a number stands for it when it is absent",
                                    "Стартовый параметр 1; при его отсутствии им считается `startparam` без номера"});
inline constexpr Parameter startparam2_parameter =
    start_parameter("startparam2", {"Start parameter 2", "Стартовый параметр 2"});
inline constexpr Parameter startparam3_parameter =
    start_parameter("startparam3", {"Start parameter 3", "Стартовый параметр 3"});
inline constexpr Parameter startparam4_parameter =
    start_parameter("startparam4", {"Start parameter 4", "Стартовый параметр 4"});
inline constexpr Parameter startparam5_parameter =
    start_parameter("startparam5", {"Start parameter 5", "Стартовый параметр 5"});

inline constexpr Parameter async_parameter{
    .name = "async",
    .type = ParameterType::flag,
    .default_value = "0",
    .meaning = {"0 waits for the script, 1 answers at once", "0 — ждать окончания сценария, 1 — ответить сразу"}};

inline constexpr Parameter timeout_parameter{
    .name = "timeout",
    .type = ParameterType::seconds,
    .default_value = "30",
    .meaning = {
        R"(How long to wait, at most 300 s (both figures are settings). After it the wait is broken off and the script runs
on)",
        R"(Сколько ждать, не больше 300 с (оба числа — настройки). Затем ожидание обрывается, а сценарий продолжает работу)"}};

}  // namespace otklik::web_api::methods
