// The form of what is sold, returned and paid with: lines and tenders. Pure functions, safe from
// any thread.
#pragma once

#include "moadon/v1/sale.pb.h"
#include "rules/field_checks.h"

namespace moadon {

using Lines = google::protobuf::RepeatedPtrField<v1::Line>;
using ReturnLines = google::protobuf::RepeatedPtrField<v1::ReturnLine>;
using Tenders = google::protobuf::RepeatedPtrField<v1::Tender>;

// Every line by itself, unique ids, and sums within the limit of a basket.
absl::Status check_lines(const Lines& lines, Presence presence, const FieldPath& path);
absl::Status check_return_lines(const ReturnLines& lines, const FieldPath& path);
absl::Status check_tenders(const Tenders& tenders, const FieldPath& path);

}  // namespace moadon
