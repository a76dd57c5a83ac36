#pragma once
#include <array>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "db/source.hpp"
#include "db/sql_scanner.hpp"

namespace soci {
class session;
}

namespace otklik::db {

/// What a statement does to the transaction it opens.
enum class Access : std::uint8_t { read, write };

/// How to reach the database of our own tables.
struct ConnectionOptions {
  std::string backend = "sqlite3";        ///< or `postgresql`
  std::string file{};                     ///< SQLite: the database file, made with mode 0600 when absent
  std::string connect{};                  ///< PostgreSQL: `host=… dbname=… user=… password=…`; never logged
  std::chrono::seconds busy_timeout{10};  ///< SQLite: how long another program's lock is waited for
  bool read_only = false;  ///< refuses writes; the file must exist; not a setting: readers are, the writer is not
};

/// One connection to the database of our own tables. One thread at a time.
///
/// SQL is written once for both databases: types TEXT, BIGINT, SMALLINT; parameters `?`; no date functions (moments are
/// microseconds, see store/); names that are words of neither.
class Connection {
 public:
  /// Errors: `unavailable` (does not open; the file cannot be made), `bad_request` (options), `failed` (not a
  /// database).
  static Result<std::unique_ptr<Connection>> open(const ConnectionOptions& options);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Runs one statement and says how many rows it changed. Errors: `conflict` (a constraint), `storage_full`,
  /// `unavailable`, `failed`.
  template <class... Parameters>
  Result<std::int64_t> execute(std::string_view sql, Parameters&&... parameters) {
    const std::array<Value, sizeof...(Parameters)> values{to_value(std::forward<Parameters>(parameters))...};
    return execute_with(sql, values);
  }
  Result<std::int64_t> execute_with(std::string_view sql, std::span<const Value> parameters);

  /// All rows of a SELECT, each a tuple. Columns are std::string, std::int64_t, double, bool, or an optional of these;
  /// NULL in a column that is not optional reads as empty or zero.
  template <class... Columns, class... Parameters>
  Result<std::vector<std::tuple<Columns...>>> select(std::string_view sql, Parameters&&... parameters) {
    const std::array<Value, sizeof...(Parameters)> values{to_value(std::forward<Parameters>(parameters))...};
    return select_with<Columns...>(sql, values);
  }
  template <class... Columns>
  Result<std::vector<std::tuple<Columns...>>> select_with(std::string_view sql, std::span<const Value> parameters) {
    constexpr std::array<Kind, sizeof...(Columns)> kinds{kind_of<Columns>()...};
    std::vector<std::tuple<Columns...>> rows;
    auto done = fetch(
        sql, parameters, kinds,
        [](void* into, std::span<Value> row) {
          add_row(*static_cast<std::vector<std::tuple<Columns...>>*>(into), row, std::index_sequence_for<Columns...>{});
        },
        &rows);
    if (!done) return std::unexpected(std::move(done.error()));
    return rows;
  }

  /// A write takes SQLite's only write lock at once, so that nothing it reads can change before it commits. A read sees
  /// one state of the database throughout. A broken connection is opened anew here, before anything was sent.
  Result<> begin(Access access);
  /// After `unavailable` it is not known whether the transaction was kept.
  Result<> commit();
  void rollback() noexcept;

  [[nodiscard]] Dialect dialect() const noexcept { return dialect_; }

 private:
  enum class Kind : std::uint8_t { text, whole, number };

  Connection(Dialect dialect, ConnectionOptions options);
  Result<> connect();
  Result<> prepare_sqlite();
  Result<> plain(std::string_view sql, std::string_view doing);
  Result<> fetch(std::string_view sql, std::span<const Value> parameters, std::span<const Kind> kinds,
                 void (*add)(void* into, std::span<Value> row), void* into);
  [[nodiscard]] Result<std::string> soci_text(std::string_view sql, std::span<const Value> parameters) const;

  template <class T>
  static Value to_value(T&& v) {
    using Bare = std::remove_cvref_t<T>;
    if constexpr (std::same_as<Bare, Value>) {
      return std::forward<T>(v);
    } else if constexpr (std::same_as<Bare, std::nullopt_t>) {
      return std::monostate{};
    } else if constexpr (requires {
                           v.has_value();
                           *v;
                         }) {
      return v.has_value() ? to_value(*std::forward<T>(v)) : Value{};
    } else if constexpr (std::integral<Bare>) {
      return static_cast<std::int64_t>(v);
    } else if constexpr (std::floating_point<Bare>) {
      return static_cast<double>(v);
    } else {
      return std::string(std::forward<T>(v));
    }
  }

  template <class Column>
  struct Bare {
    using Type = Column;
  };
  template <class Column>
  struct Bare<std::optional<Column>> {
    using Type = Column;
  };
  template <class Column>
  static constexpr Kind kind_of() {
    using Type = typename Bare<Column>::Type;
    if constexpr (std::same_as<Type, std::string>) {
      return Kind::text;
    } else if constexpr (std::integral<Type>) {
      return Kind::whole;
    } else {
      static_assert(std::same_as<Type, double>);
      return Kind::number;
    }
  }
  template <class Column>
  static Column from_value(Value& v) {
    using Type = typename Bare<Column>::Type;
    if (std::holds_alternative<std::monostate>(v)) return Column{};
    if constexpr (std::same_as<Type, std::string>) {
      return Column{std::move(std::get<std::string>(v))};
    } else if constexpr (std::same_as<Type, bool>) {
      return Column{std::get<std::int64_t>(v) != 0};
    } else if constexpr (std::same_as<Type, std::int64_t>) {
      return Column{std::get<std::int64_t>(v)};
    } else {
      return Column{std::get<double>(v)};
    }
  }
  template <class Rows, std::size_t... I>
  static void add_row(Rows& rows, std::span<Value> row, std::index_sequence<I...>) {
    rows.emplace_back(from_value<std::tuple_element_t<I, typename Rows::value_type>>(row[I])...);
  }

  const Dialect dialect_;
  const ConnectionOptions options_;
  std::unique_ptr<soci::session> session_;
  bool in_transaction_ = false;
};

/// Whether the database is whole: every fault found, one line each; nothing found is an empty list. For `otklik check`.
/// SQLite: its own integrity check and the foreign keys. PostgreSQL looks after its pages itself; what is asked is
/// whether every constraint is valid.
Result<std::vector<std::string>> check(Connection& connection);

}  // namespace otklik::db
