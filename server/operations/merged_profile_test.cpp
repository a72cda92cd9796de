// What is known of a merged person, what they want, and what an erasure takes of them.
#include <string>
#include <vector>

#include "server/operations/decide_review.h"
#include "server/operations/enroll_member.h"
#include "server/operations/find_member.h"
#include "server/operations/note_asked.h"
#include "server/operations/save_settings.h"
#include "server/operations/set_service_wish.h"
#include "server/operations/test_club.h"
#include "server/operations/test_merges.h"
#include "server/operations/update_member.h"
#include "tests/catch.h"

namespace moadon {
namespace {

// Cards k and l.
struct TwoCards {
  TwoCards() {
    test.clock().set(us("2026-03-20T12:00:00Z"));
    test.add_register("live", /*replays_history=*/false);
    kept = test.enroll("k", "2026-01-05T09:00:00Z");
    lost = test.enroll("l", "2026-01-01T09:00:00Z");
  }

  TestClub test;
  std::string kept;
  std::string lost;
};

v1::IdentifyResponse identify(TestClub& test, const std::string& card) {
  v1::Key key;
  key.set_card(card);
  const auto found = find_member(test.club(), key);
  INFO(found.status());
  REQUIRE(found.ok());
  return *found;
}

// The owner asks for a size, and then for a first name.
void ask_for_size(TestClub& test) {
  v1::SaveSettingsRequest request;
  request.mutable_settings()->set_revision(test.club().view()->settings().revision());
  v1::CustomField& size = *request.mutable_settings()->add_custom_fields();
  size.set_field_id("size");
  size.set_title("Shoe size");
  size.mutable_number();
  for (const char* const field : {"custom.size", "first_name"}) {
    request.mutable_settings()->add_ask_fields(field);
  }
  const auto saved = wait_for<v1::SaveSettingsResponse>(
      [&](auto answer) { save_settings(test.club(), request, std::move(answer)); });
  INFO(saved.status());
  REQUIRE(saved.ok());
}

void say_size(TestClub& test, const std::string& member_id, const std::string& size) {
  v1::UpdateMemberRequest request;
  request.set_member_id(member_id);
  request.set_actor("dana");
  request.add_custom_values()->set_field_id("size");
  request.mutable_custom_values(0)->set_value(size);
  REQUIRE(wait_for<v1::UpdateMemberResponse>([&](auto answer) {
            update_member(test.club(), request, std::move(answer));
          }).ok());
}

void note_ask(TestClub& test, const std::string& member_id, const std::string& field) {
  v1::NoteAskedRequest request;
  v1::Asked& asked = *request.add_asks();
  asked.set_member_id(member_id);
  asked.set_field(field);
  *asked.mutable_ask_time() = at("2026-03-20T11:00:00Z");
  const ClubViewPtr view = test.club().view();
  REQUIRE(wait_for<v1::NoteAskedResponse>([&](auto answer) {
            note_asked(test.club(), *view->register_of_id("live"), request, std::move(answer));
          }).ok());
}

v1::Member set_wish(TestClub& test, const std::string& member_id, bool refuses) {
  v1::SetServiceWishRequest request;
  request.set_request_id(refuses ? "w1" : "w2");
  request.set_member_id(member_id);
  request.set_refuses_services(refuses);
  request.set_note("by phone");
  request.set_actor("dana");
  const auto set = wait_for<v1::SetServiceWishResponse>(
      [&](auto answer) { set_service_wish(test.club(), request, std::move(answer)); });
  INFO(set.status());
  REQUIRE(set.ok());
  return set->member();
}

void archive(TestClub& test, const std::string& member_id, const std::string& request_id) {
  v1::DecideReviewRequest request;
  request.set_request_id(request_id);
  request.set_member_id(member_id);
  request.set_outcome(v1::REVIEW_OUTCOME_ARCHIVE);
  request.set_note("gone");
  request.set_actor("dana");
  const auto decided = wait_for<v1::DecideReviewResponse>(
      [&](auto answer) { decide_review(test.club(), request, std::move(answer)); });
  INFO(decided.status());
  REQUIRE(decided.ok());
}

TEST_CASE("what the lost one told is known of the merged one") {
  TwoCards club;
  ask_for_size(club.test);
  say_size(club.test, club.lost, "39");
  CHECK(identify(club.test, "k").ask().field() == "custom.size");
  REQUIRE(merge(club.test, club.kept, club.lost).ok());
  CHECK(identify(club.test, "k").ask().field() == "first_name");
  const v1::Member both = by_id(club.test, club.kept).member();
  REQUIRE(both.custom_values_size() == 1);
  CHECK(both.custom_values(0).value() == "39");
  CHECK(both.confirmations_size() == 1);
  say_size(club.test, club.kept, "40");
  const v1::Member own_word = by_id(club.test, club.kept).member();
  REQUIRE(own_word.custom_values_size() == 1);
  CHECK(own_word.custom_values(0).value() == "40");
}

TEST_CASE("a lead that is sent again after a merge adds nothing") {
  TwoCards club;
  v1::CaptureLeadRequest lead;
  lead.add_keys()->set_card("l");
  lead.set_first_name("Miriam");
  lead.add_signs()->set_kind(v1::SIGN_KIND_ENQUIRY);
  v1::Consent& consent = *lead.add_consents();
  consent.set_channel(v1::CONTACT_CHANNEL_SMS);
  consent.set_granted(true);
  consent.set_wording("wording 7");
  const auto capture = [&] {
    const auto captured = wait_for<v1::CaptureLeadResponse>(
        [&](auto answer) { capture_lead(club.test.club(), lead, std::move(answer)); });
    INFO(captured.status());
    REQUIRE(captured.ok());
  };
  capture();
  REQUIRE(merge(club.test, club.kept, club.lost).ok());
  const int64_t snapshot = by_id(club.test, club.kept).member().facts().snapshot();
  lead.set_first_name("Miri");
  capture();
  const v1::Member both = by_id(club.test, club.kept).member();
  CHECK(both.first_name() == "Miriam");
  CHECK(both.consents_size() == 1);
  CHECK(both.signs_size() == 1);
  CHECK(both.facts().snapshot() == snapshot);
  consent.set_wording("wording 8");
  lead.set_last_name("Toledano");
  capture();
  const v1::Member more = by_id(club.test, club.kept).member();
  CHECK(more.consents_size() == 2);
  CHECK(more.last_name() == "Toledano");
  REQUIRE(undo(club.test, club.lost).ok());
  CHECK(by_id(club.test, club.kept).member().first_name().empty());
}

TEST_CASE("the merged one is not asked again what the lost one was asked") {
  TwoCards club;
  ask_for_size(club.test);
  note_ask(club.test, club.lost, "custom.size");
  CHECK(identify(club.test, "k").ask().field() == "custom.size");
  REQUIRE(merge(club.test, club.kept, club.lost).ok());
  CHECK(identify(club.test, "k").ask().field() == "first_name");
  CHECK(identify(club.test, "l").ask().field() == "first_name");
}

TEST_CASE("who wants no services wants none while merged") {
  TwoCards club;
  set_wish(club.test, club.lost, true);
  REQUIRE(merge(club.test, club.kept, club.lost).ok());
  CHECK(by_id(club.test, club.kept).member().has_refuse_time());
  CHECK(identify(club.test, "k").ask().field().empty());
  REQUIRE(undo(club.test, club.lost).ok());
  CHECK(!by_id(club.test, club.kept).member().has_refuse_time());
  CHECK(by_id(club.test, club.lost).member().has_refuse_time());
  REQUIRE(merge(club.test, club.kept, club.lost, "m2").ok());
  CHECK(!set_wish(club.test, club.kept, false).has_refuse_time());
}

TEST_CASE("who was archived and bought since under the other name is back") {
  TwoCards club;
  archive(club.test, club.kept, "a1");
  buy(club.test, "1", "2026-03-19T10:00:00Z", "l");
  REQUIRE(merge(club.test, club.kept, club.lost).ok());
  CHECK(by_id(club.test, club.kept).member().has_archive_time());
  REQUIRE(undo(club.test, club.lost).ok());
  club.test.clock().set(us("2026-03-25T12:00:00Z"));
  buy(club.test, "2", "2026-03-24T10:00:00Z", "l");
  REQUIRE(merge(club.test, club.kept, club.lost, "m2").ok());
  CHECK(!by_id(club.test, club.kept).member().has_archive_time());
}

TEST_CASE("who is archived again stays so when an older sale arrives") {
  TwoCards club;
  archive(club.test, club.kept, "a1");
  club.test.clock().set(us("2026-03-25T12:00:00Z"));
  archive(club.test, club.kept, "a2");
  buy(club.test, "1", "2026-03-24T10:00:00Z", "k");
  CHECK(by_id(club.test, club.kept).member().has_archive_time());
  buy(club.test, "2", "2026-03-25T12:00:01Z", "k");
  CHECK(!by_id(club.test, club.kept).member().has_archive_time());
}

TEST_CASE("a clock that was set back makes nobody a part of themselves") {
  TwoCards club;
  REQUIRE(merge(club.test, club.kept, club.lost).ok());
  club.test.clock().set(us("2026-03-28T12:00:00Z"));
  REQUIRE(undo(club.test, club.lost).ok());
  club.test.clock().set(us("2026-03-22T12:00:00Z"));
  REQUIRE(merge(club.test, club.lost, club.kept, "m2").ok());
  buy(club.test, "1", "2026-03-22T11:00:00Z", "k");
  CHECK(identify(club.test, "k").facts().member_id() == club.lost);
  club.test.clock().set(us("2026-03-29T12:00:00Z"));
  buy(club.test, "2", "2026-03-29T11:00:00Z", "k");
  CHECK(identify(club.test, "k").facts().purchase_day_count() == 2);
  CHECK(club.test.verify() == std::vector<std::string>{});
}

TEST_CASE("who was one with a stranger through another leaves nothing there") {
  TwoCards club;
  TestClub& test = club.test;
  const std::string third = test.enroll("third-card-31337", "2026-03-01T09:00:00Z");
  REQUIRE(merge(test, club.lost, third, "m1").ok());
  REQUIRE(merge(test, club.kept, club.lost, "m2").ok());
  REQUIRE(undo(test, club.lost, "u2").ok());
  REQUIRE(undo(test, third, "u1").ok());
  const std::string naming = "SELECT count(*) FROM decisions WHERE instr(answer, '31337') > 0";
  CHECK(test.query(naming) == 4);
  test.erase(third);
  CHECK(test.query(naming) == 0);
  CHECK(identify(test, "k").facts().member_id() == club.kept);
}

TEST_CASE("erasing again takes what was written since") {
  TwoCards club;
  club.test.erase(club.lost);
  set_wish(club.test, club.lost, true);
  const std::string said = "SELECT count(*) FROM decisions WHERE note = 'by phone'";
  CHECK(club.test.query(said) == 1);
  club.test.erase(club.lost);
  CHECK(club.test.query(said) == 0);
}

}  // namespace
}  // namespace moadon
