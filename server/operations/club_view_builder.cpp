#include "server/operations/club_view_builder.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "rules/refusal.h"
#include "server/storage/settings_store.h"

namespace moadon {
namespace {

constexpr int kEverything = std::numeric_limits<int>::max();

// A name is looked up as a file below the system's tables and must stay there. Names of the
// machine's own zone are no zones: dates would depend on where the server runs.
bool is_zone_name(absl::string_view name) {
  const bool plain = std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '/' || c == '_' || c == '-' || c == '+';
  });
  return plain && !name.empty() && name.front() != '/' && name != "localtime" &&
         name != "posixrules";
}

bool is_limited(const v1::Limits& limits) {
  return limits.per_member_day_count() > 0 || limits.per_member_month_count() > 0 ||
         limits.per_member_year_count() > 0 || limits.per_member_count() > 0;
}

bool is_club_limited(const v1::Limits& limits) {
  return limits.club_count() > 0 || limits.club_budget_minor() > 0;
}

void add_limited(const v1::Program& program, LimitedBenefits& known) {
  for (const v1::Benefit& benefit : program.benefits()) {
    const bool of_club = is_club_limited(benefit.limits());
    if (!of_club && !is_limited(benefit.limits())) continue;
    known.benefit_ids.insert(benefit.benefit_id());
    if (of_club) known.club_benefit_ids.push_back(benefit.benefit_id());
  }
  std::vector<std::string>& ids = known.club_benefit_ids;
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

}  // namespace

absl::StatusOr<absl::TimeZone> load_zone(absl::string_view name, absl::string_view field) {
  absl::TimeZone zone;
  if (is_zone_name(name) && absl::LoadTimeZone(name, &zone)) return zone;
  return refuse(v1::REASON_FIELD_INVALID, absl::StrCat(field, " must be an IANA time zone"),
                {{"field", field}, {"limit", "an IANA time zone"}});
}

absl::StatusOr<ClubViewPtr> ClubViewBuilder::load(sqlite::Connection& connection) {
  ClubViewBuilder builder;
  auto club = storage::find_club(connection);
  if (!club.ok()) return club.status();
  if (*club) builder.set_secrets(**club);
  auto programs = storage::list_programs(connection);
  if (!programs.ok()) return programs.status();
  for (const v1::Program& program : *programs) {
    const absl::Status added = builder.add_program(program);
    if (!added.ok()) return added;
  }
  auto settings = storage::find_settings(connection);
  if (!settings.ok()) return settings.status();
  if (*settings) builder.set_settings(**std::move(settings));
  auto branches = storage::list_branches(connection, "", kEverything);
  if (!branches.ok()) return branches.status();
  for (const v1::Branch& branch : *branches) builder.set_branch(branch);
  auto registers = storage::list_registers(connection, "", kEverything);
  if (!registers.ok()) return registers.status();
  for (const storage::RegisterRow& row : *registers) {
    const absl::Status set = builder.set_register(row);
    if (!set.ok()) return set;
  }
  return builder.build();
}

void ClubViewBuilder::set_secrets(const storage::ClubRow& club) {
  view_->digest_key_ = club.digest_key;
  view_->owner_token_hash_ = club.owner_token_hash;
}

absl::Status ClubViewBuilder::add_program(const v1::Program& program) {
  absl::StatusOr<absl::TimeZone> zone = load_zone(program.time_zone(), "program.time_zone");
  if (!zone.ok()) return zone.status();
  const absl::StatusOr<int64_t> start_us = time_us_of(program.start_time(), "program.start_time");
  if (!start_us.ok()) return start_us.status();
  view_->zone_ = *zone;
  view_->country_code_ = program.country_code();
  view_->programs_.push_back(program);
  view_->start_times_us_.push_back(*start_us);
  view_->stage_versions_.push_back(
      {view_->day_of(*start_us), program.version(), stage_numbers_of(program)});
  view_->tier_versions_.push_back({view_->day_of(*start_us),
                                   program.version(),
                                   {program.tiers().begin(), program.tiers().end()}});
  view_->has_tiers_ = view_->has_tiers_ || !program.tiers().empty();
  // Shared, because successive views price with the same versions.
  view_->pricings_.push_back(std::make_shared<const Pricing>(program));
  view_->limited_benefits_.emplace_back();
  for (LimitedBenefits& known : view_->limited_benefits_) add_limited(program, known);
  return absl::OkStatus();
}

void ClubViewBuilder::set_settings(v1::ClubSettings settings) {
  view_->settings_ = std::move(settings);
}

void ClubViewBuilder::set_branch(const v1::Branch& branch) {
  view_->branches_[branch.branch_id()] = branch;
}

absl::Status ClubViewBuilder::set_register(const storage::RegisterRow& row) {
  const v1::Branch* branch = view_->branch(row.register_.branch_id());
  if (branch == nullptr) return absl::InternalError("a register without its branch");
  absl::StatusOr<absl::TimeZone> zone = load_zone(branch->time_zone(), "branch.time_zone");
  if (!zone.ok()) return zone.status();
  RegisterView made;
  made.register_id = row.register_.register_id();
  made.branch_id = row.register_.branch_id();
  made.zone = *zone;
  made.day_start_minutes = branch->day_start_minutes();
  made.replays_history = row.register_.replays_history();
  made.is_revoked = row.register_.has_revoke_time();
  // Shared, because successive views refer to the same register.
  const auto shared = std::make_shared<const RegisterView>(std::move(made));
  for (auto it = view_->registers_by_token_hash_.begin();
       it != view_->registers_by_token_hash_.end(); ++it) {
    if (it->second->register_id != shared->register_id) continue;
    view_->registers_by_token_hash_.erase(it);
    break;
  }
  view_->registers_by_token_hash_[row.token_hash] = shared;
  view_->registers_[shared->register_id] = shared;
  return absl::OkStatus();
}

}  // namespace moadon
