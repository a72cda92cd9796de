// What may come in: the form and limits that the protos promise, checked alike by agent and server,
// so that what the agent accepted the server does not refuse. Checks run in the order of field
// numbers and stop at the first refusal. Pure functions, safe from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "moadon/v1/member.pb.h"
#include "moadon/v1/sale.pb.h"

namespace moadon {

inline constexpr int kMaxLines = 5000;
inline constexpr int kMaxTenders = 32;
inline constexpr int kMaxTags = 16;
inline constexpr int kMaxCouponCodes = 32;
inline constexpr int64_t kMaxSpendPointsMilli = 1'000'000'000'000'000;
inline constexpr size_t kMaxContentBytes = 1 << 20;  // a serialized sale, return or enrolment

// `text` is UTF-8 of at most max_bytes without control characters and without bidirectional
// embeddings, overrides and isolates. Reasons: FIELD_MISSING (empty and required), FIELD_INVALID
// (too long), TEXT_INVALID.
enum class Presence { kRequired, kOptional };
absl::Status check_text(absl::string_view text, size_t max_bytes, Presence presence,
                        absl::string_view field);

// An id chosen by the owner: 1 to 32 of a-z A-Z 0-9 . _ -   Reasons: FIELD_MISSING, FIELD_INVALID.
absl::Status check_id(absl::string_view id, absl::string_view field);

// Form of a key (normalising and finding it is the server's). `for_identifying` allows scanned and
// last_digits.
enum class KeyUse { kToKeep, kToIdentify };
absl::Status check_key(const v1::Key& key, KeyUse use, absl::string_view field);

// TOO_LARGE beyond kMaxContentBytes.
absl::Status check_content_size(size_t bytes, absl::string_view field);

// Sale, return and basket as the register sends them; field paths in refusals start with "sale",
// "returned", "basket".
absl::Status check_sale(const v1::Sale& sale);
absl::Status check_return(const v1::Return& returned);
absl::Status check_basket(const v1::Basket& basket);

// 0 becomes `fallback`; otherwise 1 .. max or FIELD_INVALID naming "page_size".
absl::StatusOr<int> checked_page_size(int64_t requested, int fallback, int max);

}  // namespace moadon
