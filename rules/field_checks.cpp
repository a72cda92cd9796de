#include "rules/field_checks.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "rules/refusal.h"
#include "rules/text.h"

namespace moadon {

std::string FieldPath::text() const {
  if (parent_ == nullptr) return std::string(name_);
  if (index_ >= 0) return absl::StrCat(parent_->text(), "[", index_, "]");
  return absl::StrCat(parent_->text(), ".", name_);
}

absl::Status missing(const FieldPath& field) {
  const std::string path = field.text();
  return refuse(v1::REASON_FIELD_MISSING, absl::StrCat(path, " is missing"), {{"field", path}});
}

absl::Status invalid(const FieldPath& field, absl::string_view must_be) {
  const std::string path = field.text();
  return refuse(v1::REASON_FIELD_INVALID, absl::StrCat(path, " must be ", must_be),
                {{"field", path}, {"limit", must_be}});
}

absl::Status check_text(absl::string_view text, size_t max_bytes, Presence presence,
                        const FieldPath& field) {
  if (text.empty()) {
    return presence == Presence::kRequired ? missing(field) : absl::OkStatus();
  }
  if (text.size() > max_bytes) {
    return invalid(field, absl::StrCat("at most ", max_bytes, " bytes"));
  }
  const bool is_plain =
      std::all_of(text.begin(), text.end(), [](unsigned char c) { return absl::ascii_isprint(c); });
  if (is_plain ||
      (is_valid_utf8(text) && !has_control_characters(text) && !has_direction_controls(text))) {
    return absl::OkStatus();
  }
  const std::string path = field.text();
  return refuse(v1::REASON_TEXT_INVALID,
                absl::StrCat(path, " has control characters or is not UTF-8"), {{"field", path}});
}

absl::Status check_amount(int64_t value, int64_t min, int64_t max, const FieldPath& field) {
  if (value >= min && value <= max) return absl::OkStatus();
  const std::string path = field.text();
  const std::string limit = absl::StrCat(min, "..", max);
  return refuse(v1::REASON_AMOUNT_OUT_OF_RANGE, absl::StrCat(path, " must be within ", limit),
                {{"field", path}, {"limit", limit}});
}

absl::Status check_count(int count, int max, const FieldPath& field) {
  if (count <= max) return absl::OkStatus();
  const std::string path = field.text();
  const std::string limit = absl::StrCat(max);
  return refuse(v1::REASON_TOO_LARGE, absl::StrCat(path, " has more than ", limit, " entries"),
                {{"field", path}, {"limit", limit}});
}

absl::Status check_time(bool present, const google::protobuf::Timestamp& time,
                        const FieldPath& field) {
  if (!present) return missing(field);
  const absl::StatusOr<int64_t> time_us = time_us_of(time, "");
  return time_us.ok() ? absl::OkStatus() : time_us_of(time, field.text()).status();
}

}  // namespace moadon
