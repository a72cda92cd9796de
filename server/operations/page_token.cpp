#include "server/operations/page_token.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "rules/refusal.h"
#include "rules/text.h"

namespace moadon {
namespace {

constexpr char kSeparator = '\0';  // in no text that the system keeps

}  // namespace

absl::Status invalid_page_token() {
  return refuse(v1::REASON_PAGE_TOKEN_INVALID, "the page token was not issued for this call");
}

std::string page_token(absl::string_view call, const std::vector<std::string>& parts) {
  std::string text(call);
  for (const std::string& part : parts) {
    text.push_back(kSeparator);
    text.append(part);
  }
  return absl::WebSafeBase64Escape(text);
}

absl::StatusOr<std::vector<std::string>> page_token_parts(absl::string_view call,
                                                          const std::string& token, size_t count) {
  std::string text;
  if (!absl::WebSafeBase64Unescape(token, &text) || !is_valid_utf8(text)) {
    return invalid_page_token();
  }
  std::vector<std::string> parts = absl::StrSplit(text, kSeparator);
  if (parts.size() != count + 1 || parts.front() != call) return invalid_page_token();
  parts.erase(parts.begin());
  return parts;
}

absl::StatusOr<int64_t> page_token_number(absl::string_view part) {
  int64_t number = 0;
  if (!absl::SimpleAtoi(part, &number)) return invalid_page_token();
  return number;
}

}  // namespace moadon
