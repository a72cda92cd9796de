#include "client/wording/printed_text.h"

#include <unicode/ubidi.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <cstdint>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace moadon::wording {
namespace {

constexpr absl::string_view kLeftToRightMark = "\u200E";
constexpr absl::string_view kRightToLeftMark = "\u200F";

// One character of a text: its code point (negative: a broken byte) and its bytes.
struct Character {
  UChar32 point = 0;
  absl::string_view bytes;
};

// Takes the first character off `text`, which is not empty.
Character take_character(absl::string_view& text) {
  const auto length = static_cast<int32_t>(text.size());
  Character character;
  int32_t end = 0;
  U8_NEXT(text.data(), end, length, character.point);
  character.bytes = text.substr(0, static_cast<size_t>(end));
  text.remove_prefix(static_cast<size_t>(end));
  return character;
}

int point_columns(UChar32 point) {
  if (point < 0) return 1;
  switch (u_charType(point)) {
    case U_NON_SPACING_MARK:
    case U_ENCLOSING_MARK:
    case U_FORMAT_CHAR:
    case U_CONTROL_CHAR:
      return 0;
    default:
      break;
  }
  const int width = u_getIntPropertyValue(point, UCHAR_EAST_ASIAN_WIDTH);
  return width == U_EA_FULLWIDTH || width == U_EA_WIDE ? 2 : 1;
}

// Appends `word`, which fits in no line, to the empty last line, cut where lines end.
void append_cut(absl::string_view word, int columns, std::vector<std::string>& lines) {
  int used = 0;
  while (!word.empty()) {
    const Character character = take_character(word);
    const int width = point_columns(character.point);
    if (used + width > columns) {
      lines.emplace_back();
      used = 0;
    }
    absl::StrAppend(&lines.back(), character.bytes);
    used += width;
  }
}

// Which way a letter runs; 0: it is none.
int letter_direction(UChar32 point) {
  if (point < 0) return 0;
  const UCharDirection direction = u_charDirection(point);
  if (direction == U_LEFT_TO_RIGHT) return 1;
  return direction == U_RIGHT_TO_LEFT || direction == U_RIGHT_TO_LEFT_ARABIC ? -1 : 0;
}

}  // namespace

int columns_of(absl::string_view text) {
  int columns = 0;
  while (!text.empty()) columns += point_columns(take_character(text).point);
  return columns;
}

std::vector<std::string> wrapped(absl::string_view text, int columns) {
  std::vector<std::string> lines(1);
  for (const absl::string_view word : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    const int width = columns_of(word);
    const int used = columns_of(lines.back());
    if (used > 0 && used + 1 + width <= columns) {
      absl::StrAppend(&lines.back(), " ", word);
    } else if (width <= columns) {
      if (used > 0) lines.emplace_back();
      absl::StrAppend(&lines.back(), word);
    } else {
      if (used > 0) lines.emplace_back();
      append_cut(word, columns, lines);
    }
  }
  return lines;
}

std::string kept_apart(absl::string_view text, Direction direction) {
  const bool is_right_to_left = direction == Direction::kRightToLeft;
  const int own = is_right_to_left ? -1 : 1;
  const absl::string_view mark = is_right_to_left ? kRightToLeftMark : kLeftToRightMark;
  int first = 0;
  int last = 0;
  for (absl::string_view rest = text; !rest.empty();) {
    const int letter = letter_direction(take_character(rest).point);
    if (letter == 0) continue;
    if (first == 0) first = letter;
    last = letter;
  }
  return absl::StrCat(first == -own ? mark : "", text, last == -own ? mark : "");
}

std::string in_visual_order(absl::string_view line, Direction direction) {
  const icu::UnicodeString logical =
      icu::UnicodeString::fromUTF8({line.data(), static_cast<int32_t>(line.size())});
  const std::unique_ptr<UBiDi, decltype(&ubidi_close)> bidi(ubidi_open(), &ubidi_close);
  UErrorCode status = U_ZERO_ERROR;
  const UBiDiLevel level = direction == Direction::kRightToLeft ? UBIDI_RTL : UBIDI_LTR;
  ubidi_setPara(bidi.get(), logical.getBuffer(), logical.length(), level, nullptr, &status);
  icu::UnicodeString visual;
  const int32_t capacity = logical.length() + 1;
  UChar* buffer = visual.getBuffer(capacity);
  const int32_t length = ubidi_writeReordered(
      bidi.get(), buffer, capacity,
      UBIDI_DO_MIRRORING | UBIDI_KEEP_BASE_COMBINING | UBIDI_REMOVE_BIDI_CONTROLS, &status);
  visual.releaseBuffer(U_SUCCESS(status) ? length : 0);
  if (U_FAILURE(status)) return std::string(line);
  std::string text;
  visual.toUTF8String(text);
  return text;
}

}  // namespace moadon::wording
