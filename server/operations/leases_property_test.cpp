// Whatever registers do, whatever gets lost on the way, and whoever copies their disks: never can
// two use one right, and never is more of a limit given away than there is.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "rules/calendar.h"
#include "rules/refusal.h"
#include "rules/test_dice.h"
#include "server/operations/read_members.h"
#include "server/operations/test_leases.h"
#include "tests/catch.h"

namespace moadon {
namespace {

constexpr int64_t kTeaBudgetMinor = 20'000;
constexpr int64_t kMemberLimitMinor = 5'000;

v1::Program tight_program() {
  v1::Program program = leasing_program();
  for (v1::Benefit& benefit : *program.mutable_benefits()) {
    if (benefit.benefit_id() == "tea") {
      benefit.mutable_limits()->set_club_budget_minor(kTeaBudgetMinor);
    }
  }
  program.mutable_offline()->mutable_leases()->set_rights_per_register(5);
  program.mutable_offline()->mutable_leases()->set_lease_hours(1);
  return program;
}

struct Right {
  std::string grant_id;
  std::string member_id;
  std::string sku;
};

// A sale that is paid and not delivered.
struct Pending {
  v1::Sale sale;
  v1::RecordContext context;
  std::string grant_id;  // that it uses; empty: none
  int64_t tea_minor = 0;
};

struct Hold {
  std::string register_id;
  std::string hold_id;
  Right right;
  v1::MemberFacts facts;  // that priced it
};

// Registers of one branch that sell, fall silent and come back.
class Street final {
 public:
  explicit Street(uint64_t seed) : dice_(seed), club_(tight_program()) {
    for (const char* const id : {"r1", "r2", "r3"}) open(id);
    for (int i = 0; i < 10; ++i) {
      const std::string member_id = club_.buyer(absl::StrCat("c", i), dice_.any_of({"r1", "r2"}));
      for (const char* const kind : {"coffee", "cakes"}) {
        rights_.push_back({club_.grant(member_id, kind), member_id, kind});
      }
    }
  }

  void step() {
    Till& at = tills_[dice_.any_of({"r1", "r2", "r3"})];
    switch (dice_.below(12)) {
      case 0:
      case 1:
      case 2:
        at.agent->turn(/*is_lost=*/dice_.one_in(4));
        break;
      case 3:
        if (at.agent->has_asked()) CHECK(at.agent->ask_again().ok());
        break;
      case 4:
      case 5:
        use_alone(at);
        break;
      case 6:
        sell_tea_alone(at);
        break;
      case 7:
        deliver(at);
        break;
      case 8:
        place_hold(at);
        break;
      case 9:
        end_hold();
        break;
      case 10:
        copy_disk(at);
        break;
      default:
        something_rare(at);
        break;
    }
  }

  void check() {
    for (const Right& right : rights_) {
      std::set<std::string> users;
      for (const auto& [id, till] : tills_) {
        if (till.agent->usable().contains(right.grant_id) || till.uses(right.grant_id)) {
          users.insert(id);
        }
      }
      // Of several uses the server may set one aside here and one there, but none of a leased
      // right.
      std::set<std::string> with_holds = users;
      for (const Hold& hold : holds_) {
        if (hold.right.grant_id == right.grant_id) with_holds.insert(hold.register_id);
      }
      CAPTURE(right.grant_id, users, with_holds);
      CHECK(users.size() <= 1);
      CHECK((users.empty() || with_holds.size() == 1));
    }
    const int64_t used_minor = club_.test.query(
        "SELECT COALESCE(SUM(saved_minor), 0) FROM club_uses WHERE benefit_id = 'tea'");
    const int64_t aside_minor = club_.test.query(
        "SELECT COALESCE(SUM(amount_minor), 0) FROM budget_slices WHERE benefit_id = 'tea'");
    CHECK(used_minor + aside_minor <= kTeaBudgetMinor);
    for (const auto& [id, till] : tills_) {
      CAPTURE(id);
      CHECK(till.agent->left_minor("tea") + till.tea_minor() <=
            club_.test.query("SELECT COALESCE(SUM(amount_minor), 0) FROM budget_slices"
                             " WHERE benefit_id = 'tea' AND register_id = '" +
                             id + "'"));
    }
  }

  void finish() {
    for (auto& [id, till] : tills_) {
      while (!till.pending.empty()) deliver(till);
    }
    while (!holds_.empty()) end_hold();
    check();
    CHECK(club_.test.query("SELECT COUNT(*) FROM right_uses WHERE use_count = 0") == 0);
    for (const auto& [register_id, receipt] : sold_) {
      for (const v1::Difference& difference :
           club_.test.recorded(register_id, receipt).differences()) {
        CAPTURE(register_id, receipt, difference.ShortDebugString());
        CHECK_FALSE(difference.has_right_overused());
        CHECK_FALSE(difference.has_limit_exceeded());
      }
    }
    CHECK(club_.test.verify() == std::vector<std::string>{});
  }

  int64_t refused_copies() const { return refused_copies_; }
  int64_t uses() { return club_.test.query("SELECT COUNT(*) FROM right_uses"); }

 private:
  struct Till {
    std::string id;
    std::unique_ptr<TestTill> agent;
    std::deque<Pending> pending;

    int64_t tea_minor() const {
      int64_t sum_minor = 0;
      for (const Pending& sale : pending) sum_minor += sale.tea_minor;
      return sum_minor;
    }
    bool uses(const std::string& grant_id) const {
      return std::any_of(pending.begin(), pending.end(),
                         [&](const Pending& sale) { return sale.grant_id == grant_id; });
    }
  };

  void open(const std::string& id) {
    tills_[id] = Till{id, std::make_unique<TestTill>(club_, id), {}};
  }

  v1::MemberFacts facts_of(const std::string& member_id) {
    v1::GetFactsRequest request;
    request.set_member_id(member_id);
    const auto facts = get_facts(club_.test.club(), request);
    INFO(facts.status());
    REQUIRE(facts.ok());
    return facts->facts();
  }

  Pending priced(const v1::MemberFacts& facts, const std::string& sku, int64_t price_minor) {
    Pending made;
    made.sale = sale(absl::StrCat("s", ++receipts_), "2026-01-01T12:00:00Z", "",
                     {{sku, 1000, price_minor}});
    const auto now = timestamp_of(club_.test.clock().now_us());
    *made.sale.mutable_occurred_at() = now;
    *made.context.mutable_corrected_at() = now;
    *made.context.mutable_facts() = facts;
    made.context.set_member_id(facts.member_id());
    made.context.set_program_version(1);
    return made;
  }

  void record(const Till& at, const Pending& sale) {
    CHECK(club_.test.record(at.id, sale.sale, sale.context).has_recorded());
    sold_.emplace_back(at.id, sale.sale.receipt());
  }

  // A leased right, without the server.
  void use_alone(Till& at) {
    const std::set<std::string> usable = at.agent->usable();
    for (const Right& right : rights_) {
      if (!usable.contains(right.grant_id) || !dice_.one_in(2)) continue;
      Pending sale = priced(facts_of(right.member_id), right.sku, 1000);
      sale.grant_id = right.grant_id;
      sale.context.mutable_facts()->mutable_offline()->add_leased_grant_ids(right.grant_id);
      at.agent->use(right.grant_id);
      at.pending.push_back(std::move(sale));
      return;
    }
  }

  void sell_tea_alone(Till& at) {
    const int64_t left_minor = std::min(at.agent->left_minor("tea"), kMemberLimitMinor);
    if (left_minor < 1) return;
    const int64_t tea_minor = dice_.between(1, left_minor);
    Pending sale = priced(facts_of(rights_.front().member_id), "tea", tea_minor * 10);
    sale.tea_minor = tea_minor;
    v1::OfflineTerms& terms = *sale.context.mutable_facts()->mutable_offline();
    terms.set_amount_limit_minor(kMemberLimitMinor);
    v1::BudgetSlice& slice = *terms.add_slices();
    slice.set_benefit_id("tea");
    slice.set_amount_minor(left_minor);
    at.agent->use_part("tea", tea_minor);
    at.pending.push_back(std::move(sale));
  }

  void deliver(Till& at) {
    if (at.pending.empty()) return;
    const Pending sale = std::move(at.pending.front());
    at.pending.pop_front();
    record(at, sale);
    if (dice_.one_in(3)) record(at, sale);  // its answer was lost
    at.agent->delivered(sale.grant_id);
    if (sale.tea_minor > 0) at.agent->part_delivered("tea", sale.tea_minor);
  }

  // A clone, or an image that is put back later: whoever asks first goes on, the other never again.
  void copy_disk(Till& at) {
    if (!copies_.empty() && dice_.one_in(2)) return ask_of_copy();
    if (!at.agent->has_asked()) return;  // nobody knows that journal
    Till copy{at.id, std::make_unique<TestTill>(*at.agent), at.pending};
    switch (dice_.below(4)) {
      case 0:  // an image, that asks when it was not heard of for a while
        break;
      case 1:
        at.agent->rejoin();
        at.agent->turn(/*is_lost=*/dice_.one_in(4));
        break;
      default:
        if (dice_.one_in(2)) std::swap(copy, at);
        at.agent->turn(/*is_lost=*/dice_.one_in(4));
        break;
    }
    copies_.push_back(std::move(copy));
  }

  void ask_of_copy() {
    TestTill& copy = *copies_[dice_.below(static_cast<int64_t>(copies_.size()))].agent;
    if (copy.is_at_turn_of(*tills_[copy.register_id()].agent)) return;
    if (copy.has_asked()) {
      CHECK(reason_of(copy.ask_again().status()) == v1::REASON_JOURNAL_FORKED);
    }
    CHECK(reason_of(copy.try_turn().status()) == v1::REASON_JOURNAL_FORKED);
    CHECK(copy.usable().empty());
    ++refused_copies_;
  }

  // The server's leave for a right, whoever may have leased it.
  void place_hold(Till& at) {
    const Right& right = rights_[dice_.below(static_cast<int64_t>(rights_.size()))];
    if (at.uses(right.grant_id)) return;  // it knows
    const v1::MemberFacts facts = facts_of(right.member_id);
    at.agent->forget(right.grant_id);
    const auto placed = club_.hold(at.id, right.member_id, right.grant_id);
    if (placed.ok()) holds_.push_back({at.id, placed->hold_id(), right, facts});
  }

  void end_hold() {
    if (holds_.empty()) return;
    const Hold hold = holds_.front();
    holds_.pop_front();
    if (dice_.one_in(2)) return club_.cancel(hold.register_id, hold.hold_id);
    Pending sale = priced(hold.facts, hold.right.sku, 1000);
    sale.context.set_hold_id(hold.hold_id);
    record(tills_[hold.register_id], sale);
  }

  void something_rare(Till& at) {
    switch (dice_.below(4)) {
      case 0:
        club_.buy(absl::StrCat("c", dice_.below(10)), at.id);
        break;
      case 1: {  // as a shop asks
        Pending sale = priced(facts_of(rights_.front().member_id), "tea", dice_.between(1, 9000));
        record(at, sale);
        break;
      }
      case 2:
        if (!dice_.one_in(5)) break;
        while (!at.pending.empty()) deliver(at);  // it will be let in no more
        for (const Hold& hold : holds_) {
          if (hold.register_id == at.id) return;
        }
        club_.revoke(at.id);
        club_.renew(at.id);
        // Copies of its disk have the old token.
        copies_.erase(std::remove_if(copies_.begin(), copies_.end(),
                                     [&](const Till& copy) { return copy.id == at.id; }),
                      copies_.end());
        open(at.id);
        break;
      default:
        club_.pass(dice_.between(1, 30) * kMinuteUs);
        break;
    }
  }

  Dice dice_;
  LeaseClub club_;
  std::vector<Right> rights_;
  std::map<std::string, Till> tills_;
  std::deque<Hold> holds_;
  std::vector<std::pair<std::string, std::string>> sold_;
  std::vector<Till> copies_;
  int64_t receipts_ = 0;
  int64_t refused_copies_ = 0;
};

TEST_CASE("never two registers may use one right, and never more of a limit than there is") {
  const bool is_long = std::getenv("MOADON_LONG") != nullptr;
  const char* const asked = std::getenv("MOADON_TEST_SEED");
  const uint64_t first =
      asked != nullptr ? std::strtoull(asked, nullptr, 10) : std::random_device()();
  const int rounds = is_long ? 300 : 4;
  int64_t uses = 0;
  int64_t refused_copies = 0;
  for (int round = 0; round < rounds; ++round) {
    const uint64_t seed = first + static_cast<uint64_t>(round);
    CAPTURE(seed);
    Street street(seed);
    for (int i = 0; i < 150; ++i) {
      CAPTURE(i);
      street.step();
      street.check();
    }
    street.finish();
    uses += street.uses();
    refused_copies += street.refused_copies();
  }
  CAPTURE(first);
  CHECK(uses > rounds);
  CHECK(refused_copies > 0);
}

}  // namespace
}  // namespace moadon
