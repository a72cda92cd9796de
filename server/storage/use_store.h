// How often benefits were used: by members, by sale, and by the whole club, by register.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/storage/query.h"

namespace moadon::storage {

struct BenefitUseRow {
  int64_t member_id = 0;
  std::string benefit_id;
  int64_t day = 0;  // the sale's business date
  int64_t sale_id = 0;
  int64_t saved_minor = 0;
  bool is_standing = true;  // some unit that carried it is kept
};

absl::Status insert_benefit_use(Connection& connection, const BenefitUseRow& use);
absl::Status set_use_standing(Connection& connection, const BenefitUseRow& use);
// Whether a use is standing; empty: there is none.
absl::StatusOr<std::optional<bool>> find_use_standing(Connection& connection,
                                                      const BenefitUseRow& use);
// Gives a use of nobody to a member.
absl::Status give_benefit_use(Connection& connection, const BenefitUseRow& use,
                              int64_t to_member_id);

// Standing uses of one benefit by one member on one day.
struct DayOfUses {
  std::string benefit_id;
  int64_t day = 0;
  int64_t use_count = 0;
};

// By benefit, then by day.
absl::StatusOr<std::vector<DayOfUses>> list_days_of_uses(Connection& connection, int64_t member_id);
// Standing uses of one benefit on the days from..until.
absl::StatusOr<int64_t> count_benefit_uses(Connection& connection, int64_t member_id,
                                           absl::string_view benefit_id, int64_t from_day,
                                           int64_t until_day);

// Adds to, or takes from, what the club used at one register.
struct ClubUse {
  std::string benefit_id;
  std::string register_id;
  int64_t use_count = 0;
  int64_t saved_minor = 0;
};
absl::Status add_club_use(Connection& connection, const ClubUse& change);

struct ClubUses {
  int64_t use_count = 0;
  int64_t saved_minor = 0;
};
// At all registers together.
absl::StatusOr<ClubUses> sum_club_uses(Connection& connection, absl::string_view benefit_id);
// And what of it is set aside for registers (slice_store.h), together.
absl::StatusOr<ClubUses> sum_club_claims(Connection& connection, absl::string_view benefit_id);

}  // namespace moadon::storage
