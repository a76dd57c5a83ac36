// sql, file, event: what a scenario reaches through the server.
#include <gmock/gmock.h>

#include "unit/scenario/host_fixture.hpp"

namespace otklik::scenario {
namespace {

using Kind = core::ScriptEnd::Kind;
using ::testing::HasSubstr;

class SqlTest : public HostTest {
 protected:
  SqlTest() {
    sources["crm"] = {[this](std::string_view sql, std::span<const db::Value> parameters,
                             std::chrono::milliseconds timeout) { return answer(sql, parameters, timeout); },
                      2};
  }
  ~SqlTest() override { restart(); }  // its threads may be asking still
  std::function<Result<db::Rows>(std::string_view, std::span<const db::Value>, std::chrono::milliseconds)> answer;
};

TEST_F(SqlTest, gives_rows_as_tables_with_the_names_of_columns) {
  answer = [](auto, auto, auto) -> Result<db::Rows> {
    db::Rows rows;
    rows.columns = {"id", "имя", "note"};
    rows.rows = {{std::int64_t{1}, std::string("Иван"), std::monostate{}},
                 {std::int64_t{2}, std::string("Мария"), 1.5}};
    rows.affected = 7;
    return rows;
  };
  EXPECT_EQ(
      value("local rows = sql('crm', 'select') local r = rows[2] return #rows .. rows[1]['имя'] .. "
            "tostring(rows[1].note) .. r.note .. math.type(r.id) .. table.concat(rows.columns, ',') .. rows.affected"),
      "2Иванnil1.5integerid,имя,note7");
}

TEST_F(SqlTest, gives_rows_that_json_writes_as_an_array) {
  bool some = true;
  answer = [&](auto, auto, auto) -> Result<db::Rows> {
    db::Rows rows;
    rows.columns = {"id"};
    if (some) rows.rows = {{std::int64_t{1}}, {std::int64_t{2}}};
    return rows;
  };
  EXPECT_EQ(value("return json.encode(sql('crm', 'select'))"), R"([{"id":1},{"id":2}])");
  some = false;
  EXPECT_EQ(value("return json.encode(sql('crm', 'select'))"), "[]");
}

TEST_F(SqlTest, binds_parameters_of_every_type) {
  std::vector<db::Value> got;
  std::chrono::milliseconds waited{1};
  answer = [&](std::string_view sql, std::span<const db::Value> parameters, std::chrono::milliseconds timeout) {
    EXPECT_EQ(sql, "insert");
    got.assign(parameters.begin(), parameters.end());
    waited = timeout;
    return Result<db::Rows>(db::Rows{});
  };
  EXPECT_EQ(value("return #sql({name = 'crm', timeout = 1.5}, 'insert', 1, 2.5, 'x', true, nil, json.null, nil)"), "0");
  const std::vector<db::Value> expected{
      std::int64_t{1}, 2.5, std::string("x"), std::int64_t{1}, std::monostate{}, std::monostate{}, std::monostate{}};
  EXPECT_EQ(got, expected);
  EXPECT_EQ(waited, std::chrono::milliseconds{1500});
  EXPECT_THAT(run_text("sql('crm', 'insert', {})").error, HasSubstr("a parameter of SQL"));
}

TEST_F(SqlTest, gives_failures_as_values) {
  answer = [](auto, auto, auto) -> Result<db::Rows> { return fail(ErrorCode::bad_request, "no such table: x"); };
  EXPECT_EQ(value("local rows, why, code = sql('crm', 'select') return tostring(rows) .. why .. code"),
            "nilno such table: xbad_request");
  EXPECT_EQ(value("local _, _, code = sql('erp', 'select') return code"), "not_found");
}

TEST_F(SqlTest, a_slow_query_disturbs_no_other_run_and_ends_with_its_budget) {
  std::promise<void> let_go;
  answer = [future = let_go.get_future().share()](auto, auto, auto) -> Result<db::Rows> {
    future.wait();
    return db::Rows{};
  };
  options.threads = 1;
  options.limits.time = std::chrono::milliseconds{50};
  write("Slow", "return #sql('crm', 'select')");
  auto slow = start("Slow");
  EXPECT_EQ(value("return 'quick'"), "quick");
  EXPECT_EQ(slow.get().kind, Kind::budget_time);
  let_go.set_value();
}

TEST_F(SqlTest, refuses_queries_when_too_many_wait) {
  std::promise<void> let_go;
  std::atomic<int> asked{0};
  answer = [&asked, future = let_go.get_future().share()](auto, auto, auto) -> Result<db::Rows> {
    ++asked;
    future.wait();
    return db::Rows{};
  };
  options.sql_queue = 1;
  write("Ask", "local rows, why, code = sql('crm', 'select') return code or 'fine'");
  std::vector<std::future<core::ScriptEnd>> at_work;
  for (int i = 0; i < 2; ++i) {
    at_work.push_back(start("Ask"));
    ASSERT_TRUE(eventually([&] { return asked == i + 1; }));
  }
  at_work.push_back(start("Ask"));
  ASSERT_TRUE(eventually([&] { return host().figures().sql_queued == 1; }));
  EXPECT_EQ(run("Ask").returns[0], "too_many");
  let_go.set_value();
  for (auto& end : at_work) EXPECT_EQ(end.get().returns[0], "fine");
}

TEST_F(SqlTest, asks_a_real_database) {
  db::SourceOptions about;
  about.backend = "sqlite3";
  about.connect = folder.path() + "/crm.db";
  sources = open_sources({{"crm", about}});
  constexpr const char* text = R"lua(
    assert(sql("crm", "create table calls(id integer primary key, who text, seconds real)"))
    for i = 1, 3 do assert(sql("crm", "insert into calls(who, seconds) values(?, ?)", "Иван " .. i, i / 2)) end
    local rows = assert(sql("crm", "select who, seconds, null as absent from calls where id > ? order by id", 1))
    local _, why, code = sql("crm", "select x from nowhere")
    return #rows .. rows[1].who .. rows[2].seconds .. tostring(rows[1].absent) .. code
  )lua";
  EXPECT_EQ(value(text), "2Иван 21.5nilbad_request");
}

// --- files ---

class FileTest : public HostTest {};

TEST_F(FileTest, reads_what_it_wrote) {
  EXPECT_EQ(value("assert(file.write('a/b.csv', 'x')) assert(file.append('a/b.csv', 'y')) return file.read('a/b.csv')"),
            "xy");
  EXPECT_EQ(value("return file.size('a/b.csv') .. tostring(file.exists('a/b.csv')) .. tostring(file.exists('a')) .. "
                  "tostring(file.exists('a/c')) .. file.info('a/b.csv').size"),
            "2truetruefalse2");
  EXPECT_EQ(value("local l = file.list('a') return #l .. l[1].name .. l[1].size .. tostring(l[1].is_folder)"),
            "1b.csv2false");
  EXPECT_EQ(value("assert(file.move('a/b.csv', 'a/c.csv')) assert(file.remove('a/c.csv')) "
                  "return tostring(file.exists('a/c.csv'))"),
            "false");
}

TEST_F(FileTest, gives_failures_as_values) {
  EXPECT_EQ(value("local c, why, code = file.read('none') return tostring(c) .. code"), "nilnot_found");
  for (const char* call : {"read('/etc/passwd')", "write('/etc/x', '')", "append('/x', '')", "list('/etc')",
                           "exists('/etc/passwd')", "move('/a', 'b')", "remove('/a')", "size('/a')", "info('/a')"}) {
    EXPECT_EQ(value(std::string("local v, why, code = file.") + call + " return tostring(v) .. code"), "nilforbidden")
        << call;
  }
  files.is_full = true;
  EXPECT_EQ(value("local ok, why, code = file.write('a', 'x') return code"), "storage_full");
}

TEST_F(FileTest, bounds_the_size_of_a_file) {
  options.file_bytes = 100;
  ASSERT_TRUE(files.write("big", std::string(101, 'x')));
  EXPECT_EQ(value("local c, why, code = file.read('big') return code"), "too_large");
  EXPECT_THAT(run_text("file.write('a', ('x'):rep(101))").error, HasSubstr("too large"));
}

TEST_F(FileTest, a_slow_disk_disturbs_no_other_run) {
  std::promise<void> let_go;
  files.on_call = [future = let_go.get_future().share()] { future.wait(); };
  options.threads = 1;
  write("Slow", "return file.read('x')");
  auto slow = start("Slow");
  EXPECT_EQ(value("return 'quick'"), "quick");
  let_go.set_value();
  EXPECT_EQ(slow.get().kind, Kind::finished);
}

// --- events ---

class EventTest : public HostTest {};

TEST_F(EventTest, posts_an_event_with_its_data_as_json) {
  EXPECT_EQ(value("return tostring(event.post('order', {number = 5}))"), "true");
  const auto events = journal.all<core::CustomEvent>();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].name, "order");
  EXPECT_EQ(events[0].data, R"({"number":5})");
  EXPECT_EQ(events[0].run, journal.all<core::ScriptStarted>()[0].run);
}

TEST_F(EventTest, goes_on_only_when_the_event_is_safe) {
  write("Post", "event.post('x') log.info('posted') global.set('posted', 1) return 1");
  journal.hold();
  auto end = start("Post");
  ASSERT_TRUE(eventually([&] { return journal.all<core::CustomEvent>().size() == 1; }));
  write("Look", "return tostring(global.get('posted'))");
  EXPECT_NE(end.wait_for(std::chrono::milliseconds{0}), std::future_status::ready);
  journal.release();
  EXPECT_EQ(end.get().returns[0], "1");
}

TEST_F(EventTest, gives_a_full_disk_as_a_value) {
  write("Post", "local ok, why, code = event.post('x') global.set('code', code) return code");
  journal.failing = true;
  run("Post");
  journal.failing = false;
  EXPECT_EQ(value("return global.get('code')"), "storage_full");
}

TEST_F(EventTest, bounds_name_and_data) {
  options.event_bytes = 50;
  EXPECT_THAT(run_text("event.post('')").error, HasSubstr("name of an event"));
  EXPECT_THAT(run_text("event.post('a\\nb')").error, HasSubstr("name of an event"));
  EXPECT_EQ(value("local _, _, code = event.post('x', {a = ('y'):rep(50)}) return code"), "too_large");
}

}  // namespace
}  // namespace otklik::scenario
