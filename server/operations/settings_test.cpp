#include <string>

#include "absl/strings/str_cat.h"
#include "rules/refusal.h"
#include "server/operations/club_settings.h"
#include "server/operations/save_settings.h"
#include "server/operations/test_club.h"
#include "tests/catch.h"

namespace moadon {
namespace {

absl::StatusOr<v1::ClubSettings> save(TestClub& club, const v1::ClubSettings& settings) {
  v1::SaveSettingsRequest request;
  *request.mutable_settings() = settings;
  const auto saved = wait_for<v1::SaveSettingsResponse>(
      [&](auto answer) { save_settings(club.club(), request, std::move(answer)); });
  if (!saved.ok()) return saved.status();
  return saved->settings();
}

v1::ClubSettings kept(TestClub& club) { return get_settings(club.club()).settings(); }

v1::ClubSettings with_target(int64_t list_size) {
  v1::ClubSettings settings;
  settings.mutable_targets()->set_list_size(list_size);
  return settings;
}

v1::CustomField choice(const std::string& id, const std::vector<std::string>& choices) {
  v1::CustomField field;
  field.set_field_id(id);
  field.set_title("Title");
  for (const std::string& name : choices) field.mutable_choice()->add_choices(name);
  return field;
}

TEST_CASE("a club that never saved settings has the defaults") {
  TestClub club;
  CHECK(kept(club).revision() == 0);
  CHECK(ask_fields(kept(club)) ==
        std::vector<std::string>{"first_name", "phone", "email", "birth_date"});
  CHECK(ask_pause_days(kept(club)) == 30);
  CHECK(review_pause_days(kept(club)) == 180);
  CHECK(review_silent_days(kept(club)) == 365);
}

TEST_CASE("settings that were saved are seen at once and after a restart") {
  TestClub club;
  v1::ClubSettings settings = with_target(500);
  settings.add_ask_fields("email");
  settings.set_ask_pause_days(7);
  const v1::ClubSettings saved = save(club, settings).value();
  CHECK(saved.revision() == 1);
  CHECK(saved.save_time().seconds() == club.clock().now_us() / 1'000'000);
  CHECK(ask_fields(kept(club)) == std::vector<std::string>{"email"});
  CHECK(ask_pause_days(kept(club)) == 7);
  club.reopen();
  CHECK(kept(club).SerializeAsString() == saved.SerializeAsString());
}

TEST_CASE("saving what is kept already changes nothing, whatever revision it was read as") {
  TestClub club;
  const v1::ClubSettings saved = save(club, with_target(500)).value();
  club.clock().set(us("2026-02-01T00:00:00Z"));
  CHECK(save(club, with_target(500)).value().SerializeAsString() == saved.SerializeAsString());
  CHECK(save(club, saved).value().SerializeAsString() == saved.SerializeAsString());
}

TEST_CASE("of two who change what they read, the later is told and changes nothing") {
  TestClub club;
  REQUIRE(save(club, with_target(1)).ok());
  const absl::Status refused = save(club, with_target(2)).status();
  CHECK(reason_of(refused) == v1::REASON_SETTINGS_CHANGED);
  CHECK(detail_of(refused).values().at("revision") == "1");
  CHECK(kept(club).targets().list_size() == 1);
  v1::ClubSettings read_again = kept(club);
  read_again.mutable_targets()->set_list_size(2);
  CHECK(save(club, read_again).value().revision() == 2);
}

TEST_CASE("settings have the form that their proto promises") {
  struct Case {
    v1::Reason reason;
    std::string field;
    void (*spoil)(v1::ClubSettings&);
  };
  const std::vector<Case> cases = {
      {v1::REASON_AMOUNT_OUT_OF_RANGE, "settings.targets.list_size",
       [](v1::ClubSettings& s) { s.mutable_targets()->set_list_size(-1); }},
      {v1::REASON_AMOUNT_OUT_OF_RANGE, "settings.targets.first_purchases_per_month",
       [](v1::ClubSettings& s) {
         s.mutable_targets()->set_first_purchases_per_month(1'000'000'001);
       }},
      {v1::REASON_TOO_LARGE, "settings.custom_fields",
       [](v1::ClubSettings& s) {
         for (int i = 0; i < 65; ++i) *s.add_custom_fields() = choice(absl::StrCat("f", i), {"a"});
       }},
      {v1::REASON_FIELD_MISSING, "settings.custom_fields[0].field_id",
       [](v1::ClubSettings& s) { *s.add_custom_fields() = choice("", {"a"}); }},
      {v1::REASON_FIELD_INVALID, "settings.custom_fields[0].field_id",
       [](v1::ClubSettings& s) { *s.add_custom_fields() = choice("Size", {"a"}); }},
      {v1::REASON_FIELD_INVALID, "settings.custom_fields[1].field_id",
       [](v1::ClubSettings& s) {
         *s.add_custom_fields() = choice("size", {"a"});
         *s.add_custom_fields() = choice("size", {"b"});
       }},
      {v1::REASON_FIELD_MISSING, "settings.custom_fields[0].title",
       [](v1::ClubSettings& s) { s.add_custom_fields()->set_field_id("size"); }},
      {v1::REASON_FIELD_MISSING, "settings.custom_fields[0].choice.choices",
       [](v1::ClubSettings& s) {
         *s.add_custom_fields() = choice("size", {});
         s.mutable_custom_fields(0)->mutable_choice();
       }},
      {v1::REASON_FIELD_INVALID, "settings.custom_fields[0].choice.choices[1]",
       [](v1::ClubSettings& s) {
         *s.add_custom_fields() = choice("size", {"a", "a"});
       }},
      {v1::REASON_TEXT_INVALID, "settings.custom_fields[0].choice.choices[0]",
       [](v1::ClubSettings& s) { *s.add_custom_fields() = choice("size", {"a\n"}); }},
      {v1::REASON_FIELD_INVALID, "settings.ask_fields[0]",
       [](v1::ClubSettings& s) { s.add_ask_fields("shoe_size"); }},
      {v1::REASON_FIELD_INVALID, "settings.ask_fields[0]",
       [](v1::ClubSettings& s) { s.add_ask_fields("custom.size"); }},
      {v1::REASON_FIELD_INVALID, "settings.ask_fields[1]",
       [](v1::ClubSettings& s) {
         s.add_ask_fields("city");
         s.add_ask_fields("city");
       }},
      {v1::REASON_FIELD_INVALID, "settings.ask_pause_days",
       [](v1::ClubSettings& s) { s.set_ask_pause_days(3651); }},
      {v1::REASON_FIELD_MISSING, "settings.discontinued.skus[0]",
       [](v1::ClubSettings& s) { s.mutable_discontinued()->add_skus(""); }},
      {v1::REASON_FIELD_INVALID, "settings.week_start_day",
       [](v1::ClubSettings& s) { s.set_week_start_day(8); }},
      {v1::REASON_FIELD_INVALID, "settings.review_pause_days",
       [](v1::ClubSettings& s) { s.set_review_pause_days(-1); }},
      {v1::REASON_FIELD_INVALID, "settings.review_silent_days",
       [](v1::ClubSettings& s) { s.set_review_silent_days(4000); }},
  };
  for (const Case& each : cases) {
    v1::ClubSettings settings;
    each.spoil(settings);
    const absl::Status refused = check_settings(settings);
    INFO(each.field << ": " << refused);
    CHECK(reason_of(refused) == each.reason);
    CHECK(detail_of(refused).values().at("field") == each.field);
  }
}

TEST_CASE("a field of the owner's can be asked for once it is defined") {
  v1::ClubSettings settings;
  *settings.add_custom_fields() = choice("size", {"small", "large"});
  settings.add_ask_fields("custom.size");
  settings.add_ask_fields("phone");
  CHECK(check_settings(settings).ok());
}

}  // namespace
}  // namespace moadon
