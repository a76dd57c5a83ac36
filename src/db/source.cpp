#include "db/source.hpp"

#include <soci/soci.h>
#include <sqlite3.h>

#include <condition_variable>
#include <mutex>

#include "base/log.hpp"
#include "db/native_query.hpp"
#include "db/session.hpp"

namespace otklik::db {
namespace {

using Steady = std::chrono::steady_clock;
using Session = std::unique_ptr<soci::session>;

}  // namespace

class Source::Impl {
 public:
  explicit Impl(SourceOptions options) : options_(std::move(options)), dialect_(dialect_of(options_.backend)) {
    options_.connections = std::max(options_.connections, 1);
  }

  Result<Rows> run(std::string_view sql, std::span<const Value> parameters, std::chrono::milliseconds timeout) {
    if (!dialect_) return std::unexpected(dialect_.error());
    const bool sqlite = *dialect_ == Dialect::sqlite;
    auto scanned = scan_sql(sql, *dialect_, sqlite ? Placeholder::question : Placeholder::dollar);
    if (!scanned) return std::unexpected(std::move(scanned.error()));
    if (scanned->parameters != parameters.size()) {
      return fail(ErrorCode::bad_request, fmt::format("the statement has {} parameters, {} were given",
                                                      scanned->parameters, parameters.size()));
    }
    const QueryLimits limits{.deadline = Steady::now() + (timeout.count() > 0 ? timeout : options_.timeout),
                             .most_rows = options_.most_rows,
                             .most_bytes = options_.most_bytes,
                             .read_only = options_.read_only};
    auto taken = take(limits.deadline);
    if (!taken) return std::unexpected(std::move(taken.error()));
    Lease lease(*this, std::move(*taken));
    if (auto opened = lease.open(); !opened) return std::unexpected(std::move(opened.error()));
    auto result = sqlite ? query_sqlite(sqlite_handle(*lease.session), scanned->text, parameters, limits)
                         : query_postgres(postgres_handle(*lease.session), scanned->text, parameters, limits);
    if (result.after == After::spoilt) lease.session.reset();
    return std::move(result.rows);
  }

 private:
  // A place in the pool, with the connection that was idle there, if any. Gives both back.
  struct Lease {
    Lease(Impl& p, Session s) : pool(p), session(std::move(s)) {}
    ~Lease() { pool.give_back(std::move(session)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    Result<> open() {
      if (session && *pool.dialect_ == Dialect::postgresql && !is_alive(postgres_handle(*session))) session.reset();
      if (session) return {};
      auto opened = open_session(*pool.dialect_, pool.options_.connect);
      if (!opened) return std::unexpected(std::move(opened.error()));
      session = std::move(*opened);
      if (auto* handle = sqlite_handle(*session)) restrict_sqlite(handle, pool.options_.most_bytes);
      return {};
    }

    Impl& pool;
    Session session;
  };

  Result<Session> take(Steady::time_point deadline) {
    std::unique_lock lock(mutex_);
    if (!came_free_.wait_until(lock, deadline, [this] { return busy_ < options_.connections; })) {
      return fail(ErrorCode::too_many, "no connection to the data source came free in time");
    }
    ++busy_;
    if (idle_.empty()) return Session{};
    Session session = std::move(idle_.back());
    idle_.pop_back();
    return session;
  }

  void give_back(Session session) {
    {
      const std::lock_guard lock(mutex_);
      --busy_;
      if (session) idle_.push_back(std::move(session));
    }
    came_free_.notify_one();
  }

  SourceOptions options_;
  const Result<Dialect> dialect_;
  std::mutex mutex_;
  std::condition_variable came_free_;
  std::vector<Session> idle_;
  int busy_ = 0;
};

Source::Source(SourceOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Source::~Source() = default;

Result<Rows> Source::run(std::string_view sql, std::span<const Value> parameters, std::chrono::milliseconds timeout) {
  return impl_->run(sql, parameters, timeout);
}

}  // namespace otklik::db
