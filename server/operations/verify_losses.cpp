#include "server/operations/verify_losses.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "server/operations/member_id.h"
#include "server/storage/receipt_store.h"

namespace moadon {
namespace {

using storage::LossKind;

// A receipt, and what of it.
struct LossName {
  std::string register_id;
  std::string receipt;
  LossKind kind = LossKind::kPoints;
  std::string benefit_id;
  int64_t grant_id = 0;

  auto operator<=>(const LossName&) const = default;
};

struct LossValue {
  int64_t points_milli = 0;
  int64_t amount_minor = 0;
  int64_t sale_id = 0;
  int64_t day = 0;
};

using Losses = std::map<LossName, LossValue>;

bool is_nothing(const LossValue& value) {
  return value.points_milli == 0 && value.amount_minor == 0;
}

std::string text_of(const LossValue& value) {
  if (is_nothing(value)) return "none";
  return absl::StrCat(value.points_milli, " points, ", value.amount_minor, " of sale ",
                      value.sale_id, " on ", format_day(day_of_number(value.day)));
}

// One sale's losses, recomputed.
class SaleReader final {
 public:
  SaleReader(const PlainPromise& promise, const v1::Program& program, const LossFacts& facts,
             const std::vector<v1::Difference>& found, Losses& losses)
      : promise_(promise),
        verdict_(promise.verdict),
        sale_(*promise.sale->row),
        program_(program),
        facts_(facts),
        found_(found),
        losses_(losses) {}

  void read(Comparison& compare) {
    read_points(compare);
    std::map<std::string, int> times;  // that a right was used
    for (int i = 0; i < verdict_.rights_used_size(); ++i) {
      read_right(i, times[verdict_.rights_used(i).grant_id()]++);
    }
    if (!promise_.is_under_terms) return;  // its hold set no limits aside
    for (int i = 0; i < verdict_.applied_size(); ++i) read_limits(i, compare);
  }

 private:
  const storage::ReturnRow& returned(size_t i) const { return *promise_.sale->returns[i]->row; }

  void lose(LossKind kind, const std::string& benefit_id, int64_t grant_id, LossValue value) {
    add({sale_.register_id, sale_.receipt, kind, benefit_id, grant_id}, value, sale_.business_day);
  }

  void bring_back(size_t i, LossKind kind, const std::string& benefit_id, int64_t grant_id,
                  LossValue value) {
    const storage::ReturnRow& row = returned(i);
    add({row.register_id, row.receipt, kind, benefit_id, grant_id},
        {-value.points_milli, -value.amount_minor}, std::max(row.business_day, sale_.business_day));
  }

  void add(const LossName& name, const LossValue& value, int64_t day) {
    if (is_nothing(value)) return;
    LossValue& sum = losses_[name];
    sum = {sum.points_milli + value.points_milli, sum.amount_minor + value.amount_minor,
           sale_.sale_id, day};
  }

  // With the first return after which it does not stand any more.
  template <typename Stands>
  void bring_back_whole(Stands stands, LossKind kind, const std::string& benefit_id,
                        int64_t grant_id, LossValue value) {
    for (size_t i = 0; i < promise_.after.size(); ++i) {
      if (stands(promise_.after[i].kept)) continue;
      return bring_back(i, kind, benefit_id, grant_id, value);
    }
  }

  // What the ledger did not have for the sale; what comes back undoes that first.
  void read_points(Comparison& compare) {
    int64_t spent_milli = 0;
    const std::string source = absl::StrCat(sale_.register_id, "/", sale_.receipt);
    for (const storage::KeptEntry& entry : facts_.entries) {
      const bool is_spend = entry.kind == v1::POINTS_ENTRY_KIND_SPEND && entry.source == source;
      if (is_spend) spent_milli -= entry.points_milli;
    }
    int64_t lost_milli = promise_.spent_milli - spent_milli;
    lose(LossKind::kPoints, "", 0, {lost_milli, worth_minor(lost_milli)});
    int64_t overspent_milli = 0;
    for (const v1::Difference& difference : found_) {
      overspent_milli += difference.points_overspent().points_milli();
    }
    compare.same("sale.points_overspent", overspent_milli, lost_milli);
    for (size_t i = 0; i < promise_.after.size(); ++i) {
      const int64_t left_milli = std::max<int64_t>(0, promise_.after[i].spent_milli - spent_milli);
      bring_back(i, LossKind::kPoints, "", 0,
                 {lost_milli - left_milli, worth_minor(lost_milli) - worth_minor(left_milli)});
      lost_milli = left_milli;
    }
  }

  int64_t worth_minor(int64_t points_milli) const {
    if (points_milli <= 0 || promise_.spent_milli <= 0) return 0;
    return plain_share(verdict_.points().spent_minor(), points_milli, promise_.spent_milli);
  }

  // What a benefit saved, and what its points are worth, rounded up.
  int64_t given_minor(const v1::AppliedBenefit& applied) const {
    const v1::PointRules& rules = program_.points();
    if (!rules.has_spending() || applied.points_milli() <= 0) return applied.saved_minor();
    const absl::int128 worth =
        absl::int128(applied.points_milli()) * rules.spending().thousand_points_value_minor();
    return applied.saved_minor() + static_cast<int64_t>((worth + 999'999) / 1'000'000);
  }

  // A limit of uses was exceeded as a whole, a budget by a part that only its own time knew. What
  // was lost with the benefit's right is not lost again.
  void read_limits(int position, Comparison& compare) {
    const v1::AppliedBenefit& applied = verdict_.applied(position);
    bool is_over_budget = false;
    bool is_used_up = false;
    for (const v1::Difference& difference : found_) {
      const v1::LimitExceeded& limit = difference.limit_exceeded();
      if (limit.benefit_id() != applied.benefit_id()) continue;
      const bool is_budget = limit.period() == v1::LIMIT_PERIOD_CLUB_BUDGET;
      (is_budget ? is_over_budget : is_used_up) = true;
    }
    if (!is_over_budget && !is_used_up) return;
    const int64_t rest_minor = given_minor(applied) - lost_with_right_[applied.benefit_id()];
    LossValue value{0, rest_minor};
    if (!is_used_up) {
      const int64_t most_minor = std::min(rest_minor, applied.saved_minor());
      value.amount_minor = kept_limit_minor(applied.benefit_id());
      const bool may_be = most_minor == 0
                              ? value.amount_minor == 0
                              : value.amount_minor > 0 && value.amount_minor <= most_minor;
      if (!may_be) compare.same("loss.amount_minor", value.amount_minor, most_minor);
    }
    lose(LossKind::kLimit, applied.benefit_id(), 0, value);
    bring_back_whole([position](const KeptRewards& kept) { return kept.benefit_stands[position]; },
                     LossKind::kLimit, applied.benefit_id(), 0, value);
  }

  int64_t kept_limit_minor(const std::string& benefit_id) const {
    int64_t amount_minor = 0;
    for (const storage::LossRow& row : facts_.losses) {
      const bool is_it = row.register_id == sale_.register_id && row.receipt == sale_.receipt &&
                         row.kind == LossKind::kLimit && row.benefit_id == benefit_id;
      if (is_it) amount_minor += row.amount_minor;
    }
    return amount_minor;
  }

  // `before`: how many uses of the same right the sale has before this one.
  void read_right(int position, int before) {
    const v1::RightUse& wanted = verdict_.rights_used(position);
    const v1::AppliedBenefit* applied = nullptr;
    for (const v1::AppliedBenefit& each : verdict_.applied()) {
      if (each.grant_id() == wanted.grant_id() && before-- == 0) applied = &each;
    }
    const auto use = std::find_if(
        facts_.right_uses.begin(), facts_.right_uses.end(), [&](const storage::KeptRightUse& each) {
          return each.sale_id == sale_.sale_id && each.position == position + 1;
        });
    if (applied == nullptr || use == facts_.right_uses.end()) return;
    LossValue value;
    if (wanted.amount_minor() > 0) {
      value.amount_minor = std::max<int64_t>(0, wanted.amount_minor() - use->amount_minor);
    } else if (use->use_count == 0) {
      value.amount_minor = given_minor(*applied);
    }
    lost_with_right_[applied->benefit_id()] += value.amount_minor;
    const int64_t grant_id = member_id_of(wanted.grant_id()).value_or(0);
    lose(LossKind::kRight, applied->benefit_id(), grant_id, value);
    bring_back_whole(
        [position](const KeptRewards& kept) { return kept.right_use_stands[position]; },
        LossKind::kRight, applied->benefit_id(), grant_id, value);
  }

  const PlainPromise& promise_;
  const v1::Quote& verdict_;
  const storage::SaleRow& sale_;
  const v1::Program& program_;
  const LossFacts& facts_;
  const std::vector<v1::Difference>& found_;
  Losses& losses_;
  std::map<std::string, int64_t> lost_with_right_;  // by benefit
};

// Whether the club bears what the sale overspent.
bool may_lose(const PlainPromise& promise, const LossFacts& facts) {
  if (promise.is_under_terms) return true;
  const storage::SaleRow& sale = *promise.sale->row;
  const bool has_lost =
      std::any_of(facts.losses.begin(), facts.losses.end(), [&](const storage::LossRow& row) {
        return row.register_id == sale.register_id && row.receipt == sale.receipt;
      });
  return has_lost &&
         std::any_of(facts.holds.begin(), facts.holds.end(), [&](const storage::KeptHold& hold) {
           return hold.has_lapsed && hold.register_id == sale.register_id &&
                  hold.place_us <= sale.received_us;
         });
}

Losses as_kept(const std::vector<storage::LossRow>& rows) {
  Losses kept;
  for (const storage::LossRow& row : rows) {
    LossValue& sum = kept[{row.register_id, row.receipt, row.kind, row.benefit_id, row.grant_id}];
    sum = {sum.points_milli + row.points_milli, sum.amount_minor + row.amount_minor, row.sale_id,
           row.business_day};
  }
  return kept;
}

}  // namespace

absl::Status compare_losses(sqlite::Connection& connection, const ClubView& view,
                            const LossFacts& facts, Comparison& compare) {
  Losses recomputed;
  for (const PlainPromise& promise : facts.promises) {
    if (!may_lose(promise, facts)) continue;
    const storage::SaleRow& sale = *promise.sale->row;
    const auto found = storage::list_differences(connection, sale.register_id, sale.receipt);
    if (!found.ok()) return found.status();
    SaleReader(promise, *view.program(promise.verdict.program_version()), facts, *found, recomputed)
        .read(compare);
  }
  for (const auto& [name, kept] : as_kept(facts.losses)) {
    const auto plain = recomputed.extract(name);
    compare.same("loss", text_of(kept), text_of(plain.empty() ? LossValue{} : plain.mapped()));
  }
  for (const auto& [name, value] : recomputed) compare.same("loss", "none", text_of(value));
  return absl::OkStatus();
}

int64_t lost_points_milli(const std::vector<storage::LossRow>& losses,
                          const std::string& register_id, const std::string& receipt) {
  int64_t lost_milli = 0;
  for (const storage::LossRow& row : losses) {
    if (row.register_id == register_id && row.receipt == receipt) lost_milli += row.points_milli;
  }
  return lost_milli;
}

}  // namespace moadon
