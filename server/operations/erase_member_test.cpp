// Erasing a person: the details go, from the tables and from the file's bytes; the sums stay.
#include "server/operations/erase_member.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "rules/refusal.h"
#include "server/operations/add_note.h"
#include "server/operations/adjust_points.h"
#include "server/operations/enroll_member.h"
#include "server/operations/find_member.h"
#include "server/operations/lock_tier.h"
#include "server/operations/read_members.h"
#include "server/operations/test_club.h"
#include "server/operations/test_merges.h"
#include "server/operations/test_promises.h"
#include "server/operations/update_member.h"
#include "tests/catch.h"

namespace moadon {
namespace {

using Texts = std::vector<std::string>;

absl::StatusOr<v1::EraseMemberResponse> try_erase(TestClub& test, const std::string& member_id,
                                                  const std::string& actor = "dana") {
  v1::EraseMemberRequest request;
  request.set_member_id(member_id);
  request.set_actor(actor);
  return wait_for<v1::EraseMemberResponse>(
      [&](auto answer) { erase_member(test.club(), request, std::move(answer)); });
}

std::string enroll(TestClub& test, const v1::EnrollMemberRequest& request) {
  auto enrolled = wait_for<v1::EnrollMemberResponse>(
      [&](auto answer) { enroll_member(test.club(), request, std::move(answer)); });
  INFO(enrolled.status());
  REQUIRE(enrolled.ok());
  return enrolled->member().member_id();
}

// Everything that the club's directory holds.
std::string bytes_of(TestClub& test) {
  std::string bytes;
  for (const auto& entry : std::filesystem::directory_iterator(test.directory())) {
    std::ifstream file(entry.path(), std::ios::binary);
    bytes.append(std::istreambuf_iterator<char>(file), {});
    bytes.push_back('\0');
  }
  return bytes;
}

Texts found_in(const std::string& bytes, const Texts& texts) {
  Texts found;
  for (const std::string& text : texts) {
    if (absl::StrContains(bytes, text)) found.push_back(text);
  }
  return found;
}

v1::GetMemberResponse member_of(TestClub& test, const std::string& member_id) {
  v1::GetMemberRequest request;
  request.set_member_id(member_id);
  auto member = get_member(test.club(), request);
  INFO(member.status());
  REQUIRE(member.ok());
  return *member;
}

// A member of whom everything is known.
v1::EnrollMemberRequest full_person() {
  v1::EnrollMemberRequest request;
  request.add_keys()->set_card("card-777001");
  request.add_keys()->set_phone("054-765-4321");
  request.add_keys()->set_email("Miriam.Toledano@example.co.il");
  request.set_first_name("מרים-שרה");
  request.set_last_name("טולדנו");
  request.set_birth_date("1971-08-23");
  request.set_anniversary_date("1994-10-02");
  request.set_city("קריית ארבע");
  v1::Consent& consent = *request.add_consents();
  consent.set_channel(v1::CONTACT_CHANNEL_SMS);
  consent.set_granted(true);
  consent.set_wording("wording 7");
  *request.mutable_occurred_at() = at("2026-01-05T10:00:00Z");
  return request;
}

const Texts& details() {
  static const Texts texts = {"card-777001",
                              "+972547654321",
                              "123456745279",
                              "iriam.Toledano@example",
                              "miriam.toledano@example",
                              "מרים-שרה",
                              "טולדנו",
                              "1971-08-23",
                              "1994-10-02",
                              "קריית ארבע",
                              "allergic to nuts",
                              "asked for by her sister",
                              "for a friend of the house",
                              "prefers mornings"};
  return texts;
}

template <typename Request>
Request decision(const std::string& request_id, const std::string& member_id,
                 const std::string& note) {
  Request request;
  request.set_request_id(request_id);
  request.set_member_id(member_id);
  request.set_note(note);
  request.set_actor("dana");
  return request;
}

void decide_all(TestClub& test, const std::string& member_id) {
  auto points = decision<v1::AdjustPointsRequest>("q1", member_id, "asked for by her sister");
  points.set_points_milli(5000);
  REQUIRE(wait_for<v1::AdjustPointsResponse>([&](auto answer) {
            adjust_points(test.club(), points, std::move(answer));
          }).ok());
  auto lock = decision<v1::LockTierRequest>("q2", member_id, "for a friend of the house");
  lock.set_tier_id("silver");
  lock.set_until_date("2026-12-31");
  REQUIRE(wait_for<v1::LockTierResponse>([&](auto answer) {
            lock_tier(test.club(), lock, std::move(answer));
          }).ok());
  v1::AddNoteRequest note;
  note.set_request_id("q3");
  note.set_member_id(member_id);
  note.set_text("allergic to nuts");
  note.set_actor("dana");
  REQUIRE(wait_for<v1::AddNoteResponse>([&](auto answer) {
            add_note(test.club(), note, std::move(answer));
          }).ok());
  v1::UpdateMemberRequest update;
  update.set_member_id(member_id);
  update.add_add_tags("prefers mornings");
  REQUIRE(wait_for<v1::UpdateMemberResponse>([&](auto answer) {
            update_member(test.club(), update, std::move(answer));
          }).ok());
}

// A club in which a member of whom everything is known was decided about and bought, priced with
// the facts that know the birthday.
struct Fixture {
  Fixture() : test(promising_program(), {"r1", "r2"}) {
    test.clock().set(us("2026-03-01T09:00:00Z"));
    member_id = enroll(test, full_person());
    other_id = test.enroll("c2", "2026-01-06T10:00:00Z");
    decide_all(test, member_id);
    test.record("r1", sale("s1", "2026-03-01T09:30:00Z", "card-777001", {{"tea", 3000, 2000}}),
                test.context("card-777001"));
    test.record("r1", sale("s2", "2026-03-01T09:40:00Z", "c2", {{"tea"}}), test.context("c2"));
    REQUIRE(test.verify() == Texts{});
    REQUIRE(found_in(bytes_of(test), details()).size() >= details().size() - 1);
  }

  TestClub test;
  std::string member_id;
  std::string other_id;
};

}  // namespace

TEST_CASE("an erased member's details are in no byte of the directory, and the sums stay") {
  Fixture fixture;
  TestClub& test = fixture.test;
  const v1::GetMemberResponse before = member_of(test, fixture.member_id);
  test.erase(fixture.member_id);
  CHECK(found_in(bytes_of(test), details()) == Texts{});
  CHECK(test.verify() == Texts{});

  const v1::GetMemberResponse after = member_of(test, fixture.member_id);
  const v1::Member& member = after.member();
  CHECK(member.SerializeAsString() != before.member().SerializeAsString());
  CHECK(member.keys().empty());
  CHECK(member.consents().empty());
  CHECK(member.notes().empty());
  CHECK(member.first_name().empty());
  CHECK(member.has_erase_time());
  CHECK(member.facts().tags().empty());
  CHECK(member.facts().birthday().empty());
  CHECK(member.facts().snapshot() > before.member().facts().snapshot());
  CHECK(member.facts().net_spend_minor() == before.member().facts().net_spend_minor());
  CHECK(member.facts().points().available_milli() ==
        before.member().facts().points().available_milli());
  CHECK(member.facts().tier_id() == before.member().facts().tier_id());
  CHECK(member.met_date() == before.member().met_date());
  CHECK(after.moves_size() == before.moves_size());
  CHECK(after.tier_locks_size() == 1);
  CHECK(after.tier_locks(0).note().empty());
  CHECK(test.member("c2").member().member_id() == fixture.other_id);

  test.reopen();
  CHECK(found_in(bytes_of(test), details()) == Texts{});
  CHECK(test.verify() == Texts{});
}

TEST_CASE("nothing of an erased member stays on the shelf of answers, nor of whom they were once") {
  TestClub test;
  test.clock().set(us("2026-02-01T10:00:00Z"));
  test.club().members().use_shelf(AnswerShelf::open(test.directory(), 1'000));
  const AnswerShelf* const shelf = test.club().members().shelf();
  REQUIRE(shelf != nullptr);
  const std::string miriam = enroll(test, full_person());
  v1::EnrollMemberRequest other;
  other.add_keys()->set_card("card-888002");
  other.set_first_name("Dan");
  *other.mutable_occurred_at() = at("2026-01-06T10:00:00Z");
  const std::string dan = enroll(test, other);
  const auto identify = [&](const std::string& card) {
    v1::Key key;
    key.set_card(card);
    REQUIRE(find_member(test.club(), key).ok());
  };
  const Texts named = {"card-777001", "מרים-שרה", "card-888002", "Dan"};
  identify("card-777001");
  identify("card-888002");
  CHECK(found_in(shelf->bytes(), named) == named);
  // While they are one, asking for Dan shows Miriam's details, too.
  REQUIRE(merge(test, dan, miriam).ok());
  identify("card-888002");
  REQUIRE(undo(test, miriam).ok());

  test.erase(miriam);
  CHECK(found_in(shelf->bytes(), details()).empty());
  identify("card-888002");
  CHECK(found_in(shelf->bytes(), named) == Texts{"card-888002", "Dan"});
}

TEST_CASE("decisions about an erased member are answered as before, without naming anybody") {
  Fixture fixture;
  TestClub& test = fixture.test;
  test.erase(fixture.member_id);
  auto points =
      decision<v1::AdjustPointsRequest>("q1", fixture.member_id, "asked for by her sister");
  points.set_points_milli(5000);
  const auto again = wait_for<v1::AdjustPointsResponse>(
      [&](auto answer) { adjust_points(test.club(), points, std::move(answer)); });
  REQUIRE(again.ok());
  CHECK(again->facts().points().available_milli() == 5000);
  CHECK(again->facts().birthday().empty());
  auto lock = decision<v1::LockTierRequest>("q2", fixture.member_id, "for a friend of the house");
  lock.set_tier_id("silver");
  lock.set_until_date("2026-12-31");
  const auto locked = wait_for<v1::LockTierResponse>(
      [&](auto answer) { lock_tier(test.club(), lock, std::move(answer)); });
  REQUIRE(locked.ok());
  CHECK(locked->member().member_id() == fixture.member_id);
  CHECK(locked->member().keys().empty());
  CHECK(locked->member().last_name().empty());
}

TEST_CASE("a sale from before the erasure lands by its key without bringing the key back") {
  Fixture fixture;
  TestClub& test = fixture.test;
  const v1::RecordContext context = test.context("card-777001");
  test.erase(fixture.member_id);
  const int64_t before_minor =
      member_of(test, fixture.member_id).member().facts().net_spend_minor();

  v1::RecordContext by_key = context;
  by_key.clear_member_id();
  const v1::RecordOutcome late = test.record(
      "r2", sale("s9", "2026-02-28T18:00:00Z", "card-777001", {{"tea", 1000, 2000}}), by_key);
  CHECK(test.recorded("r2", "s9").member_id() == fixture.member_id);
  CHECK(member_of(test, fixture.member_id).member().facts().net_spend_minor() > before_minor);
  CHECK(found_in(bytes_of(test), details()) == Texts{});
  CHECK(test.query("SELECT count(*) FROM sale_verdicts WHERE instr(facts, '08-23') > 0") == 0);
  CHECK(test.verify() == Texts{});
}

TEST_CASE("a sale from after the erasure is nobody's, and its key is not kept") {
  Fixture fixture;
  TestClub& test = fixture.test;
  test.erase(fixture.member_id);
  test.clock().set(us("2026-03-02T09:00:00Z"));
  test.record("r1", sale("s9", "2026-03-02T08:00:00Z", "card-777001", {{"tea"}}));
  CHECK(test.recorded("r1", "s9").member_id().empty());
  CHECK(test.query("SELECT count(*) FROM unclaimed_keys") == 0);
  CHECK(found_in(bytes_of(test), details()) == Texts{});
  CHECK(test.verify() == Texts{});
}

TEST_CASE("who enrols with an erased key is a new member") {
  Fixture fixture;
  TestClub& test = fixture.test;
  test.erase(fixture.member_id);
  REQUIRE(test.query("SELECT count(*) FROM erased_keys") == 3);
  test.clock().set(us("2026-03-02T09:00:00Z"));
  const std::string fresh_id = test.enroll("card-777001", "2026-03-02T09:00:00Z");
  CHECK(fresh_id != fixture.member_id);
  CHECK(test.query("SELECT count(*) FROM erased_keys") == 2);
  CHECK(test.member("card-777001").member().facts().net_spend_minor() == 0);
  CHECK(test.verify() == Texts{});
}

TEST_CASE("erasing again changes nothing and is answered") {
  Fixture fixture;
  TestClub& test = fixture.test;
  const auto first = try_erase(test, fixture.member_id);
  REQUIRE(first.ok());
  const auto again = try_erase(test, fixture.member_id);
  REQUIRE(again.ok());
  CHECK(again->member().facts().snapshot() == first->member().facts().snapshot());
  CHECK(test.query("SELECT count(*) FROM decisions WHERE kind = 12") == 1);
}

TEST_CASE("an erasure is not answered as done while something reads the old data") {
  Fixture fixture;
  TestClub& test = fixture.test;
  {
    auto reader = test.club().database().readers().lease_snapshot();
    REQUIRE(reader.ok());
    REQUIRE((*reader)->query_int64("SELECT count(*) FROM members").value() == 2);
    CHECK(reason_of(try_erase(test, fixture.member_id).status()) == v1::REASON_BUSY);
  }
  test.erase(fixture.member_id);
  CHECK(found_in(bytes_of(test), details()) == Texts{});
}

TEST_CASE("what a call needs to erase is checked") {
  Fixture fixture;
  TestClub& test = fixture.test;
  CHECK(reason_of(try_erase(test, "").status()) == v1::REASON_FIELD_MISSING);
  CHECK(reason_of(try_erase(test, "0000000000000000").status()) == v1::REASON_MEMBER_UNKNOWN);
  CHECK(reason_of(try_erase(test, fixture.member_id, "").status()) == v1::REASON_FIELD_MISSING);
  CHECK(test.member("card-777001").member().has_erase_time() == false);
}

TEST_CASE("what is deleted without being overwritten is found, and the file written anew") {
  Fixture fixture;
  TestClub& test = fixture.test;
  test.tamper("PRAGMA secure_delete = OFF");  // as another version may have
  test.erase(fixture.member_id);
  CHECK(found_in(bytes_of(test), details()) == Texts{});
  CHECK(test.verify() == Texts{});
  CHECK(test.member("c2").member().member_id() == fixture.other_id);
}

TEST_CASE("an erasure that a crash cut short is finished by the next call") {
  Fixture fixture;
  TestClub& test = fixture.test;
  // The rows are gone and the member is marked, but nothing was done to the file.
  test.tamper(
      "PRAGMA secure_delete = OFF; DELETE FROM member_keys WHERE position <> 1;"
      " DELETE FROM member_details; DELETE FROM member_notes;"
      " UPDATE members SET erase_us = 1 WHERE tag_count > 0");
  REQUIRE(found_in(bytes_of(test), {"allergic to nuts"}).size() == 1);
  test.erase(fixture.member_id);
  CHECK(found_in(bytes_of(test), {"miriam.toledano@example", "123456745279"}) == Texts{});
}

TEST_CASE("what a birthday and a tag earned stays, and verify takes it as it was given") {
  v1::Program program = promising_program();
  v1::Benefit& gift = *program.add_benefits();
  gift.set_benefit_id("birthday");
  gift.set_title("birthday");
  gift.add_conditions()->mutable_birthday()->set_days_before(7);
  gift.mutable_effect()->mutable_bonus_points()->set_points_milli(77'000);
  v1::Benefit& morning = *program.add_benefits();
  morning.set_benefit_id("morning");
  morning.set_title("morning");
  morning.add_conditions()->mutable_member_tags()->add_tags("prefers mornings");
  morning.mutable_effect()->mutable_percent_off_basket()->set_percent_bps(500);
  TestClub test(program, {"r1"});
  test.clock().set(us("2026-08-20T09:00:00Z"));
  const std::string member_id = enroll(test, full_person());
  decide_all(test, member_id);
  test.record("r1", sale("s1", "2026-08-20T09:30:00Z", "card-777001", {{"bag", 2000, 2000}}),
              test.context("card-777001"));
  REQUIRE(test.verify() == Texts{});
  const int64_t points_milli =
      member_of(test, member_id).member().facts().points().available_milli();
  REQUIRE(points_milli > 77'000);

  test.erase(member_id);
  CHECK(test.verify() == Texts{});
  CHECK(member_of(test, member_id).member().facts().points().available_milli() == points_milli);
  // One of two units comes back: what the birthday gave stands, as it would have.
  test.record("r1", returned_from("r1", "s1",
                                  returned("b1", "2026-08-21T09:00:00Z", {{"bag", 1000, 2000}})));
  const int64_t left_milli = member_of(test, member_id).member().facts().points().available_milli();
  CHECK(left_milli < points_milli);
  CHECK(left_milli > 77'000);
  CHECK(test.verify() == Texts{});
}

TEST_CASE("a member with every kind of promise, holds included, is erased without a difference") {
  TestClub test(promising_program());
  fill_with_promises(test);
  const std::string member_id = test.member("c1").member().member_id();
  const v1::GetMemberResponse before = member_of(test, member_id);
  REQUIRE(before.member().facts().points().held_milli() > 0);
  test.erase(member_id);
  const v1::GetMemberResponse after = member_of(test, member_id);
  CHECK(after.member().facts().points().SerializeAsString() ==
        before.member().facts().points().SerializeAsString());
  CHECK(after.rights_size() == before.rights_size());
  CHECK(after.member().facts().tier_id() == before.member().facts().tier_id());
  CHECK(test.verify() == Texts{});
}

// Pages are split, rebuilt and emptied while the rows live: what secure_delete alone leaves behind
// in one of some hundred members must be found and written over.
TEST_CASE("among many members with long names no page keeps a copy") {
  TestClub test;
  const auto person = [](int i) {
    v1::EnrollMemberRequest request;
    request.add_keys()->set_card(absl::StrFormat("k%d-%08d", (i * 7919) % 1000, i));
    request.add_keys()->set_email(absl::StrFormat("mail-%08d@example.com", i));
    request.set_first_name(
        absl::StrFormat("first<%08d>%s", i, std::string(static_cast<size_t>(i * 31 % 80), 'f')));
    request.set_last_name(
        absl::StrFormat("last<%08d>%s", i, std::string(static_cast<size_t>(i * 17 % 80), 'l')));
    return request;
  };
  const int kMembers = std::getenv("MOADON_LONG") != nullptr ? 5000 : 400;
  std::vector<std::string> ids;
  for (int i = 0; i < kMembers; ++i) {
    ids.push_back(enroll(test, person(i)));
    v1::AddNoteRequest note;
    note.set_request_id(absl::StrCat("n", i));
    note.set_member_id(ids.back());
    note.set_text(
        absl::StrFormat("note<%08d>%s", i, std::string(static_cast<size_t>(i) % 700, 'n')));
    note.set_actor("dana");
    REQUIRE(wait_for<v1::AddNoteResponse>([&](auto answer) {
              add_note(test.club(), note, std::move(answer));
            }).ok());
  }
  Texts texts;
  for (int i = 0; i < kMembers; i += 10) {
    test.erase(ids[static_cast<size_t>(i)]);
    texts.push_back(absl::StrFormat("-%08d", i));
    texts.push_back(absl::StrFormat("<%08d>", i));
  }
  CHECK(found_in(bytes_of(test), texts) == Texts{});
}

}  // namespace moadon
