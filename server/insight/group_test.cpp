// Groups in a real club: saved, counted and listed over what operations wrote.

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "rules/calendar.h"
#include "rules/refusal.h"
#include "server/insight/count_group.h"
#include "server/insight/list_group_members.h"
#include "server/insight/test_people.h"
#include "server/operations/delete_group.h"
#include "server/operations/member_id.h"
#include "server/operations/read_groups.h"
#include "server/operations/save_group.h"
#include "tests/catch.h"

namespace moadon {
namespace {

v1::Question question_of(const std::string& text) {
  v1::Question question;
  INFO(text);
  REQUIRE(google::protobuf::TextFormat::ParseFromString(text, &question));
  return question;
}

absl::StatusOr<v1::SaveGroupResponse> save(TestClub& test, const std::string& group_id,
                                           const std::string& question) {
  v1::SaveGroupRequest request;
  request.mutable_group()->set_group_id(group_id);
  request.mutable_group()->set_title("קבוצה");
  *request.mutable_group()->mutable_question() = question_of(question);
  return wait_for<v1::SaveGroupResponse>(
      [&](auto answer) { save_group(test.club(), request, std::move(answer)); });
}

absl::Status forget(TestClub& test, const std::string& group_id) {
  v1::DeleteGroupRequest request;
  request.set_group_id(group_id);
  return wait_for<v1::DeleteGroupResponse>(
             [&](auto answer) { delete_group(test.club(), request, std::move(answer)); })
      .status();
}

int64_t count(TestClub& test, const std::string& question) {
  v1::CountGroupRequest request;
  *request.mutable_question() = question_of(question);
  const auto counted = count_group(test.club(), request);
  INFO(counted.status());
  REQUIRE(counted.ok());
  return counted->member_count();
}

TEST_CASE("a group is kept, read, put in its own place and forgotten") {
  TestClub test;
  REQUIRE(save(test, "g2", "has_tier: true").ok());
  REQUIRE(save(test, "g1", "has_tier: true").ok());
  const auto saved = save(test, "g2", "has_tier: false");
  REQUIRE(saved.ok());
  CHECK(saved->group().save_time().seconds() * 1'000'000 == test.clock().now_us());
  test.reopen();
  v1::GetGroupRequest get;
  get.set_group_id("g2");
  const auto read = get_group(test.club(), get);
  REQUIRE(read.ok());
  CHECK(read->group().SerializeAsString() == saved->group().SerializeAsString());
  v1::ListGroupsRequest list;
  list.set_page_size(1);
  const auto first = list_groups(test.club(), list);
  REQUIRE(first.ok());
  REQUIRE(first->groups_size() == 1);
  CHECK(first->groups(0).group_id() == "g1");
  list.set_page_token(first->next_page_token());
  const auto second = list_groups(test.club(), list);
  REQUIRE(second.ok());
  CHECK(second->groups(0).group_id() == "g2");
  REQUIRE(forget(test, "g2").ok());
  CHECK(reason_of(get_group(test.club(), get).status()) == v1::REASON_GROUP_UNKNOWN);
  CHECK(reason_of(forget(test, "g2")) == v1::REASON_GROUP_UNKNOWN);
  v1::CountGroupRequest counted;
  counted.set_group_id("g2");
  CHECK(reason_of(count_group(test.club(), counted).status()) == v1::REASON_GROUP_UNKNOWN);
  CHECK(reason_of(count_group(test.club(), {}).status()) == v1::REASON_FIELD_MISSING);
}

TEST_CASE("a group counts what operations wrote, as kept") {
  TestClub test({"r1", "r2"});
  test.clock().set(us("2026-03-31T12:00:00Z"));
  test.enroll("c1", "2026-01-05T10:00:00Z");
  test.enroll("c2", "2026-03-30T10:00:00Z");
  test.record("r1", sale("s1", "2026-03-01T10:00:00Z", "c1", {{"tea", 3000, 1000}, {"milk"}}));
  test.record("r1", returned_from("r1", "s1",
                                  returned("x1", "2026-03-02T10:00:00Z", {{"tea", 2000, 1000}})));
  // Comes before its member: claimed with its lines and their day.
  test.record("r1", sale("s2", "2026-03-15T10:00:00Z", "c3", {{"tea"}}));
  test.enroll("c3", "2026-03-20T10:00:00Z");
  CHECK(count(test, "bought { filter { skus: 'tea' } }") == 2);
  CHECK(count(test, "bought { filter { skus: 'tea' } last_days: 17 }") == 1);
  CHECK(count(test, "bought { filter { skus: 'tea' } last_days: 16 }") == 0);
  CHECK(count(test, "bought { filter { skus: 'tea' } quantity_milli { at_least: 1001 } }") == 0);
  CHECK(count(test, "bought { filter { skus: 'tea' } branch_ids: 'b1' }") == 2);
  CHECK(count(test, "bought { filter { skus: 'tea' } branch_ids: 'b2' }") == 0);
  CHECK(count(test, "spend { spend_minor { at_least: 2000 at_most: 2000 } }") == 1);
  CHECK(count(test, "not { bought { } }") == 1);
  CHECK(count(test, "top { share_bps: 1 }") == 1);
  CHECK(count(test, "has_signed_up: true") == 3);
  CHECK(count(test, "met_days_ago { at_most: 1 }") == 1);
  CHECK(test.query("SELECT COUNT(*) FROM sale_lines l JOIN sales s ON s.member_id = l.member_id"
                   " AND s.sale_id = l.sale_id AND s.business_day <> l.business_day") == 0);
}

TEST_CASE("stages are those of today though nobody aged them") {
  TestClub test;
  test.clock().set(us("2026-03-01T12:00:00Z"));
  test.record("r1", sale("s1", "2026-03-01T10:00:00Z", "", {{"tea"}}));
  test.enroll("c1", "2026-02-27T10:00:00Z");
  test.record("r1", sale("s2", "2026-03-01T11:00:00Z", "c1", {{"tea"}}));
  CHECK(count(test, "stages { stages: STAGE_NEW }") == 1);
  test.clock().set(us("2026-06-30T12:00:00Z"));
  CHECK(count(test, "stages { stages: STAGE_NEW }") == 0);
  CHECK(count(test, "stages { stages: STAGE_CHURNING }") == 1);
}

TEST_CASE("pages are of the question, day and border of the first") {
  TestClub test;
  const absl::CivilDay today(2026, 6, 15);
  test.clock().set(us("2026-06-15T12:00:00Z"));
  Dice dice(11);
  std::vector<TestPerson> people;
  for (int i = 1; i <= 40; ++i) people.push_back(random_person(dice, i, day_number(today)));
  write_people(test, people);
  REQUIRE(save(test, "best", "top { share_bps: 5000 last_days: 60 }").ok());
  v1::ListGroupMembersRequest request;
  request.set_group_id("best");
  const auto all = list_group_members(test.club(), request);
  REQUIRE(all.ok());
  REQUIRE(all->members_size() > 4);
  CHECK(all->next_page_token().empty());
  request.set_page_size(2);
  const auto first = list_group_members(test.club(), request);
  REQUIRE(first.ok());
  REQUIRE(first->members_size() == 2);
  // Meanwhile the day ends, and somebody new buys more than all others.
  test.clock().set(us("2026-08-15T12:00:00Z"));
  request.set_page_token(first->next_page_token());
  const auto second = list_group_members(test.club(), request);
  REQUIRE(second.ok());
  REQUIRE(second->members_size() == 2);
  CHECK(second->members(0).member_id() == all->members(2).member_id());
  CHECK(second->members(1).member_id() == all->members(3).member_id());

  const auto refused = [&](const v1::ListGroupMembersRequest& wrong) {
    return reason_of(list_group_members(test.club(), wrong).status());
  };
  v1::ListGroupMembersRequest other = request;
  other.clear_group_id();
  *other.mutable_question() = question_of("has_tier: true");
  CHECK(refused(other) == v1::REASON_PAGE_TOKEN_INVALID);
  other = request;
  other.set_page_token(request.page_token() + "A");
  CHECK(refused(other) == v1::REASON_PAGE_TOKEN_INVALID);
  REQUIRE(save(test, "best", "top { share_bps: 5000 last_days: 61 }").ok());
  CHECK(refused(request) == v1::REASON_PAGE_TOKEN_INVALID);
  other = request;
  other.clear_page_token();
  other.set_page_size(5001);
  CHECK(refused(other) == v1::REASON_FIELD_INVALID);
}

TEST_CASE("a list shows how to reach whom, and nobody who refuses") {
  TestClub test;
  test.clock().set(us("2026-06-15T12:00:00Z"));
  TestPerson anna;
  anna.member_id = 5;
  anna.first_name = "אנה";
  anna.has_phone = anna.has_email = true;
  anna.stage = v1::STAGE_ACTIVE;
  anna.consents = {{v1::CONTACT_CHANNEL_SMS, true, 1},
                   {v1::CONTACT_CHANNEL_EMAIL, true, 1},
                   {v1::CONTACT_CHANNEL_EMAIL, false, 2}};
  TestPerson lost = anna;
  lost.member_id = 6;
  lost.merged_into = 5;
  lost.first_name = "Anna";
  lost.last_name = "כהן";
  lost.consents = {{v1::CONTACT_CHANNEL_POST, true, 1}};
  TestPerson refusing = anna;
  refusing.member_id = 7;
  refusing.refuses = true;
  write_people(test, {anna, lost, refusing});
  v1::ListGroupMembersRequest request;
  *request.mutable_question() = question_of("stages { stages: STAGE_ACTIVE }");
  const auto listed = list_group_members(test.club(), request);
  REQUIRE(listed.ok());
  REQUIRE(listed->members_size() == 2);
  const v1::GroupMember& first = listed->members(0);
  CHECK(first.member_id() == member_id_text(5));
  CHECK(first.first_name() == "אנה");
  CHECK(first.last_name() == "כהן");
  CHECK(first.phone() == "+972505");
  CHECK(first.email() == "m5@example.com");
  CHECK(first.card() == "c5");
  CHECK(first.stage() == v1::STAGE_ACTIVE);
  REQUIRE(first.consents_size() == 2);
  CHECK(first.consents(0) == v1::CONTACT_CHANNEL_SMS);
  CHECK(first.consents(1) == v1::CONTACT_CHANNEL_POST);
  CHECK(listed->members(1).consents().empty());
  CHECK(count(test, "consent { channel: CONTACT_CHANNEL_SMS }") == 1);
}

TEST_CASE("a club without a program has no groups") {
  sqlite::TestDirectory directory;
  const StoppedClock clock(us("2026-03-01T10:00:00Z"));
  const auto club = Club::open(directory.path(), clock, [](const absl::Status&) {});
  REQUIRE(club.ok());
  v1::CountGroupRequest request;
  *request.mutable_question() = question_of("has_tier: true");
  CHECK(reason_of(count_group(**club, request).status()) == v1::REASON_PROGRAM_MISSING);
  v1::SaveGroupRequest save;
  save.mutable_group()->set_group_id("g");
  *save.mutable_group()->mutable_question() = request.question();
  const auto saved = wait_for<v1::SaveGroupResponse>(
      [&](auto answer) { save_group(**club, save, std::move(answer)); });
  CHECK(reason_of(saved.status()) == v1::REASON_PROGRAM_MISSING);
}

}  // namespace
}  // namespace moadon
