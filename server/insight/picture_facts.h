// What single questions ask of a member's picture. Pure functions, safe from any thread.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/types/optional.h"
#include "moadon/v1/group_service.pb.h"
#include "rules/program.h"
#include "server/insight/member_picture.h"

namespace moadon {

// How a detail that the owner defined is named among the others.
inline constexpr char kCustomDetail[] = "custom.";

// Whole years on `today` of who was born on `birth_date`, YYYY-MM-DD; empty: not known, or not born
// yet. Years are reached on the birthday; 29 February is the 28th in other years.
absl::optional<int64_t> age_on(absl::string_view birth_date, absl::CivilDay today);

// Whether the yearly day of a date falls on `today` or one of the `days` days after it.
bool is_soon(absl::string_view date, int days, absl::CivilDay today);

// Rhythm of rules/stage.h in whole days, rounded up; empty without a purchase.
absl::optional<int64_t> rhythm_days_of(const MemberPicture& picture, const StageNumbers& numbers);

// A plain decimal rounded down: "-3.5" is -4. Empty: not one, or beyond int64.
absl::optional<int64_t> rounded_down(absl::string_view decimal);

// Takes a word of one member into account, later written ones after earlier ones: of two at one
// instant the one written down later is the newer.
void hear(int channel, const ChannelWord& word, ChannelWords& words);
// Takes the words of somebody who is the same person into account: the newest wins, at one instant
// a refusal.
void join(const ChannelWords& others, ChannelWords& words);

bool fits_source(const v1::SourceQuestion& asked, const MemberPicture& picture);
bool fits_consent(const v1::ConsentQuestion& asked, const MemberPicture& picture);
// As Question.missing names details.
bool is_missing(absl::string_view detail, const MemberPicture& picture);
// Null: not known.
const std::string* custom_value(absl::string_view field_id, const MemberPicture& picture);

}  // namespace moadon
