#include "identity/provisional_id.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace moadon {
namespace {

constexpr absl::string_view kStart = "new-";

}  // namespace

bool is_provisional_id(absl::string_view text) {
  return absl::ConsumePrefix(&text, kStart) && text.size() == 2 * kProvisionalRandomBytes &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return absl::ascii_isdigit(c) || (c >= 'a' && c <= 'f');
         });
}

std::string provisional_id_of(absl::string_view random_bytes) {
  return absl::StrCat(kStart, absl::BytesToHexString(random_bytes));
}

}  // namespace moadon
