#include "rules/text.h"

#include <cstddef>
#include <cstdint>

namespace moadon {
namespace {

// Reads the character at `position` and moves past it; false when the bytes there are not UTF-8
// (Unicode 15, table 3-7).
bool read_character(absl::string_view text, size_t& position, uint32_t& character) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(position);
  size_t length = 1;
  uint32_t smallest = 0;
  if (lead < 0x80) {
    character = lead;
  } else if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2, smallest = 0x80, character = lead & 0x1F;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3, smallest = 0x800, character = lead & 0x0F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4, smallest = 0x10000, character = lead & 0x07;
  } else {
    return false;
  }
  if (text.size() - position < length) return false;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(position + i) & 0xC0) != 0x80) return false;
    character = character << 6 | (byte(position + i) & 0x3F);
  }
  position += length;
  return character >= smallest && character <= 0x10FFFF &&
         (character < 0xD800 || character > 0xDFFF);
}

template <typename Predicate>
bool any_character(absl::string_view text, Predicate predicate) {
  uint32_t character = 0;
  for (size_t position = 0; position < text.size();) {
    if (!read_character(text, position, character)) return false;
    if (predicate(character)) return true;
  }
  return false;
}

}  // namespace

bool is_valid_utf8(absl::string_view text) {
  uint32_t character = 0;
  for (size_t position = 0; position < text.size();) {
    if (!read_character(text, position, character)) return false;
  }
  return true;
}

bool has_control_characters(absl::string_view text) {
  return any_character(text, [](uint32_t c) {
    return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x2028 || c == 0x2029;
  });
}

bool has_direction_controls(absl::string_view text) {
  return any_character(text, [](uint32_t c) {
    return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
  });
}

}  // namespace moadon
