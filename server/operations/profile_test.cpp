#include <string>
#include <vector>

#include "rules/refusal.h"
#include "server/operations/add_note.h"
#include "server/operations/enroll_member.h"
#include "server/operations/find_member.h"
#include "server/operations/note_asked.h"
#include "server/operations/record_consent.h"
#include "server/operations/record_interest.h"
#include "server/operations/save_settings.h"
#include "server/operations/set_service_wish.h"
#include "server/operations/test_club.h"
#include "server/operations/update_member.h"
#include "tests/catch.h"

namespace moadon {
namespace {

v1::Key card(const std::string& number) {
  v1::Key key;
  key.set_card(number);
  return key;
}

absl::StatusOr<v1::CaptureLeadResponse> capture(TestClub& test,
                                                const v1::CaptureLeadRequest& request) {
  return wait_for<v1::CaptureLeadResponse>(
      [&](auto answer) { capture_lead(test.club(), request, std::move(answer)); });
}

absl::StatusOr<v1::RecordInterestResponse> interest(TestClub& test,
                                                    const v1::RecordInterestRequest& request) {
  return wait_for<v1::RecordInterestResponse>(
      [&](auto answer) { record_interest(test.club(), request, std::move(answer)); });
}

absl::StatusOr<v1::UpdateMemberResponse> update(TestClub& test,
                                                const v1::UpdateMemberRequest& request) {
  return wait_for<v1::UpdateMemberResponse>(
      [&](auto answer) { update_member(test.club(), request, std::move(answer)); });
}

absl::StatusOr<v1::RecordConsentResponse> consent(TestClub& test,
                                                  const v1::RecordConsentRequest& request) {
  return wait_for<v1::RecordConsentResponse>(
      [&](auto answer) { record_consent(test.club(), request, std::move(answer)); });
}

absl::Status save(TestClub& test, const v1::ClubSettings& settings) {
  v1::SaveSettingsRequest request;
  *request.mutable_settings() = settings;
  request.mutable_settings()->set_revision(test.club().view()->settings().revision());
  return wait_for<v1::SaveSettingsResponse>(
             [&](auto answer) { save_settings(test.club(), request, std::move(answer)); })
      .status();
}

absl::Status note_ask(TestClub& test, const std::string& member_id, const std::string& field,
                      absl::string_view time, const std::string& register_id = "live") {
  v1::NoteAskedRequest request;
  v1::Asked& asked = *request.add_asks();
  asked.set_member_id(member_id);
  asked.set_field(field);
  *asked.mutable_ask_time() = at(time);
  const ClubViewPtr view = test.club().view();
  return wait_for<v1::NoteAskedResponse>([&](auto answer) {
           note_asked(test.club(), *view->register_of_id(register_id), request, std::move(answer));
         })
      .status();
}

std::string asked_for(TestClub& test, const std::string& number) {
  return find_member(test.club(), card(number))->ask().field();
}

v1::CaptureLeadRequest lead(const std::string& number) {
  v1::CaptureLeadRequest request;
  *request.add_keys() = card(number);
  request.mutable_source()->set_kind(v1::SOURCE_KIND_CAMPAIGN);
  request.mutable_source()->set_name("spring");
  *request.mutable_occurred_at() = at("2026-01-05T10:00:00Z");
  return request;
}

// One sign of a member by card.
v1::RecordInterestRequest sign(const std::string& number, v1::SignKind kind,
                               absl::string_view time) {
  v1::RecordInterestRequest request;
  *request.mutable_key() = card(number);
  request.add_signs()->set_kind(kind);
  *request.mutable_signs(0)->mutable_occurred_at() = at(time);
  return request;
}

TEST_CASE("a lead is potential, and interested with a sign of interest") {
  TestClub test;
  test.clock().set(us("2026-01-10T10:00:00Z"));
  const auto captured = capture(test, lead("c1"));
  REQUIRE(captured.ok());
  CHECK(!captured->was_known());
  CHECK(captured->member().facts().stage() == v1::STAGE_POTENTIAL);
  CHECK(captured->member().enrolled_date().empty());
  CHECK(captured->member().met_date() == "2026-01-05");
  CHECK(captured->member().source().name() == "spring");
  v1::CaptureLeadRequest keen = lead("c2");
  keen.add_signs()->set_kind(v1::SIGN_KIND_ENQUIRY);
  CHECK(capture(test, keen)->member().facts().stage() == v1::STAGE_INTERESTED);
  const v1::GetMemberResponse story = test.member("c2");
  REQUIRE(story.member().signs_size() == 1);
  CHECK(story.member().signs(0).sign_date() == "2026-01-05");
  REQUIRE(interest(test, sign("c1", v1::SIGN_KIND_BASKET, "2026-01-09T10:00:00Z")).ok());
  CHECK(test.member("c1").member().facts().stage() == v1::STAGE_INTERESTED);
  test.clock().set(us("2026-02-09T10:00:00Z"));
  test.age();
  CHECK(test.member("c1").member().facts().stage() == v1::STAGE_POTENTIAL);
  CHECK(test.verify().empty());
}

TEST_CASE("a lead who is a member by any key is recognised, and repeats change nothing") {
  TestClub test;
  const std::string member_id = test.enroll("c1", "2026-01-01T10:00:00Z");
  v1::CaptureLeadRequest request = lead("c1");
  request.add_keys()->set_email("dana@example.com");
  request.set_first_name("Dana");
  request.add_signs()->set_kind(v1::SIGN_KIND_VISIT);
  const auto captured = capture(test, request);
  REQUIRE(captured.ok());
  CHECK(captured->was_known());
  CHECK(captured->member().member_id() == member_id);
  CHECK(captured->member().enrolled_date() == "2026-01-01");
  // By the key that the first lead brought.
  v1::CaptureLeadRequest again = lead("c1");
  again.mutable_keys(0)->set_email("DANA@example.com");
  CHECK(capture(test, again)->member().member_id() == member_id);
  const int64_t snapshot = test.member("c1").member().facts().snapshot();
  REQUIRE(capture(test, request).ok());
  CHECK(test.member("c1").member().facts().snapshot() == snapshot);
  CHECK(test.query("SELECT COUNT(*) FROM members") == 1);
  CHECK(test.query("SELECT COUNT(*) FROM member_signs") == 1);
}

TEST_CASE("an undated lead that is sent twice shows one sign, a dated one each") {
  TestClub test;
  v1::CaptureLeadRequest request = lead("c1");
  request.clear_occurred_at();
  request.add_signs()->set_kind(v1::SIGN_KIND_ENQUIRY);
  REQUIRE(capture(test, request).ok());
  test.clock().set(test.clock().now_us() + 1'000'000);
  REQUIRE(capture(test, request).ok());
  CHECK(test.query("SELECT COUNT(*) FROM member_signs") == 1);
  REQUIRE(interest(test, sign("c1", v1::SIGN_KIND_QUOTE, "2026-01-01T08:00:00Z")).ok());
  REQUIRE(interest(test, sign("c1", v1::SIGN_KIND_QUOTE, "2026-01-01T09:00:00Z")).ok());
  REQUIRE(interest(test, sign("c1", v1::SIGN_KIND_QUOTE, "2026-01-01T09:00:00Z")).ok());
  CHECK(test.query("SELECT COUNT(*) FROM member_signs") == 3);
  CHECK(test.query("SELECT sign_count FROM members") == 3);
  CHECK(test.verify().empty());
}

TEST_CASE("branch and source are the earliest contact's, in any order of arrival") {
  const auto told = [](bool lead_first) {
    TestClub test;
    const v1::Sale bought = sale("1", "2026-01-03T10:00:00Z", "c1", {{"milk"}});
    if (!lead_first) REQUIRE(test.record("r1", bought).has_recorded());
    test.enroll("c1", "2026-01-07T10:00:00Z");
    v1::CaptureLeadRequest later = lead("c1");
    *later.mutable_occurred_at() = at("2026-01-06T10:00:00Z");
    later.mutable_source()->set_name("autumn");
    REQUIRE(capture(test, later).ok());
    REQUIRE(capture(test, lead("c1")).ok());
    if (lead_first) REQUIRE(test.record("r1", bought).has_recorded());
    const v1::Member member = test.member("c1").member();
    return std::vector<std::string>{member.met_branch_id(), member.source().name(),
                                    member.met_date()};
  };
  const std::vector<std::string> expected = {"b1", "spring", "2026-01-03"};
  CHECK(told(true) == expected);
  CHECK(told(false) == expected);
}

TEST_CASE("a withdrawal needs no wording, and the same word again adds nothing") {
  TestClub test;
  v1::RecordConsentRequest request;
  request.set_member_id(test.enroll("c1", "2026-01-01T10:00:00Z"));
  v1::Consent& given = *request.add_consents();
  given.set_channel(v1::CONTACT_CHANNEL_SMS);
  given.set_granted(true);
  CHECK(reason_of(consent(test, request).status()) == v1::REASON_FIELD_MISSING);
  given.set_wording("v1");
  given.set_place("site");
  REQUIRE(consent(test, request).ok());
  REQUIRE(consent(test, request).ok());
  given.set_granted(false);
  given.clear_wording();
  const auto withdrawn = consent(test, request);
  REQUIRE(withdrawn.ok());
  REQUIRE(withdrawn->member().consents_size() == 2);
  CHECK(withdrawn->member().consents(0).granted());
  CHECK(!withdrawn->member().consents(1).granted());
  given.set_granted(true);
  given.set_wording("v1");
  CHECK(consent(test, request)->member().consents_size() == 3);
}

TEST_CASE("details know when and by whom they were last said") {
  TestClub test;
  v1::UpdateMemberRequest request;
  request.set_member_id(test.enroll("c1", "2026-01-01T10:00:00Z"));
  request.set_city("Haifa");
  request.set_gender(v1::GENDER_FEMALE);
  request.set_actor("noa");
  test.clock().set(us("2026-01-02T10:00:00Z"));
  REQUIRE(update(test, request).ok());
  v1::UpdateMemberRequest confirm;
  confirm.set_member_id(request.member_id());
  confirm.add_confirm_fields("city");
  confirm.add_confirm_fields("first_name");  // not known: nothing to confirm
  confirm.set_actor("dana");
  confirm.set_gender(v1::GENDER_UNSPECIFIED);
  test.clock().set(us("2026-01-03T10:00:00Z"));
  REQUIRE(update(test, confirm).ok());
  const v1::Member member = test.member("c1").member();
  CHECK(member.city() == "Haifa");
  CHECK(member.gender() == v1::GENDER_UNSPECIFIED);
  REQUIRE(member.confirmations_size() == 1);
  CHECK(member.confirmations(0).field() == "city");
  CHECK(member.confirmations(0).actor() == "dana");
  CHECK(member.confirmations(0).confirm_time().seconds() == us("2026-01-03T10:00:00Z") / 1'000'000);
  confirm.set_confirm_fields(0, "phone");
  CHECK(reason_of(update(test, confirm).status()) == v1::REASON_FIELD_INVALID);
}

TEST_CASE("fields of the owner's take what fits them") {
  TestClub test;
  v1::ClubSettings settings;
  v1::CustomField& size = *settings.add_custom_fields();
  size.set_field_id("size");
  size.set_title("Shoe size");
  size.mutable_number();
  v1::CustomField& drink = *settings.add_custom_fields();
  drink.set_field_id("drink");
  drink.set_title("Drink");
  drink.mutable_choice()->add_choices("tea");
  REQUIRE(save(test, settings).ok());
  const std::string member_id = test.enroll("c1", "2026-01-01T10:00:00Z");
  const auto set = [&](const std::string& field_id, const std::string& value) {
    v1::UpdateMemberRequest request;
    request.set_member_id(member_id);
    request.add_custom_values()->set_field_id(field_id);
    request.mutable_custom_values(0)->set_value(value);
    return reason_of(update(test, request).status());
  };
  CHECK(set("size", "-3.5") == v1::REASON_UNSPECIFIED);
  CHECK(set("drink", "tea") == v1::REASON_UNSPECIFIED);
  for (const char* const wrong : {"large", "1.", ".5", "1e3", "--1", "1.2.3"}) {
    CHECK(set("size", wrong) == v1::REASON_FIELD_INVALID);
  }
  CHECK(set("drink", "coffee") == v1::REASON_FIELD_INVALID);
  CHECK(set("colour", "red") == v1::REASON_FIELD_INVALID);
  CHECK(test.member("c1").member().custom_values_size() == 2);
  CHECK(set("size", "") == v1::REASON_UNSPECIFIED);
  const v1::Member member = test.member("c1").member();
  REQUIRE(member.custom_values_size() == 1);
  CHECK(member.custom_values(0).value() == "tea");
  CHECK(member.confirmations_size() == 1);
}

TEST_CASE("what is missing is asked for one at a time, and not again within the pause") {
  TestClub test;
  test.add_register("live", /*replays_history=*/false);
  test.clock().set(us("2026-01-10T10:00:00Z"));
  const std::string member_id = test.enroll("c1", "2026-01-01T10:00:00Z");
  CHECK(asked_for(test, "c1") == "first_name");
  const auto found = find_member(test.club(), card("c1"));
  CHECK(found->missing_fields_size() == 4);
  CHECK(!found->ask().sentence().empty());
  REQUIRE(note_ask(test, member_id, "first_name", "2026-01-10T10:00:00Z").ok());
  CHECK(asked_for(test, "c1") == "phone");
  REQUIRE(note_ask(test, member_id, "phone", "2026-01-11T10:00:00Z").ok());  // a clock ahead
  REQUIRE(note_ask(test, member_id, "email", "2026-01-10T10:00:00Z").ok());
  REQUIRE(note_ask(test, member_id, "birth_date", "2026-01-10T10:00:00Z").ok());
  CHECK(asked_for(test, "c1").empty());
  test.clock().set(us("2026-02-08T10:00:00Z"));
  CHECK(asked_for(test, "c1").empty());
  test.clock().set(us("2026-02-09T00:00:00Z"));
  CHECK(asked_for(test, "c1") == "first_name");
  v1::UpdateMemberRequest told;
  told.set_member_id(member_id);
  told.set_first_name("Dana");
  REQUIRE(update(test, told).ok());
  CHECK(asked_for(test, "c1") == "phone");
}

TEST_CASE("nobody is asked who wants no services, and nobody by a register that replays") {
  TestClub test;
  test.clock().set(us("2026-01-10T10:00:00Z"));
  const std::string member_id = test.enroll("c1", "2026-01-01T10:00:00Z");
  REQUIRE(note_ask(test, member_id, "first_name", "2026-01-10T10:00:00Z", "r1").ok());
  CHECK(asked_for(test, "c1") == "first_name");
  v1::SetServiceWishRequest wish;
  wish.set_request_id("w1");
  wish.set_member_id(member_id);
  wish.set_refuses_services(true);
  wish.set_note("called");
  wish.set_actor("noa");
  const auto set = [&] {
    return wait_for<v1::SetServiceWishResponse>(
        [&](auto answer) { set_service_wish(test.club(), wish, std::move(answer)); });
  };
  REQUIRE(set().ok());
  CHECK(asked_for(test, "c1").empty());
  CHECK(find_member(test.club(), card("c1"))->missing_fields_size() == 4);
  const auto since = test.member("c1").member().refuse_time();
  test.clock().set(us("2026-01-11T10:00:00Z"));
  wish.set_request_id("w2");
  REQUIRE(set().ok());
  CHECK(test.member("c1").member().refuse_time().seconds() == since.seconds());
  wish.set_request_id("w3");
  wish.set_refuses_services(false);
  REQUIRE(set().ok());
  CHECK(!test.member("c1").member().has_refuse_time());
  CHECK(asked_for(test, "c1") == "first_name");
}

TEST_CASE("the owner says what is asked for, in which order and how often") {
  TestClub test;
  test.add_register("live", /*replays_history=*/false);
  test.clock().set(us("2026-01-10T10:00:00Z"));
  const std::string member_id = test.enroll("c1", "2026-01-01T10:00:00Z");
  CHECK(asked_for(test, "c1") == "first_name");
  v1::ClubSettings settings;
  v1::CustomField& dog = *settings.add_custom_fields();
  dog.set_field_id("dog");
  dog.set_title("שם הכלב");
  settings.add_ask_fields("custom.dog");
  settings.add_ask_fields("city");
  settings.set_ask_pause_days(2);
  REQUIRE(save(test, settings).ok());
  const auto found = find_member(test.club(), card("c1"));
  CHECK(found->ask().field() == "custom.dog");
  CHECK(found->ask().sentence() == "אפשר לשאול: שם הכלב?");
  REQUIRE(note_ask(test, member_id, "custom.dog", "2026-01-10T10:00:00Z").ok());
  CHECK(asked_for(test, "c1") == "city");
  test.clock().set(us("2026-01-11T23:00:00Z"));
  CHECK(asked_for(test, "c1") == "city");
  test.clock().set(us("2026-01-12T00:00:00Z"));
  CHECK(asked_for(test, "c1") == "custom.dog");
}

TEST_CASE("whoever answers one question at the till is not asked the next at once") {
  TestClub test;
  test.add_register("live", /*replays_history=*/false);
  const std::string member_id = test.enroll("c1", "2026-01-01T10:00:00Z");
  v1::EnrollMemberRequest answered;
  *answered.add_keys() = card("c1");
  answered.set_first_name("Dana");
  const ClubViewPtr view = test.club().view();
  const auto enrolled = wait_for<v1::IdentifyResponse>([&](auto answer) {
    enroll_member_at(test.club(), *view->register_of_id("live"), answered, std::move(answer));
  });
  REQUIRE(enrolled.ok());
  CHECK(enrolled->facts().member_id() == member_id);
  CHECK(!enrolled->has_ask());
  CHECK(enrolled->missing_fields_size() == 3);
  const v1::Member member = test.member("c1").member();
  REQUIRE(member.confirmations_size() == 1);
  CHECK(member.confirmations(0).actor() == "register/live");
}

TEST_CASE("a note is written down once per request") {
  TestClub test;
  v1::AddNoteRequest request;
  request.set_request_id("n1");
  request.set_member_id(test.enroll("c1", "2026-01-01T10:00:00Z"));
  request.set_text("likes tea");
  request.set_actor("noa");
  const auto add = [&] {
    return wait_for<v1::AddNoteResponse>(
        [&](auto answer) { add_note(test.club(), request, std::move(answer)); });
  };
  REQUIRE(add().ok());
  REQUIRE(add().ok());
  CHECK(test.member("c1").member().notes_size() == 1);
  request.set_text("likes coffee");
  CHECK(reason_of(add().status()) == v1::REASON_REQUEST_REUSED);
  request.set_request_id("n2");
  REQUIRE(add().ok());
  const v1::Member member = test.member("c1").member();
  REQUIRE(member.notes_size() == 2);
  CHECK(member.notes(0).text() == "likes tea");
  CHECK(member.notes(1).text() == "likes coffee");
}

}  // namespace
}  // namespace moadon
