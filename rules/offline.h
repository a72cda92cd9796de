// What registers do while they cannot reach the server, as the owner's program says. Pure
// functions, for server and agent alike; safe from any thread. How a basket is priced under terms
// says offline.proto.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "moadon/v1/benefit.pb.h"
#include "moadon/v1/facts.pb.h"
#include "moadon/v1/program.pb.h"
#include "moadon/v1/quote.pb.h"

namespace moadon {

inline constexpr int32_t kDefaultCacheValidHours = 72;
inline constexpr int32_t kMaxCacheValidHours = 336;
inline constexpr int32_t kMaxSeenDays = 3650;
inline constexpr int64_t kDefaultMemberLimitMinor = 5'000;
inline constexpr int64_t kDefaultRegisterLimitMinor = 50'000;
inline constexpr int64_t kMaxOfflineLimitMinor = 1'000'000'000;
inline constexpr int32_t kDefaultPointsShareBps = 5'000;
inline constexpr int32_t kMaxRightsPerRegister = 1'000;
inline constexpr int32_t kDefaultLeaseHours = 72;
inline constexpr int32_t kMaxLeaseHours = 336;

// Facts of a member that the server gave longer ago price nothing; 0: nothing is priced by kept
// facts.
int32_t cache_valid_hours_of(const v1::Program& program);

// Whether the program names only those who bought lately; where they must have bought says
// SeenMembers.in_region.
bool keeps_seen_only(const v1::Program& program);

// Whether agents keep a member today who last bought on `last_seen` where the program counts it;
// empty: never. The last day on which such a member is kept is last_days after that one.
bool keeps_member(const v1::Program& program, std::optional<absl::CivilDay> last_seen,
                  absl::CivilDay today);

// The caps of OfflineRules, defaults filled in.
struct OfflineCaps {
  int64_t member_limit_minor = 0;    // at one register, once, until it has synced
  int64_t register_limit_minor = 0;  // of one register, until it has synced
  int32_t points_share_bps = 0;      // of the points known
};
OfflineCaps offline_caps_of(const v1::Program& program);

// How many rights a register takes ahead, 0: none, as where nothing is priced by kept facts; and
// for how long without contact.
int32_t rights_per_register_of(const v1::Program& program);
int32_t lease_hours_of(const v1::Program& program);

// Whether uses of the benefit are counted beyond the basket, and whether the whole club's are.
bool is_limited(const v1::Benefit& benefit);
bool is_limited_for_club(const v1::Benefit& benefit);

// The terms with nothing in them that the program allows nobody: amounts and points no more than
// the caps of one member give with these facts, and never below zero; a latest_date that is no date
// is dropped. What an honest agent made stays as it is.
v1::OfflineTerms trimmed_terms(const v1::OfflineTerms& terms, const v1::MemberFacts& facts,
                               const v1::Program& program);

// What a quote made under terms takes of them.
struct OfflineUse {
  int64_t amount_minor = 0;             // of caps: points and benefits with limits together
  std::vector<v1::BudgetSlice> slices;  // of benefits with club-wide limits; without end_time
  std::vector<std::string> grant_ids;   // leased rights it uses
};
OfflineUse offline_use_of(const v1::Quote& quote, const v1::Program& program);

// What points are worth as payment, rounded up to whole minor units; 0: they do not pay.
int64_t worth_of_points_minor(const v1::PointRules& points, int64_t points_milli);

// The most that one register gives until it has synced; 0 when the program lets neither points pay
// then nor has a benefit with limits that takes of the caps, when one member gets nothing, or when
// nothing is priced by kept facts.
int64_t worst_register_loss_minor(const v1::Program& program);

}  // namespace moadon
