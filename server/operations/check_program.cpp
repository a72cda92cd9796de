#include "server/operations/check_program.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "rules/calendar.h"
#include "rules/durations.h"
#include "rules/offline.h"
#include "rules/program.h"
#include "rules/program_findings.h"
#include "rules/program_takeaway.h"
#include "rules/refusal.h"
#include "server/operations/club_view_builder.h"
#include "server/operations/publish_program.h"
#include "server/storage/club_store.h"

namespace moadon {
namespace {

constexpr int kRegistersPerRead = 1000;
constexpr size_t kMaxNamed = 10;

// Fields from this one on came with agents of this version; older ones keep the version before.
// The latest first.
struct Arrival {
  int first_field;
  absl::string_view agent_version;
};
constexpr Arrival kArrivals[] = {{v1::Program::kOfflineFieldNumber, "0.4.0"},
                                 {v1::Program::kNoticeDaysFieldNumber, "0.2.0"}};

// No branch's business date is earlier by more days than this than the date of the instant in UTC.
constexpr int kMaxDaysBehind = 2;

using Findings = std::vector<v1::ProgramFinding>;

std::string instant_text(int64_t time_us) {
  return absl::FormatTime(absl::RFC3339_full, absl::FromUnixMicros(time_us), absl::UTCTimeZone());
}

std::vector<TakenAway> taken_from(const v1::Program& newest, const v1::Program& program,
                                  int64_t start_us) {
  const absl::CivilDay start_day = business_day(start_us, absl::UTCTimeZone(), 0);
  return takes_away(newest, program, start_day - kMaxDaysBehind);
}

// What a check finds, in the program's language.
class ServerFindings final {
 public:
  ServerFindings(const v1::Program& program, Findings& findings)
      : in_hebrew_(language_of(program) == "he"), findings_(findings) {}

  void add(bool is_error, absl::string_view field, const Wording& wording) {
    v1::ProgramFinding finding;
    finding.set_is_error(is_error);
    finding.set_field(std::string(field));
    finding.set_message(in_hebrew_ ? wording.hebrew : wording.english);
    findings_.push_back(std::move(finding));
  }

 private:
  const bool in_hebrew_;
  Findings& findings_;
};

std::vector<int> version_parts(absl::string_view version) {
  std::vector<int> parts;
  for (const absl::string_view text : absl::StrSplit(version, '.')) {
    int part = 0;
    if (!absl::SimpleAtoi(text, &part)) break;
    parts.push_back(part);
  }
  return parts;
}

// What a program asks of the agents that shall price with it.
struct Demand {
  std::string field;  // that older ones do not know; empty: they all know everything
  absl::string_view agent_version;
};

Demand demand_of(const v1::Program& program) {
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  program.GetReflection()->ListFields(program, &fields);
  for (const Arrival& arrival : kArrivals) {
    const auto found = std::find_if(fields.begin(), fields.end(), [&](const auto* field) {
      return field->number() >= arrival.first_field;
    });
    if (found != fields.end()) return {std::string((*found)->name()), arrival.agent_version};
  }
  return {};
}

// Registers that are not revoked.
struct LiveRegisters {
  int64_t count = 0;
  std::vector<std::string> too_old;  // their agent, when last heard, was before the one demanded
};

absl::StatusOr<LiveRegisters> live_registers(sqlite::Connection& connection, const Demand& demand) {
  LiveRegisters live;
  std::string after_id;
  for (;;) {
    const auto rows = storage::list_registers(connection, after_id, kRegistersPerRead);
    if (!rows.ok()) return rows.status();
    for (const storage::RegisterRow& row : *rows) {
      const v1::Register& at = row.register_;
      if (at.has_revoke_time()) continue;
      ++live.count;
      if (!at.agent_version().empty() &&
          version_parts(at.agent_version()) < version_parts(demand.agent_version)) {
        live.too_old.push_back(at.register_id());
      }
    }
    if (static_cast<int>(rows->size()) < kRegistersPerRead) return live;
    after_id = rows->back().register_.register_id();
  }
}

void find_old_agents(const Demand& demand, const std::vector<std::string>& names,
                     ServerFindings& findings) {
  if (demand.field.empty() || names.empty()) return;
  const size_t named = std::min(names.size(), kMaxNamed);
  std::string list =
      absl::StrJoin(names.begin(), names.begin() + static_cast<int64_t>(named), ", ");
  if (named < names.size()) absl::StrAppend(&list, " +", names.size() - named);
  findings.add(
      false, demand.field,
      {absl::StrCat("the agents of registers ", list, " do not know this (they are older than ",
                    demand.agent_version, ") and will keep the version before"),
       absl::StrCat("הסוכנים של הקופות ", list, " אינם מכירים את זה (הם ישנים מגרסה ",
                    demand.agent_version, ") וימשיכו בגרסה הקודמת")});
}

v1::OfflineLoss offline_loss(const v1::Program& program, int64_t register_count) {
  v1::OfflineLoss loss;
  loss.set_register_count(register_count);
  loss.set_register_limit_minor(worst_register_loss_minor(program));
  // Cannot overflow: at most 10^9 minor units for each.
  loss.set_worst_minor(register_count * loss.register_limit_minor());
  loss.set_cache_valid_hours(cache_valid_hours_of(program));
  loss.set_leased_right_count(register_count * rights_per_register_of(program));
  return loss;
}

void find_differences(const v1::Program& program, const ClubView& view, int64_t now_us,
                      ServerFindings& findings) {
  const v1::Program& first = view.programs().front();
  const v1::Program& newest = view.programs().back();
  const Wording fixed{"stays what the first version says: ", "נשאר כפי שקבעה הגרסה הראשונה: "};
  const auto check_fixed = [&](absl::string_view field, const std::string& now,
                               const std::string& then) {
    if (now == then) return;
    findings.add(true, field,
                 {absl::StrCat(field, " ", fixed.english, then),
                  absl::StrCat(field, " ", fixed.hebrew, then)});
  };
  check_fixed("currency_code", program.currency_code(), first.currency_code());
  check_fixed("time_zone", program.time_zone(), first.time_zone());
  const int64_t start_us =
      program.has_start_time() ? time_us_of(program.start_time(), "").value_or(now_us) : now_us;
  const int64_t earliest_us =
      std::max(now_us, time_us_of(newest.start_time(), "").value_or(kMinTimeUs));
  if (start_us < earliest_us) {
    findings.add(true, "start_time",
                 {"start_time must be now or later, and not before an earlier version",
                  "start_time חייב להיות עכשיו או אחר כך, ולא לפני גרסה קודמת"});
  }
  const absl::Status notice = check_notice(newest, program, start_us, now_us);
  if (!notice.ok()) {
    const std::string earliest = detail_of(notice).values().at("start_time");
    findings.add(true, "start_time",
                 {absl::StrCat("the version takes something away: start_time must be ", earliest,
                               " or later, or notice_waiver must say why not"),
                  absl::StrCat("הגרסה גורעת מן החברים: start_time חייב להיות ", earliest,
                               " או אחר כך, או ש-notice_waiver יסביר מדוע לא")});
  }
  for (const TakenAway& loss : taken_from(newest, program, start_us)) {
    findings.add(false, loss.field,
                 {absl::StrCat("takes away: ", loss.wording.english),
                  absl::StrCat("נגרע: ", loss.wording.hebrew)});
  }
}

// Errors first, each in the order of the program's fields.
void sort(Findings& findings) {
  const auto place = [](const v1::ProgramFinding& finding) {
    const std::string name = finding.field().substr(0, finding.field().find_first_of(".["));
    const auto* const field = v1::Program::descriptor()->FindFieldByName(name);
    return std::make_pair(!finding.is_error(), field == nullptr ? 0 : field->number());
  };
  std::stable_sort(findings.begin(), findings.end(),
                   [&](const auto& a, const auto& b) { return place(a) < place(b); });
}

bool has_errors(const Findings& findings) {
  return std::any_of(findings.begin(), findings.end(),
                     [](const v1::ProgramFinding& finding) { return finding.is_error(); });
}

}  // namespace

absl::Status check_notice(const v1::Program& newest, const v1::Program& program, int64_t start_us,
                          int64_t now_us) {
  const int64_t earliest_us = now_us + newest.notice_days() * kDayUs;
  if (start_us >= earliest_us) return absl::OkStatus();
  if (!absl::StripAsciiWhitespace(program.notice_waiver()).empty()) return absl::OkStatus();
  const std::vector<TakenAway> taken = taken_from(newest, program, start_us);
  if (taken.empty()) return absl::OkStatus();
  const std::string field = absl::StrCat("program.", taken.front().field);
  const std::string start_time = instant_text(earliest_us);
  return refuse(v1::REASON_PROGRAM_NOTICE_SHORT,
                absl::StrCat("members are owed notice: ", taken.front().wording.english, " (",
                             field, "); start at ", start_time, " or later, or say why not"),
                {{"field", field}, {"start_time", start_time}});
}

absl::StatusOr<v1::CheckProgramResponse> check_program(Club& club,
                                                       const v1::CheckProgramRequest& request) {
  const v1::Program& program = request.program();
  const ClubViewPtr view = club.view();
  const int64_t now_us = club.clock().now_us();
  const auto zone = load_zone(program.time_zone(), "time_zone");
  Findings found =
      findings_of(program, business_day(now_us, zone.ok() ? *zone : absl::UTCTimeZone(), 0));
  ServerFindings findings(program, found);
  if (!zone.ok() && !program.time_zone().empty()) {
    findings.add(true, "time_zone",
                 {"time_zone is no zone that is known here", "time_zone אינו אזור זמן מוכר"});
  }
  v1::CheckProgramResponse response;
  if (!has_errors(found)) {
    if (view->has_program() && !is_newest_again(program, *view)) {
      find_differences(program, *view, now_us, findings);
    }
    sqlite::ReaderLease reader = club.database().readers().lease();
    const Demand demand = demand_of(program);
    const auto registers = live_registers(*reader, demand);
    if (!registers.ok()) return registers.status();
    find_old_agents(demand, registers->too_old, findings);
    *response.mutable_offline_loss() = offline_loss(program, registers->count);
  }
  sort(found);
  if (found.size() > kMaxFindings) found.resize(kMaxFindings);
  for (v1::ProgramFinding& finding : found) *response.add_findings() = std::move(finding);
  return response;
}

}  // namespace moadon
