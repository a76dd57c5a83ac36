#include "store/files/file_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "store/schema.hpp"
#include "unit/store/place.hpp"

namespace otklik::store {
namespace {

using core::FileArea;
using core::FileState;
using core::StoredFile;
using ::testing::ElementsAre;

class FakeJournal final : public core::Journal {
 public:
  void tell(core::EventBody fact) override {
    std::string line(core::name(fact));
    if (const auto* stored = std::get_if<core::FileStored>(&fact)) line += " " + stored->area + " " + stored->path;
    if (const auto* gone = std::get_if<core::FileDeleted>(&fact)) {
      line += " " + gone->area + " " + gone->path + " " + gone->reason;
    }
    told.push_back(std::move(line));
  }
  void tell(core::EventBody fact, core::Durability,
            std::move_only_function<void(Result<std::uint64_t>)> done) override {
    tell(std::move(fact));
    done(std::uint64_t{1});
  }
  [[nodiscard]] bool accepts() const noexcept override { return true; }
  std::vector<std::string> told;
};

class Files : public ::testing::Test {
 protected:
  void SetUp() override {
    {
      auto connection = db::Connection::open(place_->options());
      ASSERT_TRUE(connection) << connection.error().message;
      ASSERT_TRUE(db::upgrade_schema(**connection, schema()));
    }
    auto database = db::Database::open({.connection = place_->options()});
    ASSERT_TRUE(database) << database.error().message;
    database_ = std::move(*database);
    store_ = std::make_unique<FileStore>(*database_, journal_);
  }

  static StoredFile file(FileArea area, std::string path, std::int64_t second = 0, FileState state = FileState::whole) {
    StoredFile made;
    made.id = Uuid::random();
    made.area = area;
    made.name = path;
    made.path = std::move(path);
    made.size = 10;
    made.stored_at = Time(std::chrono::seconds(1'700'000'000 + second));
    made.state = state;
    return made;
  }
  std::vector<std::string> paths(const core::FileQuery& query) {
    std::vector<std::string> out;
    const auto page = store_->list(query);
    EXPECT_TRUE(page);
    for (const auto& each : page->files) out.push_back(each.path);
    return out;
  }

  std::unique_ptr<otklik::testing::Place> place_ = otklik::testing::fresh_place();
  std::unique_ptr<db::Database> database_;
  FakeJournal journal_;
  std::unique_ptr<FileStore> store_;
};

TEST_F(Files, are_kept_with_everything_that_is_known_of_them) {
  StoredFile stored = file(FileArea::recording, "20260102/1504/Разговор \"1\" 'х'.mp3");
  stored.size = 5'000'000'000;
  stored.sha256 = std::string(64, 'a');
  stored.user = Uuid::random();
  stored.login = "Мария";
  stored.chain = Uuid::random();
  stored.held = true;
  ASSERT_TRUE(store_->add(stored));
  EXPECT_EQ(*store_->find(stored.id), stored);
  EXPECT_EQ(*store_->find_at(FileArea::recording, stored.path), stored);
  EXPECT_EQ(store_->find_at(FileArea::fax, stored.path).error().code, ErrorCode::not_found);
  EXPECT_EQ(store_->find(Uuid::random()).error().code, ErrorCode::not_found);

  const StoredFile nobodys = file(FileArea::temp, "r/a");
  ASSERT_TRUE(store_->add(nobodys));
  EXPECT_EQ(*store_->find(nobodys.id), nobodys);
}

TEST_F(Files, take_each_place_once_however_long_its_path) {
  const std::string longest(4000, 'x');
  ASSERT_TRUE(store_->add(file(FileArea::storage, longest + "1")));
  ASSERT_TRUE(store_->add(file(FileArea::storage, longest + "2")));
  EXPECT_EQ(store_->add(file(FileArea::storage, longest + "1")).error().code, ErrorCode::conflict);
  EXPECT_TRUE(store_->add(file(FileArea::shared, longest + "1"))) << "another area";
  EXPECT_EQ(store_->add(file(FileArea::fax, "\xFF")).error().code, ErrorCode::bad_request);
  EXPECT_EQ(store_->add(file(FileArea::fax, std::string("a\0b", 3))).error().code, ErrorCode::bad_request);
}

TEST_F(Files, are_told_of_when_they_are_whole_and_when_they_go) {
  const StoredFile arriving = file(FileArea::storage, "a.txt", 0, FileState::arriving);
  ASSERT_TRUE(store_->add(arriving));
  EXPECT_THAT(journal_.told, ElementsAre());
  ASSERT_TRUE(store_->settle(arriving.id, 11, "ab"));
  ASSERT_TRUE(store_->settle(arriving.id, 11, "ab"));
  EXPECT_EQ(store_->find(arriving.id)->size, 11U);
  EXPECT_EQ(store_->find(arriving.id)->state, FileState::whole);
  ASSERT_TRUE(store_->begin_removal(arriving.id));
  EXPECT_EQ(store_->find(arriving.id)->state, FileState::leaving);
  EXPECT_EQ(store_->remove(arriving.id, "age")->path, "a.txt");
  EXPECT_THAT(journal_.told, ElementsAre("file_stored storage a.txt", "file_deleted storage a.txt age"));
  for (const auto& result : {store_->settle(arriving.id, 1, ""), store_->begin_removal(arriving.id),
                             store_->hold(arriving.id, true), store_->move(arriving.id, FileArea::fax, "b")}) {
    EXPECT_EQ(result.error().code, ErrorCode::not_found);
  }
  EXPECT_EQ(store_->remove(arriving.id, "age").error().code, ErrorCode::not_found);
}

TEST_F(Files, in_temp_are_told_of_without_the_path_that_opens_them) {
  const StoredFile temporary = file(FileArea::temp, "r4nd0m/a.txt");
  ASSERT_TRUE(store_->add(temporary));
  ASSERT_TRUE(store_->remove(temporary.id, "age"));
  EXPECT_THAT(journal_.told, ElementsAre("file_stored temp ", "file_deleted temp  age"));
}

TEST_F(Files, move_to_a_place_that_is_free) {
  const StoredFile first = file(FileArea::script, "r/a.txt");
  const StoredFile second = file(FileArea::storage, "taken.txt");
  ASSERT_TRUE(store_->add(first) && store_->add(second));
  EXPECT_EQ(store_->move(first.id, FileArea::storage, "taken.txt").error().code, ErrorCode::conflict);
  ASSERT_TRUE(store_->move(first.id, FileArea::storage, "free.txt"));
  EXPECT_EQ(store_->find_at(FileArea::storage, "free.txt")->id, first.id);
  EXPECT_EQ(store_->find_at(FileArea::script, "r/a.txt").error().code, ErrorCode::not_found);
}

TEST_F(Files, are_listed_in_pages_either_way) {
  for (int i = 0; i < 7; ++i) {
    ASSERT_TRUE(store_->add(file(FileArea::fax, std::to_string(i), i / 2)));  // two of a second
  }
  for (const bool newest_first : {false, true}) {
    core::FileQuery query{.newest_first = newest_first, .limit = 2};
    std::vector<std::string> all;
    int pages = 0;
    for (;;) {
      const auto page = store_->list(query);
      ASSERT_TRUE(page);
      ++pages;
      for (const auto& each : page->files) all.push_back(each.path);
      if (!page->next) break;
      query.after = page->next;
    }
    EXPECT_EQ(pages, 4);
    EXPECT_EQ(all.size(), 7U);
    EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), 7U);
    EXPECT_EQ(newest_first ? all.front() : all.back(), "6");
  }
}

TEST_F(Files, are_found_by_what_a_query_says) {
  StoredFile held = file(FileArea::fax, "held", 1);
  held.user = Uuid::random();
  held.chain = Uuid::random();
  ASSERT_TRUE(store_->add(held) && store_->hold(held.id, true));
  ASSERT_TRUE(store_->add(file(FileArea::fax, "young", 100)));
  ASSERT_TRUE(store_->add(file(FileArea::voicemail, "growing", 2, FileState::growing)));
  EXPECT_THAT(paths({}), ElementsAre("held", "growing", "young"));
  EXPECT_THAT(paths({.area = FileArea::fax}), ElementsAre("held", "young"));
  EXPECT_THAT(paths({.state = FileState::growing}), ElementsAre("growing"));
  EXPECT_THAT(paths({.user = held.user}), ElementsAre("held"));
  EXPECT_THAT(paths({.chain = held.chain}), ElementsAre("held"));
  EXPECT_THAT(paths({.held = false}), ElementsAre("growing", "young"));
  EXPECT_THAT(paths({.stored_before = Time(std::chrono::seconds(1'700'000'002))}), ElementsAre("held"));
  const auto page = store_->list({.area = FileArea::fax, .limit = 1, .with_totals = true});
  EXPECT_EQ(page->totals.files, 2U);
  EXPECT_EQ(page->totals.bytes, 20U);
}

TEST_F(Files, of_an_area_are_forgotten_at_once) {
  ASSERT_TRUE(store_->add(file(FileArea::temp, "a")) && store_->add(file(FileArea::temp, "b")));
  ASSERT_TRUE(store_->add(file(FileArea::fax, "c")));
  const auto cleared = store_->clear(FileArea::temp);
  ASSERT_TRUE(cleared);
  EXPECT_EQ(cleared->files, 2U);
  EXPECT_EQ(cleared->bytes, 20U);
  EXPECT_THAT(paths({}), ElementsAre("c"));
  EXPECT_EQ(store_->clear(FileArea::temp)->files, 0U);
}

}  // namespace
}  // namespace otklik::store
