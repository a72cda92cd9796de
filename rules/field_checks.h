// The small checks that forms are made of, and the paths to the fields they refuse. Pure functions,
// safe from any thread.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/timestamp.pb.h"
#include "rules/check.h"

namespace moadon {

inline constexpr size_t kMaxIdBytes = 32;
inline constexpr size_t kMaxWordBytes = 64;  // sku, category, brand, tag, cashier, reference, code

// Where a field is: "sale.lines[2].sku". Put into words only when it is refused. Looks at the path
// it was made from, which must outlive it.
class FieldPath final {
 public:
  explicit FieldPath(absl::string_view root) : name_(root) {}

  FieldPath at(absl::string_view name) const { return FieldPath(this, name, -1); }
  FieldPath at(int index) const { return FieldPath(this, {}, index); }

  std::string text() const;

 private:
  FieldPath(const FieldPath* parent, absl::string_view name, int index)
      : parent_(parent), name_(name), index_(index) {}

  const FieldPath* parent_ = nullptr;
  absl::string_view name_;
  int index_ = -1;
};

absl::Status missing(const FieldPath& field);
absl::Status invalid(const FieldPath& field, absl::string_view must_be);

// As check_text of rules/check.h.
absl::Status check_text(absl::string_view text, size_t max_bytes, Presence presence,
                        const FieldPath& field);
// Money, points or a quantity: AMOUNT_OUT_OF_RANGE outside.
absl::Status check_amount(int64_t value, int64_t min, int64_t max, const FieldPath& field);
// Entries of a list: TOO_LARGE beyond.
absl::Status check_count(int count, int max, const FieldPath& field);
absl::Status check_time(bool present, const google::protobuf::Timestamp& time,
                        const FieldPath& field);

}  // namespace moadon
