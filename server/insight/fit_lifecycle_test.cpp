#include "server/insight/fit_lifecycle.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "rules/refusal.h"
#include "server/operations/test_club.h"
#include "tests/catch.h"

namespace moadon {
namespace {

std::string time_of(int64_t day) {
  return absl::StrCat(format_day(day_of_number(day)), "T10:00:00Z");
}

constexpr int64_t kStart = 19700;  // 2023-12-09
constexpr int64_t kDays = 300;
constexpr int kMembers = 240;

// Members who buy every 20 to 50 days; three quarters leave after a while. Returns of every 20th
// purchase.
std::vector<std::vector<int64_t>> random_days() {
  std::mt19937 dice(3);
  std::vector<std::vector<int64_t>> club;
  for (int i = 0; i < kMembers; ++i) {
    const int pace = std::uniform_int_distribution<>(20, 50)(dice);
    int64_t day = kStart + std::uniform_int_distribution<>(0, 60)(dice);
    const int64_t leaves =
        i % 4 == 0 ? kStart + kDays : day + std::uniform_int_distribution<>(20, 260)(dice);
    std::vector<int64_t> days;
    for (; day < std::min(leaves, kStart + kDays);
         day += std::uniform_int_distribution<>(pace - 8, pace + 8)(dice)) {
      days.push_back(day);
    }
    club.push_back(days);
  }
  return club;
}

void replay(TestClub& club, const std::vector<std::vector<int64_t>>& members) {
  int number = 0;
  for (size_t i = 0; i < members.size(); ++i) {
    const std::string card = absl::StrCat("card-", i);
    club.enroll(card, time_of(members[i].front()));
    v1::RecordRequest request;
    for (const int64_t day : members[i]) {
      const std::string receipt = absl::StrCat("s", ++number);
      request.add_entries()->set_sale(
          sale(receipt, time_of(day), card, {{"a", 1000, 5000}}).SerializeAsString());
      if (number % 20 != 0) continue;
      const v1::Return back = returned_from(
          "r1", receipt, returned("b" + receipt, time_of(day + 3), {{"a", 1000, 5000}}));
      request.add_entries()->set_returned(back.SerializeAsString());
    }
    const v1::RecordResponse response = club.record("r1", request);
    for (const v1::RecordOutcome& outcome : response.outcomes()) {
      REQUIRE(outcome.has_recorded());
    }
  }
}

TEST_CASE("a fit looks at what the club has, returns included, and answers the same again") {
  TestClub club;
  const auto members = random_days();
  replay(club, members);
  v1::FitLifecycleRequest request;
  request.set_calibration_end_date(format_day(day_of_number(kStart + 200)));
  request.set_horizon_days(60);
  const auto fit = fit_lifecycle(club.club(), request);
  INFO(fit.status());
  REQUIRE(fit.ok());
  CHECK(fit->calibration_end_date() == request.calibration_end_date());
  CHECK(fit->horizon_days() == 60);

  // The same, from the days alone. Returned are 1 of 20 sales, three days after.
  int64_t bought = 0;
  int64_t back = 0;
  int number = 0;
  for (const auto& days : members) {
    bool was = false;
    bool again = false;
    for (const int64_t day : days) {
      const bool is_returned = ++number % 20 == 0;
      was = was || (day <= kStart + 200 && !(is_returned && day + 3 <= kStart + 200));
      again = again || (day > kStart + 200 && day <= kStart + 260 &&
                        !(is_returned && day + 3 <= kStart + 260));
    }
    bought += was ? 1 : 0;
    back += was && again ? 1 : 0;
  }
  CHECK(fit->member_count() == bought);
  CHECK(fit->bought_again_count() == back);
  CHECK(fit->proposed_score().accuracy_bps() > 8000);
  CHECK(fit->proposed().interest_days() == 30);
  CHECK(fit->current().churn_factor_milli() == 3000);
  CHECK(fit->proposed_loyal().member_count() > 0);
  CHECK(fit->pareto_nbd().member_count() == bought);

  const auto again = fit_lifecycle(club.club(), request);
  REQUIRE(again.ok());
  CHECK(again->SerializeAsString() == fit->SerializeAsString());

  // Without a date it stands as late as the horizon allows.
  v1::FitLifecycleRequest open;
  const auto own = fit_lifecycle(club.club(), open);
  INFO(own.status());
  REQUIRE(own.ok());
  CHECK(own->horizon_days() >= 25);
  CHECK(own->horizon_days() <= 100);
}

TEST_CASE("too little history is refused with what is missing") {
  TestClub club;
  v1::FitLifecycleRequest request;
  CHECK(reason_of(fit_lifecycle(club.club(), request).status()) == v1::REASON_HISTORY_SHORT);
  club.enroll("card-1", time_of(kStart));
  REQUIRE(club.record("r1", sale("s1", time_of(kStart), "card-1", {{"a"}})).has_recorded());
  REQUIRE(club.record("r1", sale("s2", time_of(kStart + 90), "card-1", {{"a"}})).has_recorded());
  request.set_calibration_end_date(format_day(day_of_number(kStart + 20)));
  request.set_horizon_days(30);
  CHECK(reason_of(fit_lifecycle(club.club(), request).status()) == v1::REASON_HISTORY_SHORT);
  request.set_calibration_end_date(format_day(day_of_number(kStart + 80)));
  CHECK(reason_of(fit_lifecycle(club.club(), request).status()) == v1::REASON_HISTORY_SHORT);
}

TEST_CASE("a fit is refused for times that are none, and before today ends the horizon") {
  TestClub club;
  v1::FitLifecycleRequest request;
  request.set_horizon_days(6);
  CHECK(reason_of(fit_lifecycle(club.club(), request).status()) == v1::REASON_FIELD_INVALID);
  request.set_horizon_days(3651);
  CHECK(reason_of(fit_lifecycle(club.club(), request).status()) == v1::REASON_FIELD_INVALID);
  request.set_horizon_days(30);
  request.set_calibration_end_date("2026-13-01");
  CHECK(reason_of(fit_lifecycle(club.club(), request).status()) == v1::REASON_FIELD_INVALID);
  request.set_calibration_end_date("2999-01-01");
  CHECK(reason_of(fit_lifecycle(club.club(), request).status()) == v1::REASON_FIELD_INVALID);
}

}  // namespace
}  // namespace moadon
