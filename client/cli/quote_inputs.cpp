#include "client/cli/quote_inputs.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/cli/exit_codes.h"
#include "client/cli/message_file.h"
#include "rules/calendar.h"
#include "rules/check.h"
#include "rules/money.h"
#include "rules/program.h"
#include "rules/refusal.h"

namespace moadon::cli {
namespace {

constexpr const char* kMemberId = "member";
constexpr std::int64_t kMaxPointsMilli = 1'000'000'000'000'000;

// The same refusal, naming the file.
absl::Status in_file(const std::string& path, const absl::Status& status) {
  if (status.ok()) return status;
  return refuse(detail_of(status), absl::StrCat(path, ": ", status.message()));
}

absl::Status check_range(std::int64_t value, std::int64_t max, const std::string& field) {
  if (value >= 0 && value <= max) return absl::OkStatus();
  const std::string limit = absl::StrCat("0..", max);
  return refuse(v1::REASON_AMOUNT_OUT_OF_RANGE, absl::StrCat(field, " must be within ", limit),
                {{"field", field}, {"limit", limit}});
}

absl::Status check_date(const std::string& date, const std::string& field) {
  return date.empty() ? absl::OkStatus() : parse_day(date, field).status();
}

// MM-DD, as birthdays are kept in facts.
absl::Status check_month_day(const std::string& month_day, const std::string& field) {
  if (month_day.empty()) return absl::OkStatus();
  const std::string in_leap_year = absl::StrCat("2000-", month_day);
  if (parse_day(in_leap_year, field).ok()) return absl::OkStatus();
  return refuse(v1::REASON_FIELD_INVALID, absl::StrCat(field, " must be a month and a day, MM-DD"),
                {{"field", field}, {"limit", "MM-DD"}});
}

absl::Status check_points(const v1::PointsStanding& points) {
  absl::Status status =
      check_range(points.available_milli(), kMaxPointsMilli, "facts.points.available_milli");
  for (int i = 0; i < points.expiring_size() && status.ok(); ++i) {
    const std::string at = absl::StrCat("facts.points.expiring[", i, "].");
    status = parse_day(points.expiring(i).expire_date(), at + "expire_date").status();
    status.Update(
        check_range(points.expiring(i).points_milli(), kMaxPointsMilli, at + "points_milli"));
  }
  return status;
}

// What a person may get wrong in facts; a server's own are right.
absl::Status check_facts(const v1::MemberFacts& facts) {
  absl::Status status =
      check_range(facts.purchase_day_count(), 1'000'000'000, "facts.purchase_day_count");
  status.Update(check_date(facts.last_purchase_date(), "facts.last_purchase_date"));
  status.Update(check_month_day(facts.birthday(), "facts.birthday"));
  status.Update(check_month_day(facts.anniversary(), "facts.anniversary"));
  status.Update(check_points(facts.points()));
  for (int i = 0; i < facts.rights_size() && status.ok(); ++i) {
    const v1::HeldRight& right = facts.rights(i);
    const std::string at = absl::StrCat("facts.rights[", i, "].");
    status = check_id(right.right_id(), at + "right_id");
    status.Update(check_date(right.valid_from_date(), at + "valid_from_date"));
    status.Update(check_date(right.valid_until_date(), at + "valid_until_date"));
    status.Update(check_range(right.uses_left(), 1'000'000, at + "uses_left"));
    status.Update(
        check_range(right.amount_left_minor(), kMaxAmountMinor, at + "amount_left_minor"));
  }
  for (int i = 0; i < facts.uses_size() && status.ok(); ++i) {
    status = check_date(facts.uses(i).last_use_date(),
                        absl::StrCat("facts.uses[", i, "].last_use_date"));
  }
  return status;
}

absl::StatusOr<absl::TimeZone> zone_of(const v1::Program& program) {
  absl::TimeZone zone;
  if (absl::LoadTimeZone(program.time_zone(), &zone)) return zone;
  return refuse(v1::REASON_FIELD_INVALID, "program.time_zone must be an IANA time zone",
                {{"field", "program.time_zone"}, {"limit", "an IANA time zone"}});
}

absl::StatusOr<absl::Time> parse_at(const std::string& at, const absl::TimeZone& zone) {
  absl::Time time;
  std::string error;
  if (absl::ParseTime(absl::RFC3339_full, at, &time, &error) ||
      absl::ParseTime("%Y-%m-%dT%H:%M", at, zone, &time, &error)) {
    return time;
  }
  return as_usage(refuse(v1::REASON_FIELD_INVALID, absl::StrCat("--at: ", error),
                         {{"field", "--at"}, {"limit", "RFC 3339 or YYYY-MM-DDTHH:MM"}}));
}

}  // namespace

absl::StatusOr<QuoteInputs> read_inputs(const QuoteFiles& files) {
  QuoteInputs inputs;
  absl::StatusOr<v1::Program> program = read_program(files.program);
  if (!program.ok()) return program.status();
  inputs.program = *std::move(program);
  absl::Status status = in_file(files.program, check_program(inputs.program));
  if (status.ok()) status = in_file(files.program, zone_of(inputs.program).status());
  if (status.ok()) status = read_message(files.basket, "--basket", inputs.basket);
  if (status.ok()) status = in_file(files.basket, check_basket(inputs.basket));
  if (!status.ok()) return status;
  if (files.facts.empty()) return inputs;
  status = read_message(files.facts, "--facts", inputs.facts);
  if (status.ok()) status = in_file(files.facts, check_facts(inputs.facts));
  if (!status.ok()) return status;
  if (inputs.facts.member_id().empty()) inputs.facts.set_member_id(kMemberId);
  if (inputs.facts.snapshot() == 0) inputs.facts.set_snapshot(1);
  for (int i = 0; i < inputs.facts.rights_size(); ++i) {
    v1::HeldRight& right = *inputs.facts.mutable_rights(i);
    if (right.grant_id().empty()) right.set_grant_id(absl::StrCat("right-", i + 1));
  }
  return inputs;
}

absl::StatusOr<QuoteMoment> moment_of(const QuoteInputs& inputs, const std::string& at,
                                      const std::string& branch_id) {
  constexpr int kMinutesOfHour = 60;
  const absl::StatusOr<absl::TimeZone> zone = zone_of(inputs.program);
  if (!zone.ok()) return zone.status();
  QuoteMoment moment;
  if (!at.empty()) {
    const absl::StatusOr<absl::Time> time = parse_at(at, *zone);
    if (!time.ok()) return time.status();
    moment.time_us = absl::ToUnixMicros(*time);
  } else if (inputs.basket.has_at()) {
    moment.time_us = time_us_of(inputs.basket.at(), "basket.at").value_or(0);
  } else {
    moment.time_us = absl::ToUnixMicros(absl::Now());
  }
  if (moment.time_us < kMinTimeUs || moment.time_us > kMaxTimeUs) {
    return as_usage(refuse(v1::REASON_TIME_OUT_OF_RANGE, "--at is outside what the system keeps",
                           {{"field", "--at"}}));
  }
  const absl::CivilMinute wall = absl::ToCivilMinute(absl::FromUnixMicros(moment.time_us), *zone);
  moment.occasion = {branch_id, business_day(moment.time_us, *zone, 0),
                     wall.hour() * kMinutesOfHour + wall.minute()};
  return moment;
}

}  // namespace moadon::cli
