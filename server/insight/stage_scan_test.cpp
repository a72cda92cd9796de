#include "server/insight/stage_scan.h"

#include <rapidcheck.h>

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "server/operations/member_id.h"
#include "server/operations/report_stages.h"
#include "server/operations/test_club.h"
#include "tests/catch.h"

namespace moadon {
namespace {

constexpr int kMembers = 12;
const absl::CivilDay kFirst(2025, 1, 1);

std::string time_on(absl::CivilDay day, int hour) {
  return absl::StrCat(format_day(day), "T", hour < 10 ? "0" : "", hour, ":00:00Z");
}

// Purchases at random, of which the members with even numbers bring some back.
void live(TestClub& club) {
  for (int i = 0; i < kMembers; ++i) {
    const std::string card = absl::StrCat("c", i);
    const std::string sign_up = time_on(kFirst + *rc::gen::inRange(0, 300), 9);
    const bool joins_first = *rc::gen::arbitrary<bool>();
    if (joins_first) club.enroll(card, sign_up);
    const int purchases = *rc::gen::inRange(0, 12);
    for (int k = 0; k < purchases; ++k) {
      const absl::CivilDay day = kFirst + *rc::gen::inRange(0, 400);
      const std::string receipt = absl::StrCat(card, "-", k);
      const int hour = *rc::gen::inRange(0, 24);
      club.record("r1", sale(receipt, time_on(day, hour), card, {{"a", 2000, 500}}));
      if (i % 2 != 0 || *rc::gen::inRange(0, 3) != 0) continue;
      const absl::CivilDay back = day + *rc::gen::inRange(0, 60);
      club.record("r1", returned_from("r1", receipt,
                                      returned(receipt + "-back", time_on(back, hour),
                                               {{"a", *rc::gen::inRange(1, 3) * 1000, 500}})));
    }
    if (!joins_first) club.enroll(card, sign_up);
  }
}

// The slow way: the export, which stands at one moment and reads facts.
std::map<std::string, v1::Stage> exported(TestClub& club, const v1::AsOf& as_of) {
  v1::ExportMembersRequest request;
  *request.mutable_as_of() = as_of;
  const auto page = export_members(club.club(), request);
  RC_ASSERT(page.ok());
  std::map<std::string, v1::Stage> stages;
  for (const v1::MemberStanding& member : page->members()) {
    stages[member.member_id()] = member.stage();
  }
  return stages;
}

std::map<std::string, v1::Stage> scanned(ClubScan& scan, const ClubView& view, size_t moment,
                                         const std::vector<AsOf>& moments) {
  const IdRange all{0, scan.ranges().back().until_id};
  StageScan members(scan.connection(), all, view, moments);
  std::map<std::string, v1::Stage> stages;
  for (auto more = members.next(); more.ok() && *more; more = members.next()) {
    const v1::Stage stage = members.standing(moment).stage;
    if (stage != v1::STAGE_UNSPECIFIED) stages[member_id_text(members.member().member_id)] = stage;
  }
  return stages;
}

TEST_CASE("the stages of a scan are those of the export, at every date and instant") {
  const bool holds = rc::check([] {
    TestClub club;
    club.clock().set(us("2026-12-01T12:00:00Z"));
    live(club);
    std::vector<AsOf> moments;
    std::vector<v1::AsOf> asked;
    for (int i = 0; i < 4; ++i) {
      const absl::CivilDay day = kFirst + *rc::gen::inRange(-5, 600);
      moments.push_back({day, std::nullopt});
      asked.emplace_back().set_date(format_day(day));
      const std::string instant = time_on(day, *rc::gen::inRange(0, 24));
      moments.push_back({day, us(instant)});
      *asked.emplace_back().mutable_instant() = at(instant);
    }
    ClubScan scan = ClubScan::open(club.club()).value();
    const ClubViewPtr view = club.club().view();
    for (size_t i = 0; i < moments.size(); ++i) {
      RC_ASSERT(scanned(scan, *view, i, moments) == exported(club, asked[i]));
    }
  });
  CHECK(holds);
}

}  // namespace
}  // namespace moadon
