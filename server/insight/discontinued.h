// Who kept nothing but products that are not sold any more.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "moadon/v1/benefit.pb.h"
#include "rules/product_filter.h"
#include "sqlite/connection.h"

namespace moadon {

// Asks of one person after another. Used by one thread.
class DiscontinuedOnly final {
 public:
  // A filter that lists nothing picks nobody.
  explicit DiscontinuedOnly(const v1::ProductFilter& filter);

  // Whether everything that these members together kept (deposits left out, something at least)
  // fits the filter. Reads their lines up to the first that does not; sales themselves only when
  // the filter asks for marks, which lines do not keep.
  absl::StatusOr<bool> holds_for(sqlite::Connection& connection, const std::vector<int64_t>& ids);

 private:
  bool line_fits() const;

  bool lists_anything_ = false;
  bool asks_for_marks_ = false;
  FilterIndex index_;
  int filter_ = 0;
  google::protobuf::RepeatedPtrField<v1::Line> line_;  // the one that is asked about
};

}  // namespace moadon
