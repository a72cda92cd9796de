// Random questions to a club of random people, against answers found out the slow way.

#include <algorithm>
#include <cstdlib>

#include "rules/calendar.h"
#include "server/insight/count_group.h"
#include "server/insight/list_group_members.h"
#include "server/insight/test_people.h"
#include "server/operations/member_id.h"
#include "server/operations/save_settings.h"
#include "tests/catch.h"
#include "tests/random_question.h"

namespace moadon {
namespace {

constexpr int kPeople = 80;

void define_fields(TestClub& test) {
  v1::SaveSettingsRequest request;
  v1::CustomField& color = *request.mutable_settings()->add_custom_fields();
  color.set_field_id(kColorField);
  color.set_title("Colour");
  v1::CustomField& shoe = *request.mutable_settings()->add_custom_fields();
  shoe.set_field_id(kShoeField);
  shoe.set_title("Shoe size");
  shoe.mutable_number();
  const auto saved = wait_for<v1::SaveSettingsResponse>(
      [&](auto answer) { save_settings(test.club(), request, std::move(answer)); });
  REQUIRE(saved.ok());
}

std::vector<TestPerson> random_people(Dice& dice, int64_t today) {
  std::vector<TestPerson> people;
  for (int i = 1; i <= kPeople; ++i) people.push_back(random_person(dice, 1000 + i, today));
  // Some are part of others, one of them through another; what they bought in days and points is
  // with the kept one already.
  for (const auto& [lost, kept] : {std::pair(3, 50), {4, 3}, {60, 7}, {61, 7}, {80, 79}}) {
    TestPerson& person = people[static_cast<size_t>(lost - 1)];
    person.merged_into = 1000 + kept;
    person.days.clear();
    person.lots.clear();
    person.stage = 0;
    person.tier_id.clear();
  }
  return people;
}

std::vector<int64_t> listed(TestClub& test, const v1::Question& question, int page_size) {
  v1::ListGroupMembersRequest request;
  *request.mutable_question() = question;
  request.set_page_size(page_size);
  std::vector<int64_t> ids;
  while (true) {
    const auto page = list_group_members(test.club(), request);
    INFO(page.status());
    REQUIRE(page.ok());
    for (const v1::GroupMember& member : page->members()) {
      ids.push_back(*member_id_of(member.member_id()));
    }
    if (page->next_page_token().empty()) return ids;
    request.set_page_token(page->next_page_token());
  }
}

TEST_CASE("a group holds whom its question fits, counted and listed") {
  const int rounds = std::getenv("MOADON_LONG") != nullptr ? 40 : 3;
  for (int round = 1; round <= rounds; ++round) {
    Dice dice(static_cast<uint64_t>(round));
    TestClub test;
    const absl::CivilDay today(2026, dice.any_of<int>({1, 2, 6, 12}), 28);
    test.clock().set(us(absl::StrCat(format_day(today), "T12:00:00Z")));
    define_fields(test);
    const std::vector<TestPerson> people = random_people(dice, day_number(today));
    write_people(test, people);
    const std::vector<TestPerson> whole = whole_people(people);
    REQUIRE(whole.size() == kPeople - 5);
    int in_between = 0;
    for (int i = 0; i < 150; ++i) {
      const v1::Question question = RandomQuestion(dice, true).make(4);
      const std::vector<int64_t> expected = who_fits(question, whole, today);
      CAPTURE(round, today, question.ShortDebugString());
      v1::CountGroupRequest request;
      *request.mutable_question() = question;
      const auto counted = count_group(test.club(), request);
      INFO(counted.status());
      REQUIRE(counted.ok());
      CHECK(counted->member_count() == static_cast<int64_t>(expected.size()));
      CHECK(counted->all_count() == static_cast<int64_t>(whole.size()));
      CHECK(listed(test, question, dice.one_in(4) ? 7 : 1000) == expected);
      in_between += !expected.empty() && expected.size() < whole.size() ? 1 : 0;
    }
    CHECK(in_between > 75);
  }
}

}  // namespace
}  // namespace moadon
