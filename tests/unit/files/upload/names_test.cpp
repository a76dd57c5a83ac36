#include "files/upload/names.hpp"

#include <gtest/gtest.h>

#include "base/beneath.hpp"
#include "base/text.hpp"

namespace otklik::files {
namespace {

TEST(UploadNames, are_what_stands_behind_the_last_folder) {
  EXPECT_EQ(without_folders("a.txt"), "a.txt");
  EXPECT_EQ(without_folders(R"(C:\docs\a.txt)"), "a.txt");
  EXPECT_EQ(without_folders("../../etc/passwd"), "passwd");
  EXPECT_EQ(without_folders("a/"), "");
}

TEST(UploadNames, stay_as_they_are_where_any_disk_takes_them) {
  for (const char* name :
       {"a.txt", "Отчёт за май (2).docx", "a b+c&d=e%20#f.tar.gz", "console.txt", "nullable", "комп1", "名前.jpg"}) {
    EXPECT_EQ(safe_file_name(name), name);
  }
}

TEST(UploadNames, lose_what_some_disk_or_reader_would_stumble_over) {
  EXPECT_EQ(safe_file_name("a<b>c:d\"e|f?g*h/i\\j"), "a_b_c_d_e_f_g_h_i_j");
  EXPECT_EQ(safe_file_name(std::string_view("a\0b\r\n\x7F"
                                            "c",
                                            8)),
            "abc");
  EXPECT_EQ(safe_file_name("photo\u202Egpj.exe"), "photogpj.exe");
  EXPECT_EQ(safe_file_name(" a. . "), "a");
  EXPECT_EQ(safe_file_name("\xFF"), "\uFFFD");
}

TEST(UploadNames, are_no_device_and_nothing_hidden) {
  for (const char* name : {"con", "CON.txt", "Nul", "lpt9.tar.gz", "COM1 .txt", "conin$"}) {
    EXPECT_EQ(safe_file_name(name), "_" + std::string(name));
  }
  EXPECT_EQ(safe_file_name(".htaccess"), "_htaccess");
  EXPECT_EQ(safe_file_name(".otklik-new-abc"), "_otklik-new-abc");
  EXPECT_EQ(safe_file_name("A.HTML.ExecSvcScriptPlain"), "A.HTML.ExecSvcScriptPlain_");
}

TEST(UploadNames, are_never_empty) {
  for (const char* name : {"", "...", " ", "\n", "."}) EXPECT_EQ(safe_file_name(name), "_");
}

TEST(UploadNames, are_cut_between_characters_and_keep_their_ending) {
  std::string stem;
  for (int i = 0; i < 200; ++i) stem += "я";
  const auto name = safe_file_name(stem + ".txt");
  EXPECT_LE(name.size(), 200U);
  EXPECT_TRUE(name.ends_with("я.txt"));
  EXPECT_TRUE(is_utf8(name));
  EXPECT_LE(safe_file_name(std::string(500, 'a') + "." + std::string(100, 'b')).size(), 200U);
  for (std::size_t size = 190; size < 210; ++size) {
    EXPECT_TRUE(is_confined_name(numbered_name(safe_file_name(std::string(size, 'x') + ".tar.gz"), 10'000)));
  }
}

TEST(UploadNames, get_a_number_before_their_ending) {
  EXPECT_EQ(numbered_name("a.txt", 1), "a.txt");
  EXPECT_EQ(numbered_name("a.txt", 2), "a (2).txt");
  EXPECT_EQ(numbered_name("a", 3), "a (3)");
  EXPECT_EQ(numbered_name("_a", 3), "_a (3)");
}

TEST(UploadSubfolder, is_spelt_in_any_way_and_becomes_plain) {
  EXPECT_EQ(plain_subfolder("a"), "a");
  EXPECT_EQ(plain_subfolder("/a//b/./"), "a/b");
  EXPECT_EQ(plain_subfolder(R"(\Письма\за май\)"), "Письма/за май");
  EXPECT_EQ(plain_subfolder(windows_1251_from_utf8("Письма").value()), "Письма");
  EXPECT_EQ(plain_subfolder("/"), "");
}

TEST(UploadSubfolder, leads_nowhere_else) {
  for (const char* spelt : {"..", "a/..", R"(a\..\..)", "../x", "Avatars", "AVATARS/x"}) {
    const auto plain = plain_subfolder(spelt);
    ASSERT_FALSE(plain) << spelt;
    EXPECT_EQ(plain.error().code, ErrorCode::forbidden) << spelt;
  }
  using namespace std::string_view_literals;
  for (const auto spelt : {"C:"sv, "a\0b"sv, "...."sv, "a "sv, ".a"sv, "con"sv, "a?b"sv}) {
    const auto plain = plain_subfolder(spelt);
    ASSERT_FALSE(plain) << spelt;
    EXPECT_EQ(plain.error().code, ErrorCode::bad_request) << spelt;
  }
  std::string deep;
  for (int i = 0; i < 33; ++i) deep += "a/";
  EXPECT_FALSE(plain_subfolder(deep));
}

}  // namespace
}  // namespace otklik::files
