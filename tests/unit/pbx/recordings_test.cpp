#include "pbx/recordings.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <mutex>

#include "unit/pbx/stand_ins.hpp"
#include "unit/temp_folder.hpp"

namespace otklik::pbx {
namespace {

namespace telephony = core::telephony;

/// The index of files in memory.
class NotedIndex final : public core::FileIndex {
 public:
  Result<> add(const core::StoredFile& file) override {
    const std::lock_guard lock(mutex);
    if (is_full) return fail(ErrorCode::storage_full);
    rows[file.id] = file;
    return {};
  }
  Result<> settle(const Uuid& id, std::uint64_t size, std::string_view sha256) override {
    const std::lock_guard lock(mutex);
    const auto row = rows.find(id);
    if (row == rows.end()) return fail(ErrorCode::not_found);
    row->second.size = size;
    row->second.sha256 = sha256;
    row->second.state = core::FileState::whole;
    return {};
  }
  Result<> move(const Uuid&, core::FileArea, std::string_view) override { return {}; }
  Result<> hold(const Uuid&, bool) override { return {}; }
  Result<> begin_removal(const Uuid&) override { return {}; }
  Result<core::StoredFile> remove(const Uuid& id, std::string_view) override {
    const std::lock_guard lock(mutex);
    auto row = rows.extract(id);
    if (row.empty()) return fail(ErrorCode::not_found);
    return row.mapped();
  }
  Result<core::FileTotals> clear(core::FileArea) override { return core::FileTotals{}; }
  Result<core::StoredFile> find(const Uuid&) override { return fail(ErrorCode::not_found); }
  Result<core::StoredFile> find_at(core::FileArea, std::string_view path) override {
    for (const auto& [id, row] : rows) {
      if (row.path == path) return row;
    }
    return fail(ErrorCode::not_found);
  }
  Result<core::FilePage> list(const core::FileQuery& query) override {
    core::FilePage page;
    for (const auto& [id, row] : rows) {
      if (!query.state || row.state == *query.state) page.files.push_back(row);
    }
    return page;
  }

  std::mutex mutex;
  std::map<Uuid, core::StoredFile> rows;
  bool is_full = false;
};

class RecordingsTest : public testing::Test {
 protected:
  RecordingsTest() {
    options_.publish([this] {
      RecordingOptions options;
      options.folder = folder_.path();
      options.tracks = Tracks::separate;
      return options;
    }());
  }

  static telephony::StartRecording order() {
    telephony::StartRecording start;
    start.recording = id(30);
    start.chain = id(40);
    start.a_line = "16001";
    start.b_line = "16002";
    start.began = Time(std::chrono::seconds(1'796'000'000));
    return start;
  }

  /// What the engine would have written.
  media::RecordingEnded write_all() {
    media::RecordingEnded fact;
    fact.recording = static_cast<media::RecordingId>(1);
    const auto write = [&](const std::string& path, media::LegId leg) {
      std::ofstream(path) << "sound of " << path;
      fact.files.push_back({.path = path, .leg = leg, .bytes = 1, .duration = std::chrono::milliseconds(1500)});
    };
    const auto& recording = audio_.recorded.front();
    write(recording.mix, media::LegId::none);
    for (const auto& track : recording.tracks) write(track.path, track.leg);
    return fact;
  }

  /// Runs to the end what was posted.
  std::vector<telephony::RecordingFinished> finish() {
    recordings_->close();
    return told_;
  }

  TempFolder folder_;
  Live<RecordingOptions> options_{RecordingOptions{}};
  NotedAudio audio_;
  NotedIndex index_;
  std::vector<telephony::RecordingFinished> told_;
  std::unique_ptr<Recordings> recordings_ = std::make_unique<Recordings>(
      options_, audio_, index_, [this](telephony::RecordingFinished fact) { told_.push_back(std::move(fact)); });
};

TEST_F(RecordingsTest, give_a_talk_a_mix_and_a_track_for_each_party) {
  recordings_->start(order(), static_cast<media::LegId>(1), static_cast<media::LegId>(2));
  finish();
  ASSERT_EQ(audio_.recorded.size(), 1U);
  const auto& recording = audio_.recorded.front();
  EXPECT_NE(recording.mix.find("/mix_16001_16002__"), std::string::npos);
  ASSERT_EQ(recording.tracks.size(), 2U);
  EXPECT_NE(recording.tracks[0].path.find("/leg_16001_1__"), std::string::npos);
  EXPECT_NE(recording.tracks[1].path.find("/leg_16002_2__"), std::string::npos);
  EXPECT_EQ(index_.rows.size(), 3U);
}

TEST_F(RecordingsTest, are_in_the_index_with_size_digest_and_chain_when_they_have_ended) {
  recordings_->start(order(), static_cast<media::LegId>(1), static_cast<media::LegId>(2));
  recordings_->wait_until_taken();
  recordings_->ended(write_all());
  const auto told = finish();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].recording, id(30));
  EXPECT_EQ(told[0].file, id(30));
  EXPECT_EQ(told[0].trouble, "");
  EXPECT_EQ(told[0].length, std::chrono::milliseconds(1500));
  const auto& row = index_.rows.at(id(30));
  EXPECT_EQ(row.state, core::FileState::whole);
  EXPECT_EQ(row.sha256.size(), 64U);
  EXPECT_EQ(row.chain, id(40));
  EXPECT_EQ(row.path, told[0].path);
}

TEST_F(RecordingsTest, are_told_as_not_kept_when_the_engine_cannot_begin) {
  audio_.no_recording = true;
  recordings_->start(order(), static_cast<media::LegId>(1), static_cast<media::LegId>(2));
  const auto told = finish();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_TRUE(told[0].file.is_nil());
  EXPECT_EQ(told[0].trouble, "storage_full");
}

TEST_F(RecordingsTest, say_why_one_that_ended_without_a_file_was_not_kept) {
  recordings_->start(order(), static_cast<media::LegId>(1), static_cast<media::LegId>(2));
  recordings_->wait_until_taken();
  media::RecordingEnded fact;
  fact.recording = static_cast<media::RecordingId>(1);
  fact.error = Error(ErrorCode::storage_full);
  recordings_->ended(std::move(fact));
  const auto told = finish();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].trouble, "storage_full");
  EXPECT_TRUE(index_.rows.empty()) << "a row without a file";
}

TEST_F(RecordingsTest, get_their_row_at_the_end_when_the_index_was_full_at_the_beginning) {
  index_.is_full = true;
  recordings_->start(order(), static_cast<media::LegId>(1), static_cast<media::LegId>(2));
  recordings_->wait_until_taken();
  {
    const std::lock_guard lock(index_.mutex);
    index_.is_full = false;
  }
  recordings_->ended(write_all());
  const auto told = finish();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].file, id(30));
}

TEST_F(RecordingsTest, of_one_millisecond_and_the_same_numbers_do_not_take_each_others_place) {
  recordings_->start(order(), static_cast<media::LegId>(1), static_cast<media::LegId>(2));
  recordings_->wait_until_taken();
  write_all();
  auto second = order();
  second.recording = id(31);
  recordings_->start(second, static_cast<media::LegId>(3), static_cast<media::LegId>(4));
  finish();
  ASSERT_EQ(audio_.recorded.size(), 2U);
  EXPECT_NE(audio_.recorded[0].mix, audio_.recorded[1].mix);
}

TEST_F(RecordingsTest, that_lie_under_their_name_after_a_crash_are_taken_as_interrupted) {
  core::StoredFile row;
  row.id = id(30);
  row.area = core::FileArea::recording;
  row.path = "20261201/1305/mix_16001_16002__x.wav";
  row.state = core::FileState::arriving;
  index_.rows[row.id] = row;
  std::filesystem::create_directories(folder_.path() + "/20261201/1305");
  std::ofstream(folder_.path() + "/" + row.path) << "sound";
  recordings_->repair();
  ASSERT_EQ(told_.size(), 1U);
  EXPECT_EQ(told_[0].trouble, "interrupted");
  EXPECT_EQ(told_[0].size, 5U);
  EXPECT_EQ(index_.rows.at(id(30)).state, core::FileState::whole);
}

TEST_F(RecordingsTest, that_never_arrived_are_left_to_the_keeper_of_files) {
  core::StoredFile row;
  row.id = id(30);
  row.area = core::FileArea::recording;
  row.path = "20261201/1305/mix_16001_16002__x.wav";
  row.state = core::FileState::arriving;
  index_.rows[row.id] = row;
  recordings_->repair();
  EXPECT_TRUE(told_.empty());
}

}  // namespace
}  // namespace otklik::pbx
