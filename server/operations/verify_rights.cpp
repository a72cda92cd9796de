#include "server/operations/verify_rights.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "server/operations/member_id.h"

namespace moadon {
namespace {

// What sales and open holds take of one right.
struct Taken {
  int64_t use_count = 0;
  int64_t amount_minor = 0;
  int64_t held_count = 0;
  int64_t held_minor = 0;
  bool was_given_back = false;
};

std::map<int64_t, Taken> taken_by_right(const storage::KeptPromises& kept) {
  std::map<int64_t, Taken> taken;
  for (const storage::KeptRightUse& use : kept.right_uses) {
    Taken& of = taken[use.grant_id];
    if (!use.is_standing) of.was_given_back = true;
    if (!use.is_standing) continue;
    of.use_count += use.use_count;
    of.amount_minor += use.amount_minor;
  }
  for (const storage::KeptHeldRight& held : kept.open_hold_rights) {
    taken[held.grant_id].held_count += held.use_count;
    taken[held.grant_id].held_minor += held.amount_minor;
  }
  return taken;
}

std::string source_of(const storage::SaleRow& sale) {
  return absl::StrCat(sale.register_id, "/", sale.receipt);
}

// A right that no sale granted came by a decision, with a tier or by a merge.
void compare_source(const storage::KeptRight& right,
                    const std::vector<storage::KeptDecision>& decisions, const RightMerges& merges,
                    Comparison& compare) {
  const bool is_decided =
      std::any_of(decisions.begin(), decisions.end(), [&](const storage::KeptDecision& decision) {
        return decision.kind == 2 && decision.request_id == right.source;
      });
  if (right.sale_id != 0 || is_decided || absl::StartsWith(right.source, "tier/")) return;
  if (merges.request_ids.contains(right.source)) return;
  compare.same("right.source", right.source, "a decision, a tier or a merge");
}

std::string valid_text(const storage::KeptRight& right) {
  return absl::StrCat(format_day(day_of_number(right.from_day)), "..",
                      right.until_day ? format_day(day_of_number(*right.until_day)) : "");
}

void compare_right(const storage::KeptRight& right, const Taken& taken, Comparison& compare) {
  if (right.amount_minor > 0) {
    const int64_t left_minor = right.amount_minor - taken.amount_minor - taken.held_minor;
    compare.same("right.amount_left_minor", right.amount_left_minor, left_minor);
    compare.same("right.amount_held_minor", right.amount_held_minor, taken.held_minor);
    compare.same("right.uses_left", right.uses_left, left_minor > 0 ? 1 : 0);
  } else {
    compare.same("right.uses_left", right.uses_left,
                 right.use_count - taken.use_count - taken.held_count);
    compare.same("right.uses_held", right.uses_held, taken.held_count);
    compare.same("right.amount_left_minor", right.amount_left_minor, 0);
  }
}

// The rights that a verdict granted, and how many of them the kept units still deserve.
void compare_grants(const PlainPromise& promise, const std::vector<storage::KeptRight>& rights,
                    const std::map<int64_t, Taken>& taken, const RightMerges& merges,
                    Comparison& compare) {
  for (int i = 0; i < promise.verdict.rights_granted_size(); ++i) {
    const v1::QuotedGrant& granted = promise.verdict.rights_granted(i);
    int64_t count = 0;
    int64_t standing_count = 0;
    int64_t moved_count = 0;  // withdrawn, perhaps because they are elsewhere
    for (const storage::KeptRight& right : rights) {
      if (right.sale_id != promise.sale->row->sale_id || right.position != i + 1) continue;
      ++count;
      if (!right.withdrawn_day) {
        ++standing_count;
      } else if (merges.moved.contains(right.grant_id)) {
        ++moved_count;
      }
      compare.same("right.right_id", right.right_id, granted.right_id());
      compare.same("right.source", right.source, source_of(*promise.sale->row));
      const auto of = taken.find(right.grant_id);
      if (of != taken.end() && of->second.was_given_back) continue;  // may last longer since
      if (merges.moved.contains(right.grant_id)) continue;           // there, too
      compare.same("right.valid", valid_text(right),
                   absl::StrCat(granted.valid_from_date(), "..", granted.valid_until_date()));
    }
    compare.same("sale.rights_granted", count, granted.right_count());
    const int64_t kept_count = promise.kept.kept_grants[i];
    if (kept_count < standing_count || kept_count > standing_count + moved_count) {
      compare.same("sale.rights_kept", standing_count, kept_count);
    }
  }
}

void compare_uses(const PlainPromise& promise, const std::vector<storage::KeptRightUse>& uses,
                  Comparison& compare) {
  for (int i = 0; i < promise.verdict.rights_used_size(); ++i) {
    const v1::RightUse& used = promise.verdict.rights_used(i);
    const auto use = std::find_if(uses.begin(), uses.end(), [&](const storage::KeptRightUse& kept) {
      return kept.sale_id == promise.sale->row->sale_id && kept.position == i + 1;
    });
    if (use == uses.end()) {
      compare.same("right_use", "none", used.grant_id());
      continue;
    }
    // A right that nobody holds is kept as none.
    if (use->use_count > 0 || use->amount_minor > 0) {
      compare.same("right_use.grant_id", member_id_text(use->grant_id), used.grant_id());
    }
    compare.same("right_use.is_standing", use->is_standing, promise.kept.right_use_stands[i]);
  }
}

}  // namespace

void compare_rights(const storage::KeptPromises& kept, const std::vector<PlainPromise>& promises,
                    const RightMerges& merges, Comparison& compare) {
  const std::map<int64_t, Taken> taken = taken_by_right(kept);
  for (const storage::KeptRight& right : kept.rights) {
    const auto of = taken.find(right.grant_id);
    Taken all = of == taken.end() ? Taken() : of->second;
    const auto moved = merges.moved.find(right.grant_id);
    if (moved != merges.moved.end()) {
      all.use_count += moved->second.used_count;
      all.amount_minor += moved->second.used_minor;
    }
    // What is elsewhere is counted there.
    if (moved == merges.moved.end() || !moved->second.is_there) compare_right(right, all, compare);
    compare_source(right, kept.decisions, merges, compare);
  }
  int64_t granted_count = 0;
  int64_t used_count = 0;
  for (const PlainPromise& promise : promises) {
    compare_grants(promise, kept.rights, taken, merges, compare);
    compare_uses(promise, kept.right_uses, compare);
    for (const v1::QuotedGrant& granted : promise.verdict.rights_granted()) {
      granted_count += granted.right_count();
    }
    used_count += promise.verdict.rights_used_size();
  }
  const int64_t of_sales =
      std::count_if(kept.rights.begin(), kept.rights.end(),
                    [](const storage::KeptRight& right) { return right.sale_id != 0; });
  compare.same("member.rights_of_sales", of_sales, granted_count);
  compare.same("member.right_uses", static_cast<int64_t>(kept.right_uses.size()), used_count);
  compare.same("member.right_count", kept.standing.right_count,
               static_cast<int64_t>(kept.rights.size()));
  compare.same("member.use_count", kept.standing.use_count,
               static_cast<int64_t>(kept.benefit_uses.size()));
  compare.same("member.tag_count", kept.standing.tag_count, kept.standing.tags);
}

void compare_benefit_uses(const std::vector<storage::KeptBenefitUse>& uses,
                          const std::vector<PlainPromise>& promises, Comparison& compare) {
  const auto text_of = [](const storage::KeptBenefitUse& use) {
    return absl::StrCat(format_day(day_of_number(use.day)), " saved ", use.saved_minor,
                        use.is_standing ? "" : ", came back");
  };
  std::map<std::pair<int64_t, std::string>, std::string> kept;
  for (const storage::KeptBenefitUse& use : uses) {
    kept[{use.sale_id, use.benefit_id}] = text_of(use);
  }
  for (const PlainPromise& promise : promises) {
    for (int i = 0; i < promise.verdict.applied_size(); ++i) {
      const v1::AppliedBenefit& applied = promise.verdict.applied(i);
      const storage::SaleRow& sale = *promise.sale->row;
      const std::string plain = text_of({applied.benefit_id(), sale.business_day, sale.sale_id,
                                         applied.saved_minor(), promise.kept.benefit_stands[i]});
      auto use = kept.extract({sale.sale_id, applied.benefit_id()});
      compare.same("benefit_use", use.empty() ? "none" : use.mapped(), plain);
    }
  }
  for (const auto& [of, text] : kept) compare.same("benefit_use", text, "none");
}

}  // namespace moadon
