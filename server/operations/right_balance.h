// What of a right is left and what is set aside. A coupon counts uses. A voucher has an amount, and
// one use while any of it is left; of one that is good for a single use a hold takes everything.
// Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "moadon/v1/benefit.pb.h"
#include "server/storage/hold_store.h"
#include "server/storage/right_store.h"

namespace moadon {

// From whom a right comes, and when.
struct RightOrigin {
  int64_t grant_id = 0;
  std::string source;  // as PointsEntry.source
  int64_t granted_day = 0;
  int64_t record_us = 0;
};

// A right of a kind, unused; not of a sale.
storage::RightRow new_right(const v1::RightKind& kind, const RightOrigin& origin);

bool is_voucher(const storage::RightRow& right);
// Whether nothing of it was used or is set aside.
bool is_untouched(const storage::RightRow& right);
// Whether it is valid that day and neither used up, set aside nor withdrawn.
bool is_usable(const storage::RightRow& right, int64_t day);

// Sets aside uses of a coupon, or an amount of a voucher. Empty, changing nothing: less is left, or
// it is not valid that day.
std::optional<storage::HoldRightRow> hold_right(storage::RightRow& right, int64_t use_count,
                                                int64_t amount_minor, int64_t day);
// Sets free what a hold took: before the sale that names the hold uses the right, too.
void release_right(storage::RightRow& right, const storage::HoldRightRow& held);

}  // namespace moadon
