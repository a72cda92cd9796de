#include "client/cli/settings.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/exit_codes.h"
#include "client/cli/json_output.h"
#include "client/cli/message_file.h"
#include "client/cli/program_words.h"
#include "client/cli/table.h"
#include "moadon/v1/settings.grpc.pb.h"

namespace moadon::cli {
namespace {

constexpr std::array<Text, 7> kWeekdays = {{{"Sunday", "יום ראשון"},
                                            {"Monday", "יום שני"},
                                            {"Tuesday", "יום שלישי"},
                                            {"Wednesday", "יום רביעי"},
                                            {"Thursday", "יום חמישי"},
                                            {"Friday", "יום שישי"},
                                            {"Saturday", "שבת"}}};
// What settings.proto says of fields that are 0 or empty.
constexpr int kDefaultAskPauseDays = 30;
constexpr int kDefaultReviewPauseDays = 180;
constexpr int kDefaultReviewSilentDays = 365;
constexpr std::array kDefaultAskFields = {"first_name", "phone", "email", "birth_date"};

// The settings in a file, or what `settings show --json` printed.
absl::StatusOr<v1::ClubSettings> read_settings(const std::string& path) {
  v1::ClubSettings settings;
  const absl::Status status = read_message(path, "FILE", settings);
  if (status.ok()) return settings;
  v1::GetSettingsResponse shown;
  if (path != "-" && read_message(path, "FILE", shown).ok()) return shown.settings();
  return status;
}

std::string kind_text(Session& session, const v1::CustomField& field) {
  switch (field.kind_case()) {
    case v1::CustomField::kNumber:
      return session.say({"a number", "מספר"});
    case v1::CustomField::kDate:
      return session.say({"a date", "תאריך"});
    case v1::CustomField::kChoice:
      return absl::StrJoin(field.choice().choices(), session.say({" or ", " או "}));
    case v1::CustomField::KIND_NOT_SET:
      break;
  }
  return session.say({"any text", "טקסט חופשי"});
}

std::string days_or(Session& session, int days, int fallback) {
  return session.days(days == 0 ? fallback : days);
}

std::string week_start_text(Session& session, int day) {
  if (day == 0) return session.say({"as the country does", "כנהוג במדינה"});
  return session.say(kWeekdays[day - 1]);
}

// Names of fields, as they are written in the file.
template <typename Fields>
std::string fields_text(Session& session, const Fields& fields) {
  return session.plain(absl::StrJoin(fields, ", "));
}

void print_targets(Session& session, const v1::Targets& targets) {
  Table table({{""}, {"", Align::kRight}});
  const auto add = [&](const Text& label, std::int64_t target) {
    if (target > 0) table.add({session.say(label), session.count(target)});
  };
  add({"members on the list", "חברים ברשימה"}, targets.list_size());
  add({"people met per week", "היכרויות בשבוע"}, targets.met_per_week());
  add({"people met per month", "היכרויות בחודש"}, targets.met_per_month());
  add({"first purchases per week", "קניות ראשונות בשבוע"}, targets.first_purchases_per_week());
  add({"first purchases per month", "קניות ראשונות בחודש"}, targets.first_purchases_per_month());
  if (table.empty()) return;
  session.out() << '\n' << session.say({"Targets", "יעדים"}) << '\n';
  table.print(session.out());
}

void print_custom_fields(Session& session, const v1::ClubSettings& settings) {
  if (settings.custom_fields().empty()) return;
  session.out() << '\n' << session.say({"Further details", "פרטים נוספים"}) << '\n';
  Table table({{session.say({"field", "שדה"})},
               {session.say({"title", "כותרת"})},
               {session.say({"values", "ערכים"})}});
  for (const v1::CustomField& field : settings.custom_fields()) {
    table.add({session.plain(field.field_id()), field.title(), kind_text(session, field)});
  }
  table.print(session.out());
}

}  // namespace

v1::ClubSettings settings_template() {
  v1::ClubSettings settings;
  v1::Targets& targets = *settings.mutable_targets();
  targets.set_list_size(1000);
  targets.set_met_per_week(10);
  targets.set_met_per_month(40);
  targets.set_first_purchases_per_week(8);
  targets.set_first_purchases_per_month(30);
  v1::CustomField& field = *settings.add_custom_fields();
  field.set_field_id("diet");
  field.set_title("Diet");
  for (const char* const choice : {"any", "vegetarian", "vegan"}) {
    field.mutable_choice()->add_choices(choice);
  }
  for (const char* const name : kDefaultAskFields) settings.add_ask_fields(name);
  settings.set_ask_pause_days(kDefaultAskPauseDays);
  settings.set_review_pause_days(kDefaultReviewPauseDays);
  settings.set_review_silent_days(kDefaultReviewSilentDays);
  return settings;
}

void print_settings(Session& session, const v1::ClubSettings& settings) {
  Table table({{""}, {""}});
  if (settings.revision() > 0) {
    table.add(
        {session.say({"saved", "נשמרו"}), session.moment(settings.save_time(), session.zone())});
  }
  table.add({session.say({"first day of the week", "היום הראשון בשבוע"}),
             week_start_text(session, settings.week_start_day())});
  table.add({session.say({"the cashier asks for", "הקופאי מבקש"}),
             settings.ask_fields().empty() ? fields_text(session, kDefaultAskFields)
                                           : fields_text(session, settings.ask_fields())});
  table.add({session.say({"and not again within", "ולא שוב במשך"}),
             days_or(session, settings.ask_pause_days(), kDefaultAskPauseDays)});
  table.add({session.say({"review of the silent after", "בדיקת מי ששקט כבר"}),
             days_or(session, settings.review_silent_days(), kDefaultReviewSilentDays)});
  table.add({session.say({"and not again within", "ולא שוב במשך"}),
             days_or(session, settings.review_pause_days(), kDefaultReviewPauseDays)});
  const v1::Program none;
  const std::string discontinued =
      ProgramWords(none, session.language()).filter(settings.discontinued());
  if (!discontinued.empty()) {
    table.add({session.say({"not sold any more", "לא נמכרים עוד"}), discontinued});
  }
  table.print(session.out());
  print_targets(session, settings.targets());
  print_custom_fields(session, settings);
}

SettingsCommands::SettingsCommands(CLI::App& app, Action& chosen) {
  CLI::App* const noun =
      app.add_subcommand("settings", "Targets, details to ask for, the week, reviews");
  noun->require_subcommand(1);

  CLI::App* const ready = noun->add_subcommand("template", "Settings to start from, as JSON");
  ready->callback([&chosen] {
    chosen = [](Session& session) -> absl::StatusOr<int> {
      session.out() << to_readable_json(settings_template());
      return kExitDone;
    };
  });

  CLI::App* const show = noun->add_subcommand("show", "The settings in words; --json: as JSON");
  show->callback(
      [this, &chosen] { chosen = [this](Session& session) { return this->show(session); }; });

  CLI::App* const save = noun->add_subcommand("save", "Put a file in the place of the settings");
  save->add_option("FILE,--file", file_, "Settings as JSON, with the revision shown; - for stdin")
      ->required();
  save->callback(
      [this, &chosen] { chosen = [this](Session& session) { return this->save(session); }; });
}

absl::StatusOr<int> SettingsCommands::show(Session& session) const {
  const auto answer =
      session.call(&v1::SettingsService::Stub::GetSettings, v1::GetSettingsRequest());
  if (!answer.ok()) return answer.status();
  if (session.json()) {
    session.out() << to_json(*answer) << '\n';
  } else {
    print_settings(session, answer->settings());
  }
  return kExitDone;
}

absl::StatusOr<int> SettingsCommands::save(Session& session) const {
  absl::StatusOr<v1::ClubSettings> settings = read_settings(file_);
  if (!settings.ok()) return settings.status();
  v1::SaveSettingsRequest request;
  *request.mutable_settings() = *std::move(settings);
  const auto saved = session.call(&v1::SettingsService::Stub::SaveSettings, request);
  if (!saved.ok()) return saved.status();
  if (session.json()) {
    session.out() << to_json(*saved) << '\n';
  } else {
    session.words() << session.say({"saved as revision ", "נשמרו כמהדורה "})
                    << session.count(saved->settings().revision()) << '\n';
  }
  return kExitDone;
}

}  // namespace moadon::cli
