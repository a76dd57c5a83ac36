#include "licence/registration.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "unit/temp_folder.hpp"

namespace otklik::licence {
namespace {

TEST(Registration, makes_seven_digits_and_keeps_them) {
  const TempFolder folder;
  const auto number = registration_number(folder.path());
  ASSERT_TRUE(number) << number.error().message;
  EXPECT_EQ(number->size(), 7U);
  EXPECT_EQ(number->find_first_not_of("0123456789"), std::string::npos);
  EXPECT_NE(number->front(), '0');
  for (int start = 0; start < 3; ++start) EXPECT_EQ(registration_number(folder.path()), *number);
  EXPECT_EQ(folder.get("otklik.registration"), *number + "\n");
}

TEST(Registration, differs_between_servers) {
  std::set<std::string> numbers;
  for (int i = 0; i < 20; ++i) {
    const TempFolder folder;
    numbers.insert(*registration_number(folder.path()));
  }
  EXPECT_GT(numbers.size(), 15U);
}

TEST(Registration, puts_aside_a_file_that_holds_something_else) {
  const TempFolder folder;
  for (const auto* wrong : {"", "123456", "12345678", "123456x", "0123456"}) {
    folder.put("otklik.registration", wrong);
    const auto number = registration_number(folder.path());
    ASSERT_TRUE(number) << number.error().message;
    EXPECT_EQ(number->size(), 7U);
    EXPECT_EQ(registration_number(folder.path()), *number);
    EXPECT_EQ(folder.get("otklik.registration.broken"), wrong);
  }
}

TEST(Registration, is_not_made_anew_when_it_cannot_be_read) {
  const TempFolder folder;
  std::filesystem::create_directory(folder.path("otklik.registration"));
  EXPECT_FALSE(registration_number(folder.path()));
  EXPECT_TRUE(std::filesystem::is_directory(folder.path("otklik.registration")));
}

/// Whatever is told is kept: a child tells its number and is killed at that very moment, or at any other.
TEST(Registration, is_never_lost_or_changed_by_a_kill_at_the_first_start) {
  for (int round = 0; round < 40; ++round) {
    const TempFolder folder;
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      const auto number = registration_number(folder.path());
      if (number) static_cast<void>(!::write(pipe[1], number->data(), number->size()));
      for (;;) ::pause();
    }
    ::close(pipe[1]);
    if (round % 2 != 0) ::usleep(static_cast<useconds_t>(round * 25));  // the moment of death, no wait for anything
    char told[8] = {};
    ssize_t size = 0;
    if (round % 2 == 0) size = ::read(pipe[0], told, 7);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    if (size == 0) size = std::max<ssize_t>(0, ::read(pipe[0], told, 7));
    ::close(pipe[0]);
    const auto number = registration_number(folder.path());
    ASSERT_TRUE(number);
    EXPECT_EQ(number->size(), 7U);
    if (size == 7) EXPECT_EQ(*number, told) << "round " << round;
  }
}

}  // namespace
}  // namespace otklik::licence
