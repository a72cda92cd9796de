#include "plugin/src/utf8.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace moadon::pos {
namespace {

// Length of the well-formed sequence at the start of `text` (not ASCII), 0 if there is none.
// Ranges of the second byte: Unicode standard, table 3-7.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const auto continues = [&](std::size_t i) { return byte(i) >= 0x80 && byte(i) <= 0xBF; };
  const unsigned first = byte(0);
  if (first >= 0xC2 && first <= 0xDF) return continues(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = first == 0xED ? 0x9F : 0xBF;
    return byte(1) >= low && byte(1) <= high && continues(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned low = first == 0xF0 ? 0x90 : 0x80;
    const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
    return byte(1) >= low && byte(1) <= high && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

// Bytes at the start of `text` that are ASCII without zero, eight at a time where possible.
std::size_t ascii_length(std::string_view text) {
  constexpr std::uint64_t kHigh = 0x8080808080808080u;
  constexpr std::uint64_t kOnes = 0x0101010101010101u;
  std::size_t done = 0;
  while (text.size() - done >= sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + done, sizeof(word));
    const bool has_zero_or_high = (((word - kOnes) & ~word) | word) & kHigh;
    if (has_zero_or_high) break;
    done += sizeof(word);
  }
  while (done < text.size() && static_cast<unsigned char>(text[done]) - 1u < 0x7Fu) ++done;
  return done;
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (true) {
    text.remove_prefix(ascii_length(text));
    if (text.empty()) return true;
    const std::size_t length = sequence_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
}

}  // namespace moadon::pos
