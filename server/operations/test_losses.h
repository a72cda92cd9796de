// A club whose registers have lost their server, for tests of what that costs.
#pragma once

#include <string>
#include <vector>

#include "moadon/v1/offline_service.pb.h"
#include "server/operations/test_club.h"

namespace moadon {

// A point pays 0.01. 2.00 off cups once per member, 3.00 off pots until the club has given 5.00,
// 40 points for a plate once per member, a coupon of 4.00 off bread and a voucher for cake.
inline constexpr char kLossProgram[] =
    "time_zone: 'UTC' return_grace_days: 5"
    " points { spending { thousand_points_value_minor: 1000 step_milli: 1000 } }"
    " offline { member_limit_minor: 1000000 register_limit_minor: 1000000"
    "   points_share_bps: 10000 }"
    " rights { right_id: 'coupon' title: 'C' coupon { use_count: 1 } }"
    " rights { right_id: 'voucher' title: 'V' voucher { amount_minor: 700 } }"
    " benefits { benefit_id: 'cup' title: 'C' effect { amount_off_lines {"
    "   amount_minor: 200 filter { skus: 'cup' } } } limits { per_member_count: 1 } }"
    " benefits { benefit_id: 'pot' title: 'P' effect { amount_off_lines {"
    "   amount_minor: 300 filter { skus: 'pot' } } } limits { club_budget_minor: 500 } }"
    " benefits { benefit_id: 'plate' title: 'L' conditions { products {"
    "   filter { skus: 'plate' } } } effect { bonus_points { points_milli: 40000 } }"
    "   limits { per_member_count: 1 per_member_day_count: 1 } }"
    " benefits { benefit_id: 'bread' title: 'B' conditions { right_held { right_id: 'coupon' } }"
    "   effect { amount_off_lines { amount_minor: 400 filter { skus: 'bread' } } } }"
    " benefits { benefit_id: 'cake' title: 'K' conditions { right_held { right_id: 'voucher' } }"
    "   effect { voucher_amount { filter { skus: 'cake' } } } }";

// The same facts as an agent prices with by itself: with all that they hold, and all rights leased.
v1::RecordContext under_terms(v1::RecordContext context);

v1::Sale paying(v1::Sale sale, int64_t points_milli);

// Registers r1, r2, r3 and the member c1, who has 100 points.
struct LossShop {
  explicit LossShop(const std::string& program = kLossProgram);

  void give_points(int64_t points_milli, const std::string& request_id);
  void grant(const std::string& right_id);

  v1::RecordContext context() { return test.context("c1"); }
  v1::RecordContext terms() { return under_terms(context()); }

  void sell(const std::string& at_register, const v1::Sale& made, const v1::RecordContext& context);
  // On 2026-01-01.
  void sell(const std::string& at_register, const std::string& receipt,
            const std::vector<TestLine>& lines, int64_t points_milli,
            const v1::RecordContext& context);
  // Sets points and all rights of the member aside for a register's sale; answers the hold's id.
  std::string hold(const std::string& at_register, int64_t points_milli);
  // So long passes in silence that holds end.
  void fall_silent();
  // Through r3, on 2026-01-02.
  void bring_back(const std::string& receipt, const std::string& original_register,
                  const std::string& original, const std::vector<TestLine>& lines);

  v1::ListLossesResponse all();
  int64_t total_minor() { return all().total_minor(); }
  // "register receipt: what = amount"
  std::vector<std::string> losses();
  v1::PointsStanding points() { return test.member("c1").member().facts().points(); }

  // Verify finds everything in order.
  void check();

  TestClub test;
  std::string member_id;
};

}  // namespace moadon
