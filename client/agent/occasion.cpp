#include "client/agent/occasion.h"

#include "absl/time/time.h"
#include "rules/calendar.h"

namespace moadon::agent {
namespace {

absl::TimeZone zone_of(const Place& place, const v1::Program& program) {
  absl::TimeZone zone;
  if (!place.time_zone.empty() && absl::LoadTimeZone(place.time_zone, &zone)) return zone;
  if (absl::LoadTimeZone(program.time_zone(), &zone)) return zone;
  return absl::UTCTimeZone();
}

}  // namespace

Occasion occasion_at(int64_t time_us, const Place& place, const v1::Program& program) {
  constexpr int kMinutesOfHour = 60;
  const absl::TimeZone zone = zone_of(place, program);
  const absl::CivilMinute wall = absl::ToCivilMinute(absl::FromUnixMicros(time_us), zone);
  Occasion occasion;
  occasion.branch_id = place.branch_id;
  occasion.business_day = business_day(time_us, zone, place.day_start_minutes);
  occasion.minute_of_day = wall.hour() * kMinutesOfHour + wall.minute();
  return occasion;
}

}  // namespace moadon::agent
