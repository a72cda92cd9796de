// What changes slowly and is needed by every call, in memory: programs, branches, registers,
// tokens.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "moadon/v1/admin_service.pb.h"
#include "moadon/v1/program.pb.h"
#include "moadon/v1/settings.pb.h"
#include "rules/pricing.h"
#include "rules/program.h"
#include "rules/tier.h"

namespace moadon {

// A register with everything that dating its receipts needs.
struct RegisterView {
  std::string register_id;
  std::string branch_id;
  absl::TimeZone zone;
  int day_start_minutes = 0;
  bool replays_history = false;
  bool is_revoked = false;
};

// Benefits of which uses are told to registers.
struct LimitedBenefits {
  absl::flat_hash_set<std::string> benefit_ids;
  std::vector<std::string> club_benefit_ids;  // those with a limit of the whole club, sorted
};

// One immutable state of the club. Safe from any thread; a pointer into it is good as long as the
// view is held.
class ClubView final {
 public:
  // No program has been published yet: nothing can be dated.
  bool has_program() const { return !programs_.empty(); }
  // Published versions, oldest first; version n is at n - 1.
  const std::vector<v1::Program>& programs() const { return programs_; }
  const v1::Program* program(int64_t version) const;
  // In force at an instant. Requires has_program().
  const v1::Program& program_at(int64_t time_us) const;
  // Stage rules of all versions. Empty without a program.
  const StageVersions& stage_versions() const { return stage_versions_; }
  // The same of tiers. Where no version has tiers, no member ever has one.
  const TierVersions& tier_versions() const { return tier_versions_; }
  bool has_tiers() const { return has_tiers_; }
  // A published version made ready for pricing.
  const Pricing& pricing(int64_t version) const { return *pricings_[version - 1]; }
  // Whether a version promises anything: benefits, points.
  bool has_promises(int64_t version) const;
  // Benefits with limits in the version in force at an instant, or in a later one, so that facts
  // which outlive a version know them all.
  const LimitedBenefits& limited_benefits(int64_t time_us) const;
  // The club's calendar. UTC without a program.
  const absl::TimeZone& zone() const { return zone_; }
  // The club's business date of an instant.
  absl::CivilDay day_of(int64_t time_us) const;
  // The newest version's country, for phones without a country code.
  const std::string& country_code() const { return country_code_; }
  // What the owner decided that no price depends on; all defaults when never saved.
  const v1::ClubSettings& settings() const { return settings_; }

  // The register that a token was issued to, revoked or not; null: the token is unknown.
  const RegisterView* register_of_token(absl::string_view token) const;
  const RegisterView* register_of_id(absl::string_view register_id) const;
  // Those that sell: neither revoked nor replaying history. In no order.
  std::vector<const RegisterView*> live_registers() const;
  bool is_owner_token(absl::string_view token) const;
  // Null: no such branch.
  const v1::Branch* branch(absl::string_view branch_id) const;
  // Branches that share members with this one, itself among them; revoked ones count too.
  absl::flat_hash_set<std::string> branches_in_region_of(absl::string_view branch_id) const;
  // The key of the digests by which repeated receipts are recognised.
  const std::string& digest_key() const { return digest_key_; }

 private:
  friend class ClubViewBuilder;

  size_t index_at(int64_t time_us) const;

  std::vector<v1::Program> programs_;
  std::vector<int64_t> start_times_us_;  // of programs_
  StageVersions stage_versions_;
  TierVersions tier_versions_;
  // Shared with the views before and after, because making them is work.
  std::vector<std::shared_ptr<const Pricing>> pricings_;  // of programs_
  std::vector<LimitedBenefits> limited_benefits_;         // of programs_
  bool has_tiers_ = false;
  absl::TimeZone zone_ = absl::UTCTimeZone();
  std::string country_code_;
  v1::ClubSettings settings_;
  absl::flat_hash_map<std::string, v1::Branch> branches_;
  // Shared with the views before and after, so that a change copies pointers only.
  absl::flat_hash_map<std::string, std::shared_ptr<const RegisterView>> registers_;
  absl::flat_hash_map<std::string, std::shared_ptr<const RegisterView>> registers_by_token_hash_;
  std::string owner_token_hash_;
  std::string digest_key_;
};

// Shared, because callers hold the view they began with while a newer one takes its place.
using ClubViewPtr = std::shared_ptr<const ClubView>;

}  // namespace moadon
