#include "plugin/register/text_columns.h"

#include <unicode/ubidi.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <cstdint>
#include <memory>

namespace moadon {
namespace {

// Calls `see(code_point, end_offset)` for each character until it returns false. Broken bytes are
// negative.
template <typename See>
void each_character(std::string_view text, See see) {
  const auto length = static_cast<int32_t>(text.size());
  int32_t at = 0;
  while (at < length) {
    UChar32 character = 0;
    U8_NEXT(text.data(), at, length, character);
    if (!see(character, static_cast<size_t>(at))) return;
  }
}

int character_columns(UChar32 character) {
  if (character < 0) return 1;
  switch (u_charType(character)) {
    case U_NON_SPACING_MARK:
    case U_ENCLOSING_MARK:
    case U_FORMAT_CHAR:
    case U_CONTROL_CHAR:
      return 0;
    default:
      break;
  }
  const int width = u_getIntPropertyValue(character, UCHAR_EAST_ASIAN_WIDTH);
  return width == U_EA_FULLWIDTH || width == U_EA_WIDE ? 2 : 1;
}

bool is_clean(UChar32 character) {
  return character >= 0 && u_charType(character) != U_CONTROL_CHAR &&
         u_hasBinaryProperty(character, UCHAR_BIDI_CONTROL) == 0;
}

std::string spaces(int columns) {
  return std::string(columns > 0 ? static_cast<size_t>(columns) : 0, ' ');
}

}  // namespace

int text_columns(std::string_view text) {
  int columns = 0;
  each_character(text, [&](UChar32 character, size_t) {
    columns += character_columns(character);
    return true;
  });
  return columns;
}

std::string fit_columns(std::string_view text, int columns) {
  size_t end = 0;
  each_character(text, [&](UChar32 character, size_t after) {
    columns -= character_columns(character);
    if (columns < 0) return false;
    end = after;
    return true;
  });
  return std::string(text.substr(0, end));
}

std::string pad_before(std::string_view text, int columns) {
  return spaces(columns - text_columns(text)) + std::string(text);
}

std::string pad_after(std::string_view text, int columns) {
  return std::string(text) + spaces(columns - text_columns(text));
}

std::string closed_right_to_left(std::string_view text) {
  constexpr std::string_view kRightToLeftMark = "\u200F";
  bool left_to_right = false;
  each_character(text, [&](UChar32 character, size_t) {
    const UCharDirection direction = u_charDirection(character);
    if (direction == U_LEFT_TO_RIGHT) left_to_right = true;
    if (direction == U_RIGHT_TO_LEFT) left_to_right = false;
    return true;
  });
  std::string closed(text);
  if (left_to_right) closed += kRightToLeftMark;
  return closed;
}

std::string visual_order(const std::string& line) {
  const icu::UnicodeString logical = icu::UnicodeString::fromUTF8(line);
  const std::unique_ptr<UBiDi, decltype(&ubidi_close)> bidi(ubidi_open(), &ubidi_close);
  UErrorCode status = U_ZERO_ERROR;
  ubidi_setPara(bidi.get(), logical.getBuffer(), logical.length(), UBIDI_RTL, nullptr, &status);
  icu::UnicodeString visual;
  const int32_t capacity = logical.length() + 1;
  UChar* buffer = visual.getBuffer(capacity);
  const int32_t length = ubidi_writeReordered(
      bidi.get(), buffer, capacity,
      UBIDI_DO_MIRRORING | UBIDI_KEEP_BASE_COMBINING | UBIDI_REMOVE_BIDI_CONTROLS, &status);
  visual.releaseBuffer(U_SUCCESS(status) ? length : 0);
  if (U_FAILURE(status)) return line;
  std::string text;
  visual.toUTF8String(text);
  return text;
}

bool is_clean_text(std::string_view text) {
  bool clean = true;
  each_character(text, [&](UChar32 character, size_t) {
    clean = is_clean(character);
    return clean;
  });
  return clean;
}

std::string clean_text(std::string_view text) {
  std::string clean;
  size_t start = 0;
  each_character(text, [&](UChar32 character, size_t after) {
    if (is_clean(character)) clean += text.substr(start, after - start);
    if (character == '\t') clean += ' ';
    start = after;
    return true;
  });
  return clean;
}

}  // namespace moadon
