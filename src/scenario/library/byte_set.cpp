#include "scenario/library/byte_set.hpp"

#include <algorithm>

namespace otklik::scenario {
namespace {

constexpr std::string_view letters = "acdglpsuwxz";

constexpr ByteSet make(char letter) {
  ByteSet set;
  switch (letter) {
    case 'a':
      set.add('A', 'Z'), set.add('a', 'z');
      break;
    case 'c':
      set.add(0, 31), set.add(127);
      break;
    case 'd':
      set.add('0', '9');
      break;
    case 'g':
      set.add('!', '~');
      break;
    case 'l':
      set.add('a', 'z');
      break;
    case 'p':
      set.add('!', '/'), set.add(':', '@'), set.add('[', '`'), set.add('{', '~');
      break;
    case 's':
      set.add('\t', '\r'), set.add(' ');
      break;
    case 'u':
      set.add('A', 'Z');
      break;
    case 'w':
      set.add('0', '9'), set.add('A', 'Z'), set.add('a', 'z');
      break;
    case 'x':
      set.add('0', '9'), set.add('A', 'F'), set.add('a', 'f');
      break;
    default:
      set.add(0);
      break;  // %z, from before patterns could hold a zero byte
  }
  return set;
}

constexpr auto classes = [] {
  std::array<ByteSet, letters.size() * 2> sets{};
  for (std::size_t i = 0; i < letters.size(); ++i) {
    sets[2 * i] = make(letters[i]);
    sets[2 * i + 1] = sets[2 * i];
    sets[2 * i + 1].invert();
  }
  return sets;
}();

constexpr auto index_of_letter = [] {
  std::array<std::uint8_t, 128> index{};
  index.fill(0xFF);
  for (std::size_t i = 0; i < letters.size(); ++i) {
    index[static_cast<std::uint8_t>(letters[i])] = static_cast<std::uint8_t>(2 * i);
    index[static_cast<std::uint8_t>(letters[i] - 32)] = static_cast<std::uint8_t>(2 * i + 1);
  }
  return index;
}();

}  // namespace

const ByteSet* class_named(char letter) noexcept {
  const auto byte = static_cast<std::uint8_t>(letter);
  if (byte >= index_of_letter.size() || index_of_letter[byte] == 0xFF) return nullptr;
  return &classes[index_of_letter[byte]];
}

}  // namespace otklik::scenario
