#include "db/database.hpp"

#include <cassert>
#include <future>

#include "base/log.hpp"

namespace otklik::db {
namespace {

// The transaction around a piece of work, on the worker's own thread.
Result<> in_transaction(Connection& connection, Access access, std::move_only_function<bool(Connection&)>& body) {
  if (auto begun = connection.begin(access); !begun) return begun;
  if (!body(connection)) {
    connection.rollback();
    return {};  // the body keeps its own error
  }
  return connection.commit();
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open(DatabaseOptions options) {
  auto first = Connection::open(options.connection);
  if (!first) return std::unexpected(std::move(first.error()));
  std::unique_ptr<Database> made(new Database((*first)->dialect()));
  made->writer_ = std::make_unique<Worker>("db-writer", options.most_queued, std::move(*first));
  options.connection.read_only = true;
  for (int i = 0; i < std::clamp(options.readers, 1, 64); ++i) {
    auto reader = Connection::open(options.connection);
    if (!reader) return std::unexpected(std::move(reader.error()));
    made->readers_.push_back(std::make_unique<Worker>("db-reader", options.most_queued, std::move(*reader)));
  }
  return made;
}

Database::~Database() = default;

Result<> Database::run_there(Worker& worker, Access access, std::move_only_function<bool(Connection&)> body) {
  assert(!worker.strand.runs_here() && "a transaction inside a transaction");
  std::promise<Result<>> promise;
  auto done = promise.get_future();
  const bool posted =
      worker.strand.try_post([&] { promise.set_value(in_transaction(*worker.connection, access, body)); });
  if (!posted) return fail(ErrorCode::too_many, "the database has too much to do");
  return done.get();
}

bool Database::write_later(std::move_only_function<Result<>(Connection&)> work) {
  return writer_->strand.try_post([this, work = std::move(work)]() mutable {
    std::move_only_function<bool(Connection&)> body = [&](Connection& connection) {
      auto done = work(connection);
      if (!done) log::warn("database: a change that nobody waits for was not kept: {}", done.error().message);
      return done.has_value();
    };
    if (auto done = in_transaction(*writer_->connection, Access::write, body); !done) {
      log::warn("database: a change that nobody waits for was not kept: {}", done.error().message);
    }
  });
}

}  // namespace otklik::db
