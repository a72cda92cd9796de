// People of a test's club as plain facts, written into its tables, and what a question answers
// about them, found out the slow way.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/civil_time.h"
#include "moadon/v1/group_service.pb.h"
#include "rules/test_dice.h"
#include "server/operations/test_club.h"

namespace moadon {

struct TestDay {
  int64_t day = 0;
  int64_t units_milli = 0;
  int64_t spend_minor = 0;
};

struct TestSaleLine {
  int64_t day = 0;
  std::string branch_id;
  std::string sku;
  std::string category;
  std::string brand;
  int64_t quantity_milli = 0;
  int64_t returned_milli = 0;
  bool is_deposit = false;
};

struct TestConsent {
  int channel = 0;
  bool granted = false;
  int64_t occurred_us = 0;
};

struct TestLot {
  int64_t left_milli = 0;
  int64_t usable_day = 0;
  std::optional<int64_t> expire_day;
};

struct TestPerson {
  int64_t member_id = 0;
  int64_t merged_into = 0;  // 0: nobody
  int64_t met_day = 0;
  bool has_signed_up = false;
  bool refuses = false;
  bool is_archived = false;
  int stage = 0;
  std::string tier_id;
  std::string first_name;
  std::string last_name;
  std::string birth_date;
  std::string anniversary_date;
  int gender = 0;
  int family_status = 0;
  std::string city;
  std::string language_code;
  int preferred_channel = 0;
  bool has_phone = false;
  bool has_email = false;
  int64_t branch_us = 0;
  std::string branch_id;
  std::optional<int64_t> source_us;
  int source_kind = 0;
  std::string source_name;
  std::vector<std::string> tags;
  std::vector<std::pair<std::string, std::string>> custom_values;
  std::vector<TestConsent> consents;
  std::vector<std::vector<TestConsent>> other_consents;  // of those who are part of them, each
  std::vector<TestDay> days;
  std::vector<TestSaleLine> lines;
  std::vector<TestLot> lots;
};

// Somebody; days are at most 200 before `today`.
TestPerson random_person(Dice& dice, int64_t member_id, int64_t today);

// Days on which they bought something they kept, oldest first.
std::vector<int64_t> purchase_days_of(const TestPerson& person);

// Writes everybody into the club's tables, merges included.
void write_people(TestClub& test, const std::vector<TestPerson>& people);

// Those who are nobody else's part, each with what belongs to those who are part of them.
std::vector<TestPerson> whole_people(const std::vector<TestPerson>& people);

// Ids of those of `whole` whom the question fits.
std::vector<int64_t> who_fits(const v1::Question& question, const std::vector<TestPerson>& whole,
                              absl::CivilDay today);

}  // namespace moadon
