#include "server/operations/lease_slices.h"

#include <algorithm>
#include <utility>

#include "absl/time/time.h"
#include "rules/offline.h"

namespace moadon {
namespace {

// All registers together take half of what the club has left; the rest is for those who ask.
constexpr int64_t kPartsPerRegister = 2;

// One register's turn.
class SliceTurn final {
 public:
  SliceTurn(sqlite::Connection& connection, const ClubView& view, const RegisterView& at,
            int64_t now_us)
      : connection_(connection),
        at_(at),
        program_(view.program_at(now_us)),
        parts_(kPartsPerRegister * static_cast<int64_t>(view.live_registers().size())),
        end_us_(now_us + absl::ToInt64Microseconds(absl::Hours(cache_valid_hours_of(program_)))) {}

  absl::StatusOr<std::vector<storage::SliceRow>> take(const ReportedSlices& reported) {
    const auto rows = storage::list_slices(connection_, at_.register_id);
    if (!rows.ok()) return rows.status();
    std::map<std::string, storage::SliceRow> had;
    for (const storage::SliceRow& row : *rows) had[row.benefit_id] = row;
    std::vector<storage::SliceRow> offered;
    for (const v1::Benefit& benefit : program_.benefits()) {
      if (!is_limited_for_club(benefit)) continue;
      storage::SliceRow own = had[benefit.benefit_id()];
      had.erase(benefit.benefit_id());
      own.benefit_id = benefit.benefit_id();
      own.register_id = at_.register_id;
      const auto offer = offer_of(benefit, own);
      if (!offer.ok()) return offer.status();
      const absl::Status kept = set_aside(own, still_held(own, reported), *offer);
      if (!kept.ok()) return kept;
      if (offer->amount_minor == 0 && offer->use_count == 0) continue;
      offered.push_back(
          {own.benefit_id, own.register_id, offer->amount_minor, offer->use_count, end_us_});
    }
    // Of benefits that have no such limit any more: until the register has them no longer.
    for (const auto& [benefit_id, own] : had) {
      const absl::Status kept = set_aside(own, still_held(own, reported), {});
      if (!kept.ok()) return kept;
    }
    std::sort(offered.begin(), offered.end(),
              [](const auto& a, const auto& b) { return a.benefit_id < b.benefit_id; });
    return offered;
  }

 private:
  static SliceParts still_held(const storage::SliceRow& own, const ReportedSlices& reported) {
    const auto said = reported.find(own.benefit_id);
    if (said == reported.end()) return {};
    return {std::min(said->second.amount_minor, own.amount_minor),
            std::min(said->second.use_count, own.use_count)};
  }

  absl::StatusOr<SliceParts> offer_of(const v1::Benefit& benefit, const storage::SliceRow& own) {
    const auto claims = storage::sum_club_claims(connection_, benefit.benefit_id());
    if (!claims.ok()) return claims.status();
    if (cache_valid_hours_of(program_) == 0) return SliceParts();
    const v1::Limits& limits = benefit.limits();
    const auto part_of = [this](int64_t limit, int64_t claimed, int64_t own_part) {
      return std::max<int64_t>(0, limit - (claimed - own_part)) / parts_;
    };
    SliceParts offer;
    if (limits.club_budget_minor() > 0) {
      offer.amount_minor =
          std::min(offline_caps_of(program_).register_limit_minor,
                   part_of(limits.club_budget_minor(), claims->saved_minor, own.amount_minor));
    }
    if (limits.club_count() > 0) {
      offer.use_count = part_of(limits.club_count(), claims->use_count, own.use_count);
    }
    return offer;
  }

  absl::Status set_aside(storage::SliceRow own, const SliceParts& held, const SliceParts& offer) {
    if (offer.amount_minor > 0 || offer.use_count > 0) own.end_us = end_us_;
    own.amount_minor = std::max(held.amount_minor, offer.amount_minor);
    own.use_count = std::max(held.use_count, offer.use_count);
    return own.amount_minor == 0 && own.use_count == 0 ? storage::delete_slice(connection_, own)
                                                       : storage::keep_slice(connection_, own);
  }

  sqlite::Connection& connection_;
  const RegisterView& at_;
  const v1::Program& program_;
  const int64_t parts_;
  const int64_t end_us_;
};

}  // namespace

absl::StatusOr<std::vector<storage::SliceRow>> take_slices(sqlite::Connection& connection,
                                                           const ClubView& view,
                                                           const RegisterView& at,
                                                           const ReportedSlices& reported,
                                                           int64_t now_us) {
  return SliceTurn(connection, view, at, now_us).take(reported);
}

absl::Status use_slices(sqlite::Connection& connection, const std::string& register_id,
                        const v1::Quote& verdict, const v1::Program& program) {
  for (const v1::BudgetSlice& used : offline_use_of(verdict, program).slices) {
    const absl::Status lowered = storage::lower_slice(
        connection, {used.benefit_id(), register_id, used.use_count(), used.amount_minor()});
    if (!lowered.ok()) return lowered;
  }
  return absl::OkStatus();
}

}  // namespace moadon
