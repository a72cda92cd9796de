#include "server/operations/member_id.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace moadon {
namespace {

constexpr size_t kIdDigits = 16;

}  // namespace

std::string member_id_text(int64_t member_id) {
  return absl::StrCat(absl::Hex(member_id, absl::kZeroPad16));
}

std::optional<int64_t> member_id_of(absl::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return absl::ascii_isdigit(c) || (c >= 'a' && c <= 'f');
  });
  int64_t member_id = 0;
  if (text.size() != kIdDigits || !plain || !absl::SimpleHexAtoi(text, &member_id)) {
    return std::nullopt;
  }
  if (member_id <= 0) return std::nullopt;
  return member_id;
}

}  // namespace moadon
