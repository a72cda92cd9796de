#include "server/operations/test_losses.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "rules/test_program.h"
#include "server/operations/adjust_points.h"
#include "server/operations/end_silent_holds.h"
#include "server/operations/grant_right.h"
#include "server/operations/list_losses.h"
#include "server/operations/place_hold.h"
#include "tests/catch.h"

namespace moadon {
namespace {

std::string what(const v1::Loss& loss) {
  if (loss.has_points()) return absl::StrCat("points ", loss.points().points_milli());
  if (loss.has_limit()) return absl::StrCat("limit ", loss.limit().benefit_id());
  return absl::StrCat("right ", loss.right().benefit_id());
}

}  // namespace

v1::RecordContext under_terms(v1::RecordContext context) {
  v1::OfflineTerms& terms = *context.mutable_facts()->mutable_offline();
  terms.set_amount_limit_minor(1'000'000);
  terms.set_points_limit_milli(context.facts().points().available_milli());
  for (const v1::HeldRight& right : context.facts().rights()) {
    terms.add_leased_grant_ids(right.grant_id());
  }
  v1::BudgetSlice& slice = *terms.add_slices();
  slice.set_benefit_id("pot");
  slice.set_amount_minor(500);
  return context;
}

v1::Sale paying(v1::Sale sale, int64_t points_milli) {
  sale.set_spend_points_milli(points_milli);
  return sale;
}

LossShop::LossShop(const std::string& program) : test(program_with(program), {"r1", "r2", "r3"}) {
  member_id = test.enroll("c1", "2026-01-01T08:00:00Z");
  give_points(100'000, "first");
}

void LossShop::give_points(int64_t points_milli, const std::string& request_id) {
  v1::AdjustPointsRequest request;
  request.set_request_id(request_id);
  request.set_member_id(member_id);
  request.set_points_milli(points_milli);
  request.set_note("by hand");
  request.set_actor("owner");
  const auto given = wait_for<v1::AdjustPointsResponse>(
      [&](auto answer) { adjust_points(test.club(), request, std::move(answer)); });
  REQUIRE(given.ok());
}

void LossShop::grant(const std::string& right_id) {
  v1::GrantMemberRightRequest request;
  request.set_request_id(right_id);
  request.set_member_id(member_id);
  request.set_right_id(right_id);
  request.set_note("by hand");
  request.set_actor("owner");
  const auto granted = wait_for<v1::GrantMemberRightResponse>(
      [&](auto answer) { grant_right(test.club(), request, std::move(answer)); });
  REQUIRE(granted.ok());
}

void LossShop::sell(const std::string& at_register, const v1::Sale& made,
                    const v1::RecordContext& context) {
  INFO(made.receipt());
  REQUIRE(test.record(at_register, made, context).has_recorded());
}

void LossShop::sell(const std::string& at_register, const std::string& receipt,
                    const std::vector<TestLine>& lines, int64_t points_milli,
                    const v1::RecordContext& context) {
  sell(at_register, paying(sale(receipt, "2026-01-01T10:00:00Z", "c1", lines), points_milli),
       context);
}

std::string LossShop::hold(const std::string& at_register, int64_t points_milli) {
  v1::PlaceHoldRequest request;
  request.set_request_id(absl::StrCat("hold", test.query("SELECT COUNT(*) FROM holds")));
  request.set_member_id(member_id);
  request.set_points_milli(points_milli);
  const v1::RecordContext known = context();
  for (const v1::HeldRight& right : known.facts().rights()) {
    v1::RightUse& use = *request.add_rights();
    use.set_grant_id(right.grant_id());
    use.set_amount_minor(right.amount_left_minor());
  }
  const ClubViewPtr view = test.club().view();
  const auto held = wait_for<v1::PlaceHoldResponse>([&](auto answer) {
    place_hold(test.club(), *view->register_of_id(at_register), request, std::move(answer));
  });
  REQUIRE(held.ok());
  return held->hold_id();
}

void LossShop::fall_silent() {
  test.clock().set(test.clock().now_us() + absl::ToInt64Microseconds(kHoldSilence) + 1);
  const auto ended =
      wait_for<EndedHolds>([&](auto answer) { end_silent_holds(test.club(), std::move(answer)); });
  REQUIRE(ended.ok());
}

void LossShop::bring_back(const std::string& receipt, const std::string& original_register,
                          const std::string& original, const std::vector<TestLine>& lines) {
  const v1::Return back =
      returned_from(original_register, original, returned(receipt, "2026-01-02T10:00:00Z", lines));
  REQUIRE(test.record("r3", back).has_recorded());
}

v1::ListLossesResponse LossShop::all() {
  const auto listed = list_losses(test.club(), {});
  REQUIRE(listed.ok());
  return *listed;
}

std::vector<std::string> LossShop::losses() {
  std::vector<std::string> texts;
  const v1::ListLossesResponse listed = all();
  for (const v1::Loss& loss : listed.losses()) {
    texts.push_back(absl::StrCat(loss.register_id(), " ", loss.receipt(), ": ", what(loss), " = ",
                                 loss.amount_minor()));
  }
  return texts;
}

void LossShop::check() { CHECK(test.verify() == std::vector<std::string>{}); }

}  // namespace moadon
