// For tests: a journal with rows in every table, and what it may tell after a byte of it changed:
// of each row what was written, or nothing, and of what a register may give never more.
#pragma once

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/agent/journal.h"
#include "client/agent/journal_enrolments.h"
#include "client/agent/journal_offline.h"
#include "client/agent/made_sales.h"
#include "rules/money.h"
#include "tests/catch.h"

namespace moadon::agent {

inline constexpr int64_t kFullNowUs = 1'800'000'000'000'000;
inline constexpr int64_t kFullSales = 40;
inline constexpr BatchLimits kFullBatch{.count = 1000, .bytes = 16 << 20};
inline const std::string kFullKey(kJournalKeyBytes, 'k');
inline const std::vector<std::string> kFullRegisters = {"R1", "R2", "R3"};
inline const std::vector<std::string> kFullMembers = {"m1", "m2", "m3"};
// Holds of R3: of the server's, of the agent's own, used, given up.
inline const std::vector<std::string> kFullRequests = {"asked", "held", "local", "used", "dropped"};

inline std::unique_ptr<Journal> open_full(const std::string& path) {
  auto journal = Journal::open(path, kFullKey, [](const absl::Status&) {});
  CAPTURE(std::string(journal.status().message()));
  REQUIRE(journal.ok());
  return *std::move(journal);
}

inline NewEntry full_sale(const std::string& receipt) {
  NewEntry entry = made_sale(receipt, "052-7654321");
  entry.register_id = "R3";
  entry.occasion = Occasion{"B1", absl::CivilDay(2027, 1, 15), 600};
  entry.commit_time_us = kFullNowUs;
  entry.latest_us = kFullNowUs;
  return entry;
}

inline NewEntry full_return(const std::string& receipt, const std::string& of) {
  v1::Return returned;
  returned.set_receipt(receipt);
  NewEntry entry = full_sale(receipt);
  entry.kind = EntryKind::kReturn;
  entry.content = returned.SerializeAsString();
  entry.original.emplace();
  entry.original->set_register_id("R3");
  entry.original->set_receipt(of);
  return entry;
}

inline OfflineUse full_use(int64_t amount_minor, const std::string& grant_id, int64_t half_minor) {
  OfflineUse use{.amount_minor = amount_minor, .slices = {}, .grant_ids = {grant_id}};
  use.slices.emplace_back().set_benefit_id("half");
  use.slices.back().set_amount_minor(half_minor);
  return use;
}

inline absl::StatusOr<Committed> commit_full(Journal& journal, const NewEntry& entry) {
  return commit_made(journal, entry, 100);
}

inline StoredHold full_hold(const std::string& request_id, const std::string& member_id) {
  StoredHold hold;
  hold.register_id = "R3";
  hold.request_id = request_id;
  hold.basket = "basket of " + request_id;
  hold.request.set_request_id(request_id);
  hold.request.set_member_id(member_id);
  hold.context.set_member_id(member_id);
  hold.occasion = {"B1", absl::CivilDay(2027, 1, 15), 601};
  hold.expire_time_us = kFullNowUs + 60'000'000;
  return hold;
}

inline void place_full_holds(Journal& journal, OfflineBook& book) {
  for (const char* request_id : {"asked", "held", "used", "dropped"}) {
    REQUIRE(journal.ask_hold(full_hold(request_id, "m3")).ok());
    if (std::string(request_id) == "asked") continue;
    v1::PlaceHoldResponse answer;
    answer.set_hold_id(std::string("hold-") + request_id);
    answer.mutable_expire_time()->set_seconds(kFullNowUs / 1'000'000 + 60);
    REQUIRE(journal.confirm_hold("R3", request_id, answer).ok());
  }
  NewEntry using_hold = full_sale("with hold");
  using_hold.hold_id = "hold-used";
  REQUIRE(commit_full(journal, using_hold).ok());
  REQUIRE(journal.give_up_hold("R3", "hold-dropped").ok());
  StoredHold local = full_hold("local", "m2");
  local.hold_id = "local-1";
  REQUIRE(book.set_aside(local, full_use(40, "g2", 50)).ok());
}

inline void take_full_leases(OfflineBook& book) {
  v1::TakeLeasesResponse answer;
  for (const auto& [member_id, grant_id] : {std::pair("m1", "g1"), std::pair("m2", "g2"),
                                            std::pair("m2", "g4"), std::pair("m3", "g3")}) {
    v1::LeasedRight& right = *answer.add_rights();
    right.set_member_id(member_id);
    right.set_grant_id(grant_id);
    right.mutable_end_time()->set_seconds(kFullNowUs / 1'000'000 + 100);
  }
  for (const char* benefit_id : {"half", "third"}) {
    v1::BudgetSlice& slice = *answer.add_slices();
    slice.set_benefit_id(benefit_id);
    slice.set_amount_minor(700);
    slice.set_use_count(7);
    slice.mutable_end_time()->set_seconds(kFullNowUs / 1'000'000 + 100);
  }
  const TurnBegin begin{.register_id = "R3", .server_time_us = kFullNowUs, .latest_us = kFullNowUs};
  const int64_t turn = book.begin_turn(begin)->turn();
  REQUIRE(book.end_turn("R3", turn, answer, kFullNowUs).value());
}

inline NormalKey full_key() { return {KeyKind::kCard, "new-4711", "NEW-4711", {}}; }

inline void enroll_full(Journal& journal) {
  NewEnrollment enrollment;
  enrollment.register_id = "R3";
  enrollment.member.add_keys()->set_card("NEW-4711");
  enrollment.member.set_first_name("Nechama");
  enrollment.keys = {full_key()};
  enrollment.commit_time_us = kFullNowUs;
  REQUIRE(EnrollmentBook(journal).enroll(enrollment).ok());
}

// At `path`: registers R1 and R2 as version 0.3 left them (tests/fixtures/README.md), R3 of today.
inline void fill_full(const std::string& path) {
  std::filesystem::copy_file(MOADON_FIXTURES "/journal_0_3.db", path);
  const auto journal = open_full(path);
  OfflineBook book(*journal);
  std::vector<v1::Program> programs(2);
  for (int64_t version : {1, 2}) {
    programs[static_cast<size_t>(version - 1)].set_version(version);
    programs[static_cast<size_t>(version - 1)].set_title("title of the program");
  }
  REQUIRE(journal->store_programs(programs).ok());
  REQUIRE(journal->store_place("R3", {"B1", "Asia/Jerusalem", 240}).ok());
  for (int64_t i = 1; i <= kFullSales; ++i) {
    REQUIRE(commit_full(*journal, full_sale(std::to_string(i))).ok());
  }
  REQUIRE(commit_full(*journal, full_return("back", "7")).ok());
  take_full_leases(book);
  NewEntry offline = full_sale("offline");
  offline.offline_use = MemberUse{"m1", full_use(100, "g1", 300)};
  REQUIRE(commit_full(*journal, offline).ok());
  offline = full_sale("offline too");
  offline.offline_use = MemberUse{"m3", full_use(60, "g9", 30)};
  REQUIRE(commit_full(*journal, offline).ok());
  place_full_holds(*journal, book);
  enroll_full(*journal);
  REQUIRE(book.store_clock({kFullNowUs, "boot", 12'345}).ok());
}

// All that a journal tells, but for what is delivered: that is compared by its chain.
struct Told {
  std::vector<std::string> programs;
  std::map<std::string, Place> places;
  std::map<std::string, std::optional<StoredHold>> holds;
  std::map<std::pair<std::string, std::string>, OfflineStanding> standings;
  std::optional<Provisional> enrolled;
  StoredClock clock;
  // By register and place.
  std::map<std::pair<std::string, int64_t>, v1::RecordEntry> sent;
};

inline Told told_by(Journal& journal) {
  Told told;
  OfflineBook book(journal);
  const auto programs = journal.programs().value();
  for (const v1::Program& program : programs) {
    told.programs.push_back(program.SerializeAsString());
  }
  for (const std::string& register_id : kFullRegisters) {
    told.places[register_id] = journal.place(register_id).value();
    for (const std::string& member_id : kFullMembers) {
      told.standings[{register_id, member_id}] =
          book.standing(
                  {.register_id = register_id, .member_id = member_id, .latest_us = kFullNowUs})
              .value();
    }
    auto batch = journal.next_batch(register_id, kFullBatch).value();
    for (v1::RecordEntry& entry : batch) {
      told.sent[{register_id, entry.sequence()}] = std::move(entry);
    }
  }
  for (const std::string& request_id : kFullRequests) {
    told.holds[request_id] = journal.find_hold("R3", request_id).value();
  }
  told.enrolled = EnrollmentBook(journal).find(full_key()).value();
  told.clock = book.clock().value();
  return told;
}

inline void check_hold(const StoredHold& told, const StoredHold& written) {
  CHECK(told.basket == written.basket);
  CHECK(told.request.SerializeAsString() == written.request.SerializeAsString());
  CHECK(told.context.SerializeAsString() == written.context.SerializeAsString());
  CHECK(told.occasion.branch_id == written.occasion.branch_id);
  CHECK(told.occasion.business_day == written.occasion.business_day);
  CHECK(told.occasion.minute_of_day == written.occasion.minute_of_day);
}

// `freed_minor`: what a hold set aside that cannot be used any more.
inline void check_standing(const OfflineStanding& told, const OfflineStanding& written,
                           int64_t freed_minor) {
  CHECK(told.used_minor >= written.used_minor - freed_minor);
  const bool is_all_used = told.used_minor >= kMaxSumMinor;
  if (is_all_used) {
    CHECK(told.leased_grant_ids.empty());
    CHECK(told.slices.empty());
  }
  CHECK((is_all_used || freed_minor > 0 || told.is_member_served >= written.is_member_served));
}

inline void check_leases(const OfflineStanding& told, const OfflineStanding& written) {
  for (const std::string& grant_id : told.leased_grant_ids) {
    const auto& all = written.leased_grant_ids;
    CHECK(std::find(all.begin(), all.end(), grant_id) != all.end());
  }
  for (const v1::BudgetSlice& slice : told.slices) {
    const auto same = std::find_if(
        written.slices.begin(), written.slices.end(),
        [&](const v1::BudgetSlice& other) { return other.benefit_id() == slice.benefit_id(); });
    REQUIRE(same != written.slices.end());
    CHECK(slice.amount_minor() <= same->amount_minor());
    CHECK(slice.use_count() <= same->use_count());
  }
}

inline void check_told(const Told& told, const Told& written) {
  if (!told.programs.empty()) CHECK(told.programs == written.programs);
  for (const auto& [register_id, place] : told.places) {
    if (!(place == Place())) CHECK(place == written.places.at(register_id));
  }
  for (const auto& [request_id, hold] : told.holds) {
    CAPTURE(request_id);
    if (hold) check_hold(*hold, *written.holds.at(request_id));
  }
  // A hold of the agent's own sets aside only while it can be used as it was made.
  const auto& local = told.holds.at("local");
  const auto& made = written.holds.at("local");
  const bool stands =
      local && local->state == HoldState::kHeld && local->expire_time_us == made->expire_time_us;
  for (const auto& [whose, standing] : told.standings) {
    CAPTURE(whose.first, whose.second);
    const OfflineStanding& before = written.standings.at(whose);
    const bool may_be_freed = !stands && whose.first == "R3";
    check_standing(standing, before, may_be_freed ? 40 : 0);
    if (!may_be_freed) check_leases(standing, before);
  }
  if (told.enrolled) {
    REQUIRE(written.enrolled.has_value());
    CHECK(told.enrolled->provisional_id == written.enrolled->provisional_id);
    CHECK(told.enrolled->register_id == written.enrolled->register_id);
    CHECK(told.enrolled->member_id == written.enrolled->member_id);
    const bool is_nameless = told.enrolled->display_name.empty();
    CHECK((is_nameless || told.enrolled->display_name == written.enrolled->display_name));
  }
  if (!told.clock.boot_id.empty()) {
    CHECK(told.clock.boot_id == written.clock.boot_id);
    CHECK(told.clock.server_offset_us == written.clock.server_offset_us);
  }
  for (const auto& [place, entry] : told.sent) {
    CAPTURE(place.first, place.second);
    const auto same = written.sent.find(place);
    REQUIRE(same != written.sent.end());
    CHECK(entry.SerializeAsString() == same->second.SerializeAsString());
  }
}

}  // namespace moadon::agent
