#include "server/operations/club_settings.h"

#include <algorithm>
#include <array>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/check.h"
#include "rules/field_checks.h"
#include "rules/program_check.h"
#include "rules/refusal.h"

namespace moadon {
namespace {

constexpr size_t kMaxTitleBytes = 100;
constexpr int kDaysPerWeek = 7;
constexpr absl::string_view kCustomPrefix = "custom.";

constexpr std::array<absl::string_view, 4> kDefaultAskFields = {"first_name", "phone", "email",
                                                                "birth_date"};
constexpr std::array<absl::string_view, 11> kAskableFields = {
    "first_name",    "last_name", "birth_date",    "anniversary_date",  "gender",
    "family_status", "city",      "language_code", "preferred_channel", "phone",
    "email"};

absl::Status check_within(int64_t value, int64_t max, const FieldPath& field) {
  if (value >= 0 && value <= max) return absl::OkStatus();
  return invalid(field, absl::StrCat("within 0..", max));
}

absl::Status check_targets(const v1::Targets& targets, const FieldPath& field) {
  absl::Status status;
  const auto check = [&](int64_t value, absl::string_view name) {
    if (status.ok()) status = check_amount(value, 0, kMaxTarget, field.at(name));
  };
  check(targets.list_size(), "list_size");
  check(targets.met_per_week(), "met_per_week");
  check(targets.met_per_month(), "met_per_month");
  check(targets.first_purchases_per_week(), "first_purchases_per_week");
  check(targets.first_purchases_per_month(), "first_purchases_per_month");
  return status;
}

absl::Status check_field_id(absl::string_view id, const FieldPath& field) {
  if (id.empty()) return missing(field);
  const bool is_plain = std::all_of(id.begin(), id.end(), [](unsigned char c) {
    return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_';
  });
  if (is_plain && id.size() <= kMaxIdBytes) return absl::OkStatus();
  return invalid(field, absl::StrCat("1 to ", kMaxIdBytes, " of a-z 0-9 _"));
}

absl::Status check_choices(const v1::ChoiceField& kind, const FieldPath& field) {
  if (kind.choices().empty()) return missing(field);
  absl::Status status = check_count(kind.choices_size(), kMaxChoices, field);
  absl::flat_hash_set<absl::string_view> known;
  for (int i = 0; status.ok() && i < kind.choices_size(); ++i) {
    status = check_text(kind.choices(i), kMaxWordBytes, Presence::kRequired, field.at(i));
    if (status.ok() && !known.insert(kind.choices(i)).second) {
      status = invalid(field.at(i), "another name than those before it");
    }
  }
  return status;
}

absl::Status check_custom_fields(const v1::ClubSettings& settings, const FieldPath& field) {
  absl::Status status = check_count(settings.custom_fields_size(), kMaxCustomFields, field);
  absl::flat_hash_set<absl::string_view> known;
  for (int i = 0; status.ok() && i < settings.custom_fields_size(); ++i) {
    const v1::CustomField& custom = settings.custom_fields(i);
    const FieldPath entry = field.at(i);
    const FieldPath id = entry.at("field_id");
    status = check_field_id(custom.field_id(), id);
    if (status.ok() && !known.insert(custom.field_id()).second) {
      status = invalid(id, "another id than those before it");
    }
    if (status.ok()) {
      status = check_text(custom.title(), kMaxTitleBytes, Presence::kRequired, entry.at("title"));
    }
    if (status.ok() && custom.has_choice()) {
      const FieldPath choice = entry.at("choice");
      status = check_choices(custom.choice(), choice.at("choices"));
    }
  }
  return status;
}

bool is_askable(absl::string_view name, const v1::ClubSettings& settings) {
  if (!absl::StartsWith(name, kCustomPrefix)) {
    return std::find(kAskableFields.begin(), kAskableFields.end(), name) != kAskableFields.end();
  }
  const absl::string_view id = name.substr(kCustomPrefix.size());
  return std::any_of(settings.custom_fields().begin(), settings.custom_fields().end(),
                     [&](const v1::CustomField& custom) { return custom.field_id() == id; });
}

absl::Status check_ask_fields(const v1::ClubSettings& settings, const FieldPath& field) {
  absl::Status status = check_count(settings.ask_fields_size(), kMaxAskFields, field);
  absl::flat_hash_set<absl::string_view> known;
  for (int i = 0; status.ok() && i < settings.ask_fields_size(); ++i) {
    const std::string& name = settings.ask_fields(i);
    if (!is_askable(name, settings)) {
      status = invalid(field.at(i), "a detail that can be kept, phone, email or custom.<field_id>");
    } else if (!known.insert(name).second) {
      status = invalid(field.at(i), "another detail than those before it");
    }
  }
  return status;
}

absl::Status check_products(const v1::ProductFilter& filter, absl::string_view path) {
  ProgramFaults faults(1);
  check_filter(filter, std::string(path), faults);
  if (faults.faults().empty()) return absl::OkStatus();
  const ProgramFault& fault = faults.faults().front();
  const std::string message = absl::StrCat(fault.field, " ", fault.wording.english);
  if (fault.limit.empty()) return refuse(fault.reason, message, {{"field", fault.field}});
  return refuse(fault.reason, message, {{"field", fault.field}, {"limit", fault.limit}});
}

int64_t or_default(int64_t value, int64_t fallback) { return value == 0 ? fallback : value; }

}  // namespace

absl::Status check_settings(const v1::ClubSettings& settings) {
  const FieldPath root("settings");
  const FieldPath targets = root.at("targets");
  absl::Status status = check_targets(settings.targets(), targets);
  if (status.ok()) status = check_custom_fields(settings, root.at("custom_fields"));
  if (status.ok()) status = check_ask_fields(settings, root.at("ask_fields"));
  const auto check_days = [&](int64_t days, int64_t max, absl::string_view name) {
    if (status.ok()) status = check_within(days, max, root.at(name));
  };
  check_days(settings.ask_pause_days(), kMaxPauseDays, "ask_pause_days");
  if (status.ok()) status = check_products(settings.discontinued(), "settings.discontinued");
  check_days(settings.week_start_day(), kDaysPerWeek, "week_start_day");
  check_days(settings.review_pause_days(), kMaxPauseDays, "review_pause_days");
  check_days(settings.review_silent_days(), kMaxPauseDays, "review_silent_days");
  return status;
}

std::vector<std::string> ask_fields(const v1::ClubSettings& settings) {
  if (settings.ask_fields().empty()) return {kDefaultAskFields.begin(), kDefaultAskFields.end()};
  return {settings.ask_fields().begin(), settings.ask_fields().end()};
}

int64_t ask_pause_days(const v1::ClubSettings& settings) {
  return or_default(settings.ask_pause_days(), kDefaultAskPauseDays);
}

int64_t review_pause_days(const v1::ClubSettings& settings) {
  return or_default(settings.review_pause_days(), kDefaultReviewPauseDays);
}

int64_t review_silent_days(const v1::ClubSettings& settings) {
  return or_default(settings.review_silent_days(), kDefaultReviewSilentDays);
}

}  // namespace moadon
