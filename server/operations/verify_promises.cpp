#include "server/operations/verify_promises.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/operations/member_id.h"
#include "server/operations/verify_ledger.h"
#include "server/operations/verify_losses.h"
#include "server/operations/verify_rights.h"

namespace moadon {
namespace {

absl::StatusOr<KeptTiers> read_kept_tiers(sqlite::Connection& connection, int64_t member_id) {
  auto moves = storage::list_tier_moves(connection, member_id);
  if (!moves.ok()) return moves.status();
  auto locks = storage::list_tier_locks(connection, member_id);
  if (!locks.ok()) return locks.status();
  auto gifts = storage::list_tier_gifts(connection, member_id);
  if (!gifts.ok()) return gifts.status();
  return KeptTiers{*std::move(moves), *std::move(locks), *std::move(gifts)};
}

}  // namespace

absl::Status PromiseCheck::check_member(int64_t member_id, const storage::KeptPromises& kept,
                                        const PlainDocuments& documents,
                                        const PlainPerson& person) {
  const absl::StatusOr<KeptTiers> tiers = read_kept_tiers(connection_, member_id);
  if (!tiers.ok()) return tiers.status();
  Comparison compare(member_id_text(member_id), found_);
  compare_tiers(kept.standing, *tiers, person, versions_, today_, compare);
  compare.same("member.lock_count", kept.standing.lock_count,
               static_cast<int64_t>(tiers->locks.size()));
  const auto promises = check_verdicts(documents);
  if (!promises.ok()) return promises.status();
  compare_ledger(view_, kept, {*promises, tiers->gifts, person.merges, today_}, compare);
  compare_rights(kept, *promises, person.rights, compare);
  compare_benefit_uses(kept.benefit_uses, *promises, compare);
  return compare_losses(connection_, view_,
                        {*promises, kept.entries, kept.right_uses, kept.holds, kept.losses},
                        compare);
}

absl::Status PromiseCheck::check_nobody(const PlainDocuments& documents) {
  const auto promises = check_verdicts(documents);
  if (!promises.ok()) return promises.status();
  std::vector<storage::KeptBenefitUse> uses;
  for (const PlainPromise& promise : *promises) {
    const storage::SaleRow& sale = *promise.sale->row;
    for (const v1::AppliedBenefit& applied : promise.verdict.applied()) {
      auto use = storage::find_nobodys_use(connection_, applied.benefit_id(), sale.business_day,
                                           sale.sale_id);
      if (!use.ok()) return use.status();
      if (*use) uses.push_back(**std::move(use));
    }
  }
  Comparison compare("nobody", found_);
  compare_benefit_uses(uses, *promises, compare);
  return absl::OkStatus();
}

absl::Status PromiseCheck::check_club() {
  const auto wrong = storage::list_wrong_club_uses(connection_);
  if (!wrong.ok()) return wrong.status();
  for (const storage::WrongClubUse& use : *wrong) {
    Comparison compare(absl::StrCat(use.benefit_id, " at ", use.register_id), found_);
    compare.same("club_use.use_count", use.kept_count, use.use_count);
    compare.same("club_use.saved_minor", use.kept_saved_minor, use.saved_minor);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<PlainPromise>> PromiseCheck::check_verdicts(
    const PlainDocuments& documents) {
  std::vector<PlainPromise> promises;
  for (const PlainSale& sale : documents.sales) {
    absl::StatusOr<std::optional<PlainPromise>> promise = verdicts_.check(sale);
    if (!promise.ok()) return promise.status();
    if (*promise) promises.push_back(**std::move(promise));
  }
  return promises;
}

}  // namespace moadon
