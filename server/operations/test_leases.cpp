#include "server/operations/test_leases.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "server/operations/add_branch.h"
#include "server/operations/add_register.h"
#include "server/operations/cancel_hold.h"
#include "server/operations/end_silent_leases.h"
#include "server/operations/grant_right.h"
#include "server/operations/note_heartbeat.h"
#include "server/operations/place_hold.h"
#include "server/operations/revoke_register.h"
#include "server/operations/take_leases.h"
#include "tests/catch.h"

namespace moadon {
namespace {

void add_coupon(v1::Program& program, const std::string& right_id, int use_count) {
  v1::RightKind& right = *program.add_rights();
  right.set_right_id(right_id);
  right.set_title(right_id);
  right.mutable_coupon()->set_use_count(use_count);
  v1::Benefit& benefit = *program.add_benefits();
  benefit.set_benefit_id(absl::StrCat("free-", right_id));
  benefit.set_title(right_id);
  benefit.add_conditions()->mutable_right_held()->set_right_id(right_id);
  benefit.mutable_effect()->mutable_fixed_price()->mutable_filter()->add_skus(right_id);
  benefit.mutable_effect()->mutable_fixed_price()->set_unit_price_minor(0);
}

v1::Benefit& add_percent(v1::Program& program, const std::string& benefit_id,
                         const std::string& sku) {
  v1::Benefit& benefit = *program.add_benefits();
  benefit.set_benefit_id(benefit_id);
  benefit.set_title(benefit_id);
  benefit.mutable_effect()->mutable_percent_off_lines()->set_percent_bps(1000);
  benefit.mutable_effect()->mutable_percent_off_lines()->mutable_filter()->add_skus(sku);
  return benefit;
}

void add_register(TestClub& test, const std::string& register_id, const std::string& branch_id,
                  bool new_token) {
  v1::AddRegisterRequest request;
  request.mutable_register_()->set_register_id(register_id);
  request.mutable_register_()->set_branch_id(branch_id);
  request.set_new_token(new_token);
  const auto added = wait_for<v1::AddRegisterResponse>(
      [&](auto answer) { moadon::add_register(test.club(), request, std::move(answer)); });
  INFO(added.status());
  REQUIRE(added.ok());
}

}  // namespace

v1::Program leasing_program() {
  v1::Program program = TestClub::program();
  add_coupon(program, "coffee", 1);
  add_coupon(program, "cakes", 3);
  add_percent(program, "tea", "tea").mutable_limits()->set_club_budget_minor(100'000);
  add_percent(program, "first", "bread").mutable_limits()->set_club_count(40);
  program.mutable_offline()->mutable_leases()->set_rights_per_register(100);
  program.mutable_offline()->mutable_leases()->set_lease_hours(48);
  return program;
}

Grants grants_of(const v1::TakeLeasesResponse& response) {
  Grants grants;
  for (const v1::LeasedRight& right : response.rights()) grants.insert(right.grant_id());
  return grants;
}

LeaseClub::LeaseClub(const v1::Program& program) : test(program, {}) {
  v1::Branch branch;
  branch.set_branch_id("b2");
  REQUIRE(wait_for<v1::AddBranchResponse>([&](auto answer) {
            add_branch(test.club(), branch, std::move(answer));
          }).ok());
  for (const char* const id : {"r1", "r2", "r3"}) add_register(test, id, "b1", false);
  add_register(test, "x1", "b2", false);
}

std::string LeaseClub::buyer(const std::string& card, const std::string& register_id) {
  const std::string member_id = test.enroll(card, "2026-01-01T09:00:00Z");
  buy(card, register_id);
  return member_id;
}

void LeaseClub::buy(const std::string& card, const std::string& register_id) {
  v1::Sale sold = sale(absl::StrCat("buy ", ++names_), "2026-01-01T10:00:00Z", card, {{"milk"}});
  *sold.mutable_occurred_at() = timestamp_of(test.clock().now_us());
  REQUIRE(test.record(register_id, sold).has_recorded());
}

std::string LeaseClub::grant(const std::string& member_id, const std::string& right_id) {
  v1::GrantMemberRightRequest request;
  request.set_request_id(absl::StrCat("grant ", ++names_));
  request.set_member_id(member_id);
  request.set_right_id(right_id);
  request.set_note("welcome");
  request.set_actor("dana");
  const auto granted = wait_for<v1::GrantMemberRightResponse>(
      [&](auto answer) { grant_right(test.club(), request, std::move(answer)); });
  INFO(granted.status());
  REQUIRE(granted.ok());
  return granted->right().grant_id();
}

absl::StatusOr<v1::TakeLeasesResponse> LeaseClub::take(const std::string& register_id,
                                                       const v1::TakeLeasesRequest& request) {
  const ClubViewPtr view = test.club().view();
  return wait_for<v1::TakeLeasesResponse>([&](auto answer) {
    take_leases(test.club(), *view->register_of_id(register_id), request, std::move(answer));
  });
}

int64_t LeaseClub::lease_count() {
  return test.query("SELECT COUNT(*) FROM right_leases WHERE register_id <> ''");
}

absl::StatusOr<v1::PlaceHoldResponse> LeaseClub::hold(const std::string& register_id,
                                                      const std::string& member_id,
                                                      const std::string& grant_id) {
  v1::PlaceHoldRequest request;
  request.set_request_id(absl::StrCat("hold ", ++names_));
  request.set_member_id(member_id);
  request.add_rights()->set_grant_id(grant_id);
  const ClubViewPtr view = test.club().view();
  return wait_for<v1::PlaceHoldResponse>([&](auto answer) {
    place_hold(test.club(), *view->register_of_id(register_id), request, std::move(answer));
  });
}

void LeaseClub::cancel(const std::string& register_id, const std::string& hold_id) {
  v1::CancelHoldRequest request;
  request.set_hold_id(hold_id);
  const ClubViewPtr view = test.club().view();
  REQUIRE(wait_for<v1::CancelHoldResponse>([&](auto answer) {
            cancel_hold(test.club(), *view->register_of_id(register_id), request,
                        std::move(answer));
          }).ok());
}

void LeaseClub::heartbeat(const std::string& register_id) {
  const ClubViewPtr view = test.club().view();
  REQUIRE(wait_for<v1::HeartbeatResponse>([&](auto answer) {
            note_heartbeat(test.club(), *view->register_of_id(register_id), {}, std::move(answer));
          }).ok());
}

void LeaseClub::revoke(const std::string& register_id) {
  REQUIRE(wait_for<v1::RevokeRegisterResponse>([&](auto answer) {
            revoke_register(test.club(), register_id, std::move(answer));
          }).ok());
}

void LeaseClub::renew(const std::string& register_id) {
  add_register(test, register_id, "b1", true);
}

int64_t LeaseClub::end_silent() {
  const auto ended = wait_for<EndedLeases>(
      [&](auto answer) { end_silent_leases(test.club(), std::move(answer)); });
  REQUIRE(ended.ok());
  return ended->register_count;
}

std::string LeaseClub::new_journal() { return absl::StrCat(absl::Dec(++names_, absl::kZeroPad16)); }

v1::TakeLeasesResponse TestTill::turn(bool is_lost) {
  auto answer = try_turn(is_lost);
  INFO(answer.status());
  REQUIRE(answer.ok());
  return *std::move(answer);
}

absl::StatusOr<v1::TakeLeasesResponse> TestTill::try_turn(bool is_lost) {
  const bool is_new = begin_turn();
  auto answer = ask();
  if (is_lost) return answer;
  if (!answer.ok()) {
    usable_.clear();
    slices_.clear();
    return answer;
  }
  answered_turn_ = begun_turn_;
  // What stood when the repeated one was answered may be somebody else's, who has this journal too.
  if (!is_new) return try_turn();
  take(*answer);
  return answer;
}

bool TestTill::begin_turn() {
  if (begun_turn_ != answered_turn_) return false;
  begun_turn_ = club_.new_turn();
  return true;
}

absl::StatusOr<v1::TakeLeasesResponse> TestTill::ask() {
  asked_.Clear();
  asked_.set_journal_id(journal_id_);
  asked_.set_turn(begun_turn_);
  asked_.set_previous_turn(answered_turn_);
  for (const std::set<std::string>* const kept : {&usable_, &used_}) {
    for (const std::string& grant_id : *kept) {
      v1::LeasedRight& right = *asked_.add_kept();
      right.set_member_id(owners_[grant_id]);
      right.set_grant_id(grant_id);
    }
  }
  for (const auto& [benefit_id, used_minor] : used_minor_) {
    v1::BudgetSlice& slice = slices_[benefit_id];
    slice.set_benefit_id(benefit_id);
    slice.set_amount_minor(std::max(slice.amount_minor(), used_minor));
  }
  for (const auto& [benefit_id, slice] : slices_) *asked_.add_slices() = slice;
  return ask_again();
}

void TestTill::take(const v1::TakeLeasesResponse& answer) {
  usable_.clear();
  for (const v1::LeasedRight& right : answer.rights()) {
    owners_[right.grant_id()] = right.member_id();
    if (!used_.contains(right.grant_id())) usable_.insert(right.grant_id());
  }
  slices_.clear();
  for (const v1::BudgetSlice& slice : answer.slices()) slices_[slice.benefit_id()] = slice;
}

void TestTill::rejoin() {
  journal_id_ = club_.new_journal();
  begun_turn_ = 0;
  answered_turn_ = 0;
}

absl::StatusOr<v1::TakeLeasesResponse> TestTill::ask_again() {
  return club_.take(register_id_, asked_);
}

int64_t TestTill::left_minor(const std::string& benefit_id) const {
  const auto part = slices_.find(benefit_id);
  const auto used = used_minor_.find(benefit_id);
  const int64_t part_minor = part == slices_.end() ? 0 : part->second.amount_minor();
  return std::max<int64_t>(0, part_minor - (used == used_minor_.end() ? 0 : used->second));
}

void TestTill::use_part(const std::string& benefit_id, int64_t amount_minor) {
  used_minor_[benefit_id] += amount_minor;
}

void TestTill::part_delivered(const std::string& benefit_id, int64_t amount_minor) {
  used_minor_[benefit_id] -= amount_minor;
  const auto part = slices_.find(benefit_id);
  if (part == slices_.end()) return;
  part->second.set_amount_minor(std::max<int64_t>(0, part->second.amount_minor() - amount_minor));
}

void TestTill::use(const std::string& grant_id) {
  usable_.erase(grant_id);
  used_.insert(grant_id);
}

LeasedCoffee::LeasedCoffee()
    : member(club.buyer("c1", "x1")), coffee(club.grant(member)), till(club, "x1") {
  till.turn();
}

}  // namespace moadon
