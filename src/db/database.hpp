#pragma once
#include <atomic>
#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/strand.hpp"
#include "db/connection.hpp"

namespace otklik::db {

struct DatabaseOptions {
  ConnectionOptions connection;
  int readers = 2;                 ///< connections (and threads) for reads, 1 to 64
  std::size_t most_queued = 4096;  ///< pieces of work that may wait for the writer, and for each reader
};

/// The database of our own tables: one writer on a thread of its own, a few readers on theirs. SQLite allows one
/// writer; with PostgreSQL it keeps our own changes in one order.
class Database {
 public:
  /// Connects the writer and the readers. Errors as Connection::open.
  static Result<std::unique_ptr<Database>> open(DatabaseOptions options);
  /// Runs what is queued, then closes. Nobody may be inside write() or read() any more.
  ~Database();

  /// Runs `work(Connection&)`, which returns a Result, in one transaction on the writer's thread and waits for it: the
  /// transaction is kept when the result is a value and was committed, else nothing of it is. For SQLite, a value means
  /// "on the disk". Never from the writer's own thread. Errors: what `work` says, `too_many` (the queue is full),
  /// `unavailable` (stopping), and what the commit says.
  template <class Work>
    requires std::invocable<Work&, Connection&>
  auto write(Work work) -> std::invoke_result_t<Work&, Connection&> {
    return run<Work>(*writer_, Access::write, work);
  }

  /// Likewise on one of the readers, seeing one state of the database throughout.
  template <class Work>
    requires std::invocable<Work&, Connection&>
  auto read(Work work) -> std::invoke_result_t<Work&, Connection&> {
    return run<Work>(*readers_[next_reader_++ % readers_.size()], Access::read, work);
  }

  /// Like write(), for changes nobody waits for: a failure is logged. False: the queue is full, nothing will run.
  [[nodiscard]] bool write_later(std::move_only_function<Result<>(Connection&)> work);

  [[nodiscard]] Dialect dialect() const noexcept { return dialect_; }

 private:
  struct Worker {
    Worker(const char* name, std::size_t capacity, std::unique_ptr<Connection> c)
        : connection(std::move(c)), strand(name, capacity) {}
    std::unique_ptr<Connection> connection;
    Strand strand;  // last: joined before the connection goes
  };

  explicit Database(Dialect dialect) : dialect_(dialect) {}

  /// Runs `body` on the worker's thread inside a transaction; it says whether to keep it.
  Result<> run_there(Worker& worker, Access access, std::move_only_function<bool(Connection&)> body);

  template <class Work>
  auto run(Worker& worker, Access access, Work& work) -> std::invoke_result_t<Work&, Connection&> {
    std::optional<std::invoke_result_t<Work&, Connection&>> result;
    auto ran = run_there(worker, access, [&](Connection& connection) {
      result.emplace(work(connection));
      return result->has_value();
    });
    if (!ran) return std::unexpected(std::move(ran.error()));
    return std::move(*result);
  }

  const Dialect dialect_;
  std::unique_ptr<Worker> writer_;
  std::vector<std::unique_ptr<Worker>> readers_;
  std::atomic<std::size_t> next_reader_{0};
};

}  // namespace otklik::db
