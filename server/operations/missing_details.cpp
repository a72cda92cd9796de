#include "server/operations/missing_details.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "rules/calendar.h"
#include "rules/profile_check.h"
#include "rules/program.h"
#include "server/operations/ask_line.h"
#include "server/operations/detail_fields.h"
#include "server/operations/person_profile.h"

namespace moadon {
namespace {

constexpr absl::string_view kPhone = "phone";
constexpr absl::string_view kEmail = "email";

bool is_known(absl::string_view field, const storage::NameAndContacts& known,
              const std::vector<storage::CustomValueRow>& custom_values) {
  if (field == kPhone) return known.has_phone;
  if (field == kEmail) return known.has_email;
  if (const DetailField* const detail = detail_field(field); detail != nullptr) {
    return detail->is_known(known.details);
  }
  absl::ConsumePrefix(&field, kCustomPrefix);
  return std::any_of(custom_values.begin(), custom_values.end(),
                     [&](const auto& value) { return value.field_id == field; });
}

// A field of the owner's that was dropped is not asked for.
bool is_offered(absl::string_view field, const v1::ClubSettings& settings) {
  return !absl::ConsumePrefix(&field, kCustomPrefix) || custom_field(settings, field) != nullptr;
}

bool is_in_pause(int64_t ask_us, int64_t pause_days, const Moment& moment) {
  const int64_t today = day_number(moment.view.day_of(moment.now_us));
  return today - day_number(moment.view.day_of(ask_us)) < pause_days;
}

}  // namespace

bool is_ask_field(absl::string_view field) {
  return field == kPhone || field == kEmail || detail_field(field) != nullptr ||
         absl::StartsWith(field, kCustomPrefix);
}

std::vector<std::string> missing_fields(const v1::ClubSettings& settings,
                                        const storage::NameAndContacts& known,
                                        const std::vector<storage::CustomValueRow>& custom_values) {
  std::vector<std::string> missing;
  for (std::string& field : ask_fields(settings)) {
    if (!is_offered(field, settings) || is_known(field, known, custom_values)) continue;
    missing.push_back(std::move(field));
  }
  return missing;
}

std::optional<std::string> field_to_ask(const std::vector<std::string>& missing,
                                        const std::vector<storage::AskRow>& asks,
                                        int64_t pause_days, const Moment& moment) {
  for (const std::string& field : missing) {
    const bool was_asked = std::any_of(asks.begin(), asks.end(), [&](const storage::AskRow& ask) {
      return ask.field == field && is_in_pause(ask.ask_us, pause_days, moment);
    });
    if (!was_asked) return field;
  }
  return std::nullopt;
}

absl::Status tell_missing(sqlite::Connection& connection, const storage::MemberRow& member,
                          const storage::NameAndContacts& known, const Moment& moment,
                          v1::IdentifyResponse& response) {
  if (member.erase_us) return absl::OkStatus();
  const v1::ClubSettings& settings = moment.view.settings();
  std::vector<storage::CustomValueRow> custom_values;
  const bool asks_own_fields =
      std::any_of(settings.ask_fields().begin(), settings.ask_fields().end(),
                  [](const auto& field) { return absl::StartsWith(field, kCustomPrefix); });
  if (asks_own_fields) {
    auto kept = custom_values_of_person(connection, member);
    if (!kept.ok()) return kept.status();
    custom_values = *std::move(kept);
  }
  const std::vector<std::string> missing = missing_fields(settings, known, custom_values);
  response.mutable_missing_fields()->Assign(missing.begin(), missing.end());
  if (missing.empty() || member.refuse_us) return absl::OkStatus();
  const int64_t pause_days = ask_pause_days(settings);
  std::vector<storage::AskRow> asks;
  if (known.last_ask_us && is_in_pause(*known.last_ask_us, pause_days, moment)) {
    auto kept = asks_of_person(connection, member);
    if (!kept.ok()) return kept.status();
    asks = *std::move(kept);
  }
  const std::optional<std::string> field = field_to_ask(missing, asks, pause_days, moment);
  if (!field) return absl::OkStatus();
  response.mutable_ask()->set_field(*field);
  response.mutable_ask()->set_sentence(
      ask_line(language_of(moment.view.program_at(moment.now_us)), *field, settings));
  return absl::OkStatus();
}

}  // namespace moadon
