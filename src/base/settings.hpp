#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.hpp"

namespace otklik {

/// A value as a settings file writes it.
using SettingValue = std::variant<bool, std::int64_t, double, std::string, std::vector<std::string>>;

/// What a setting is for, in the two languages of the product.
struct SettingHelp {
  std::string en;
  std::string ru;
};

/// One key of the settings: what it is, what it is now, how to change it.
struct Setting {
  std::string key;            ///< `http.body_size`
  std::string type;           ///< `yes/no`, `number`, `text`, `list`, `size`, `duration`, or the choices `a|b`
  std::string default_value;  ///< as TOML writes it
  SettingHelp help;
  bool secret = false;  ///< shown as `"***"`
  bool live = false;    ///< a running server takes a change of it; otherwise it holds from the next start on
  std::function<Result<>(const SettingValue&)> set;
  std::function<std::string()> get;  ///< as TOML writes it
};

/// The table of all settings of a program. Each entry is bound to a field of the options of the part that uses it, so a
/// default is written once, where the part declares it. The fields must outlive the table and stay where they are.
///
/// A size is a number of bytes or a text such as "16 MiB"; a duration is a number of seconds or a text such as "500
/// ms", "30 s", "5 min", "24 h", "30 d".
class SettingsTable {
 public:
  void add(std::string key, bool& field, SettingHelp help);
  void add(std::string key, int& field, int least, int most, SettingHelp help);
  void add(std::string key, unsigned& field, unsigned least, unsigned most, SettingHelp help);
  void add(std::string key, std::uint64_t& field, std::uint64_t least, std::uint64_t most, SettingHelp help);
  void add(std::string key, std::string& field, SettingHelp help, bool secret = false);
  void add(std::string key, std::vector<std::string>& field, SettingHelp help);
  void add_choice(std::string key, std::string& field, std::vector<std::string> choices, SettingHelp help);
  void add_size(std::string key, std::size_t& field, SettingHelp help);
  void add_duration(std::string key, std::chrono::milliseconds& field, SettingHelp help);
  void add_duration(std::string key, std::chrono::seconds& field, SettingHelp help);
  void add_duration(std::string key, std::chrono::hours& field, SettingHelp help);

  /// Rows added while it lives are live: only who sees to it that a running server takes the change may say so.
  class [[nodiscard]] LiveRows {
   public:
    explicit LiveRows(SettingsTable& table) : table_(table), before_(std::exchange(table.adding_live_, true)) {}
    ~LiveRows() { table_.adding_live_ = before_; }
    LiveRows(const LiveRows&) = delete;
    LiveRows& operator=(const LiveRows&) = delete;

   private:
    SettingsTable& table_;
    const bool before_;
  };
  LiveRows live_rows() { return LiveRows(*this); }

  /// Sections whose names the administrator chooses: `[datasource.crm]`. `make` is called once for each name that the
  /// file holds and adds that section's keys (`datasource.crm.connect`, …) to this table; an Error refuses the name.
  void add_named_sections(std::string prefix, std::function<Result<>(const std::string& name)> make);

  /// Reads a TOML text. `file` is for messages only: `otklik.toml:12: unknown key "http.boddy_size"; did you mean
  /// "http.body_size"?` Nothing is guessed: an unknown key, a wrong type or a value out of range is an error.
  Result<> load(std::string_view toml, const std::string& file);

  /// `key=value` of the command line; the value as TOML writes it, or a bare text.
  Result<> set(std::string_view assignment);

  [[nodiscard]] const std::vector<Setting>& entries() const noexcept { return entries_; }
  /// Null: there is none.
  [[nodiscard]] const Setting* find(std::string_view key) const noexcept;

 private:
  using Set = std::function<Result<>(const SettingValue&)>;
  using Get = std::function<std::string()>;
  void add_row(std::string key, std::string type, SettingHelp help, bool secret, Set set, Get get);
  template <class Whole>
  void add_number(std::string key, Whole& field, Whole least, Whole most, SettingHelp help);
  template <class Unit>
  void add_whole(std::string key, Unit& field, std::string_view unit, SettingHelp help);
  Result<> apply(const std::string& key, const SettingValue& value, const std::string& where);
  [[nodiscard]] std::string nearest(std::string_view key) const;
  Result<> make_named_section(std::string_view key, const std::string& where);

  struct NamedSections {
    std::string prefix;
    std::function<Result<>(const std::string&)> make;
    std::vector<std::string> made;
  };

  std::vector<Setting> entries_;
  std::vector<NamedSections> named_;
  bool adding_live_ = false;
};

/// "16 MiB" → bytes; a bare number is bytes. Errors: `bad_request`.
Result<std::uint64_t> parse_size(std::string_view text);
/// "500 ms", "30 s", "5 min", "24 h", "30 d"; a bare number is seconds. Errors: `bad_request`.
Result<std::chrono::milliseconds> parse_duration(std::string_view text);

}  // namespace otklik
