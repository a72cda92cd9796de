// A club whose registers take rights and parts of limits ahead, and what their agents know, for
// tests.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "moadon/v1/sync_service.pb.h"
#include "rules/durations.h"
#include "server/operations/test_club.h"

namespace moadon {

using Grants = std::set<std::string>;

// The rights that the answer leaves with the register.
Grants grants_of(const v1::TakeLeasesResponse& response);

// A coupon "coffee" for one free coffee, "cakes" for three, leased up to 100 a register for 48
// hours; "tea" ten percent off 1,000.00 in all, "first" for the club's first 40.
v1::Program leasing_program();

// Branches b1 and b2; registers r1, r2, r3 in b1 and x1 in b2.
class LeaseClub final {
 public:
  explicit LeaseClub(const v1::Program& program = leasing_program());

  TestClub test;

  // A member who bought something at the register on the clock's day; the member's id.
  std::string buyer(const std::string& card, const std::string& register_id = "r1");
  void buy(const std::string& card, const std::string& register_id);
  // Gives a right by hand; its grant_id.
  std::string grant(const std::string& member_id, const std::string& right_id = "coffee");

  absl::StatusOr<v1::TakeLeasesResponse> take(const std::string& register_id,
                                              const v1::TakeLeasesRequest& request);
  // Rights that any register has.
  int64_t lease_count();
  // A hold of one right; another name every time.
  absl::StatusOr<v1::PlaceHoldResponse> hold(const std::string& register_id,
                                             const std::string& member_id,
                                             const std::string& grant_id);
  void cancel(const std::string& register_id, const std::string& hold_id);
  void heartbeat(const std::string& register_id);
  void revoke(const std::string& register_id);
  void renew(const std::string& register_id);  // another token
  int64_t end_silent();                        // registers
  void pass(int64_t time_us) { test.clock().set(test.clock().now_us() + time_us); }
  // Larger every time, as the time is by which agents number their turns; and a journal's name.
  int64_t new_turn() { return ++turns_; }
  std::string new_journal();

 private:
  int64_t names_ = 0;
  int64_t turns_ = 0;
};

// The agent of one register: what it has, and what it says in its turns. A copy is a clone of its
// disk.
class TestTill final {
 public:
  TestTill(LeaseClub& club, std::string register_id)
      : club_(club), register_id_(std::move(register_id)), journal_id_(club.new_journal()) {}

  const std::string& register_id() const { return register_id_; }
  // Asks in a turn and takes what is answered; an answer that is lost changes nothing here, and its
  // turn is repeated before there is a new one.
  v1::TakeLeasesResponse turn(bool is_lost = false);
  // The same of one that may be refused; then it gives nothing any more.
  absl::StatusOr<v1::TakeLeasesResponse> try_turn(bool is_lost = false);
  // Begins a turn that never arrives.
  void miss_turn() { begin_turn(); }
  // Goes on with a journal of another name.
  void rejoin();
  bool has_asked() const { return asked_.turn() > 0; }
  // Whether both would say the same of the past.
  bool is_at_turn_of(const TestTill& other) const {
    return journal_id_ == other.journal_id_ && begun_turn_ == other.begun_turn_;
  }
  // What it last asked, once more; the answer is not taken.
  absl::StatusOr<v1::TakeLeasesResponse> ask_again();
  // Rights that it may use without asking: leased and neither forgotten nor used.
  const std::set<std::string>& usable() const { return usable_; }
  // Leaves the lease to the server, as before a hold.
  void forget(const std::string& grant_id) { usable_.erase(grant_id); }
  // A use that the server does not know of until it is delivered.
  void use(const std::string& grant_id);
  void delivered(const std::string& grant_id) { used_.erase(grant_id); }
  // Parts of limits as last answered, less what was delivered; to be changed by who lies.
  std::map<std::string, v1::BudgetSlice>& slices() { return slices_; }
  // Of a budget: what is left of its part, less what sales that are not delivered use of it.
  int64_t left_minor(const std::string& benefit_id) const;
  void use_part(const std::string& benefit_id, int64_t amount_minor);
  void part_delivered(const std::string& benefit_id, int64_t amount_minor);

 private:
  // True: a new one; false: the last one was not answered, and is to be repeated.
  bool begin_turn();
  absl::StatusOr<v1::TakeLeasesResponse> ask();
  void take(const v1::TakeLeasesResponse& answer);

  LeaseClub& club_;
  const std::string register_id_;
  std::string journal_id_;
  int64_t begun_turn_ = 0;
  int64_t answered_turn_ = 0;
  v1::TakeLeasesRequest asked_;
  std::set<std::string> usable_;
  std::set<std::string> used_;                 // by sales that are not delivered
  std::map<std::string, std::string> owners_;  // of all that were ever leased
  std::map<std::string, v1::BudgetSlice> slices_;
  std::map<std::string, int64_t> used_minor_;  // by benefit, of sales that are not delivered
};

// A club in which member c1, who bought at x1, has the right "coffee", and x1 has it leased.
struct LeasedCoffee {
  LeasedCoffee();

  LeaseClub club;
  const std::string member;
  const std::string coffee;  // the right's grant_id
  TestTill till;             // of x1
};

}  // namespace moadon
