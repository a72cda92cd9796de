#include <algorithm>

#include "absl/strings/ascii.h"
#include "rules/calendar.h"
#include "server/insight/test_people.h"
#include "tests/random_question.h"

namespace moadon {
namespace {

// Answers a question about one person from the plain facts, without caring how long it takes.
struct SlowAnswer {
  const std::vector<TestPerson>& whole;
  const TestPerson& person;
  absl::CivilDay today;

  bool to(const v1::Question& question) const {
    if (question.has_all()) {
      int yes = 0;
      for (const v1::Question& one : question.all().questions()) yes += to(one);
      return yes == question.all().questions_size();
    }
    if (question.has_any()) {
      int yes = 0;
      for (const v1::Question& one : question.any().questions()) yes += to(one);
      return yes > 0;
    }
    if (question.has_not_()) return !to(question.not_());
    return to_person(question) || to_standing(question) || to_purchases(question);
  }

  static bool in(int64_t value, const v1::Range& range) {
    if (range.has_at_least() && value < range.at_least()) return false;
    return !(range.has_at_most() && value > range.at_most());
  }
  static bool among(const std::string& value,
                    const google::protobuf::RepeatedPtrField<std::string>& names) {
    return std::count(names.begin(), names.end(), value) > 0;
  }

  // The yearly day of a date in a year, by the club's rule for 29 February.
  static absl::CivilDay in_year(const std::string& date, absl::civil_year_t year) {
    const absl::CivilDay day = parse_day_of(date);
    const bool has_leap_day = absl::CivilDay(year, 2, 29).month() == 2;
    if (day.month() == 2 && day.day() == 29 && !has_leap_day) return absl::CivilDay(year, 2, 28);
    return absl::CivilDay(year, day.month(), day.day());
  }
  static absl::CivilDay parse_day_of(const std::string& date) {
    absl::CivilDay day;
    absl::ParseCivilTime(date, &day);
    return day;
  }
  bool comes_within(const std::string& date, int days) const {
    if (date.empty()) return false;
    for (int ahead = 0; ahead <= days; ++ahead) {
      const absl::CivilDay day = today + ahead;
      if (in_year(date, day.year()) == day) return true;
    }
    return false;
  }

  bool to_age(const v1::Range& range) const {
    if (person.birth_date.empty()) return false;
    const absl::CivilDay birth = parse_day_of(person.birth_date);
    if (birth > today) return false;
    int64_t birthdays = 0;
    for (absl::civil_year_t year = birth.year() + 1; year <= today.year(); ++year) {
      birthdays += in_year(person.birth_date, year) <= today ? 1 : 0;
    }
    return in(birthdays, range);
  }

  bool has_consent(int channel) const {
    std::optional<TestConsent> newest;
    const auto newest_of = [&](const std::vector<TestConsent>& words) {
      std::optional<TestConsent> found;
      for (const TestConsent& word : words) {
        if (word.channel != channel) continue;
        if (!found || word.occurred_us >= found->occurred_us) found = word;
      }
      return found;
    };
    newest = newest_of(person.consents);
    for (const auto& words : person.other_consents) {
      const auto other = newest_of(words);
      if (!other) continue;
      const bool is_newer = !newest || newest->occurred_us < other->occurred_us;
      const bool is_refusal =
          newest && newest->occurred_us == other->occurred_us && !other->granted;
      if (is_newer || is_refusal) newest = other;
    }
    return newest && newest->granted && !person.refuses;
  }

  const std::string* custom(const std::string& field) const {
    for (const auto& value : person.custom_values) {
      if (value.first == field) return &value.second;
    }
    return nullptr;
  }

  bool lacks(const std::string& detail) const {
    const std::pair<const char*, bool> known[] = {
        {"first_name", !person.first_name.empty()},
        {"last_name", !person.last_name.empty()},
        {"birth_date", !person.birth_date.empty()},
        {"anniversary_date", !person.anniversary_date.empty()},
        {"gender", person.gender != 0},
        {"family_status", person.family_status != 0},
        {"city", !person.city.empty()},
        {"language_code", !person.language_code.empty()},
        {"preferred_channel", person.preferred_channel != 0},
        {"phone", person.has_phone},
        {"email", person.has_email},
        {"custom.color", custom(kColorField) != nullptr},
        {"custom.shoe", custom(kShoeField) != nullptr}};
    for (const auto& [name, is_known] : known) {
      if (detail == name) return !is_known;
    }
    return false;
  }

  bool to_custom(const v1::CustomQuestion& asked) const {
    const std::string* const value = custom(asked.field_id());
    if (value == nullptr) return false;
    if (asked.has_one_of()) return among(*value, asked.one_of().names());
    if (!asked.has_number()) return true;
    const bool has_half = value->find(".5") != std::string::npos;
    int64_t floor = std::stoll(*value);
    if (has_half && value->front() == '-') floor -= 1;
    return in(floor, asked.number());
  }

  bool to_person(const v1::Question& asked) const {
    if (asked.has_age_years()) return to_age(asked.age_years());
    if (asked.has_genders()) return has_value(asked.genders().genders(), person.gender);
    if (asked.has_family_statuses()) {
      return has_value(asked.family_statuses().family_statuses(), person.family_status);
    }
    if (asked.has_cities()) {
      for (const std::string& city : asked.cities().names()) {
        if (lower(city) == lower(person.city)) return true;
      }
    }
    if (asked.has_languages()) return among(person.language_code, asked.languages().names());
    if (asked.has_tags()) {
      for (const std::string& tag : person.tags) {
        if (among(tag, asked.tags().names())) return true;
      }
    }
    if (asked.has_consent()) {
      for (int channel = 1; channel <= 4; ++channel) {
        const bool is_asked =
            asked.consent().channel() == 0 || asked.consent().channel() == channel;
        if (is_asked && has_consent(channel)) return true;
      }
    }
    if (asked.has_missing()) {
      for (const std::string& detail : asked.missing().names()) {
        if (lacks(detail)) return true;
      }
    }
    if (asked.has_custom()) return to_custom(asked.custom());
    if (asked.kind_case() == v1::Question::kBirthdayWithinDays) {
      return comes_within(person.birth_date, asked.birthday_within_days());
    }
    if (asked.kind_case() == v1::Question::kAnniversaryWithinDays) {
      return comes_within(person.anniversary_date, asked.anniversary_within_days());
    }
    return false;
  }

  static bool has_value(const google::protobuf::RepeatedField<int>& values, int value) {
    return std::count(values.begin(), values.end(), value) > 0;
  }
  static std::string lower(std::string city) {
    absl::AsciiStrToLower(&city);
    absl::StripAsciiWhitespace(&city);
    return city;
  }

  bool to_standing(const v1::Question& asked) const {
    switch (asked.kind_case()) {
      case v1::Question::kStages:
        return has_value(asked.stages().stages(), person.stage);
      case v1::Question::kTiers:
        return among(person.tier_id, asked.tiers().names());
      case v1::Question::kHasTier:
        return person.tier_id.empty() != asked.has_tier();
      case v1::Question::kBranches:
        return among(person.branch_id, asked.branches().names());
      case v1::Question::kSource:
        if (person.source_kind == 0 && person.source_name.empty()) return false;
        if (asked.source().kind() != 0 && asked.source().kind() != person.source_kind) return false;
        return asked.source().name().empty() || asked.source().name() == person.source_name;
      case v1::Question::kMetDaysAgo:
        return in(day_number(today) - person.met_day, asked.met_days_ago());
      case v1::Question::kHasSignedUp:
        return person.has_signed_up == asked.has_signed_up();
      case v1::Question::kRefusesServices:
        return person.refuses == asked.refuses_services();
      case v1::Question::kIsArchived:
        return person.is_archived == asked.is_archived();
      default:
        return false;
    }
  }

  // Purchase days and net spend of somebody.
  std::pair<int64_t, int64_t> sums(const TestPerson& somebody, int last_days) const {
    std::pair<int64_t, int64_t> sums = {0, 0};
    for (const TestDay& day : somebody.days) {
      const int64_t ago = day_number(today) - day.day;
      if (last_days > 0 && (ago < 0 || ago >= last_days)) continue;
      sums.first += day.units_milli > 0 ? 1 : 0;
      sums.second += day.spend_minor;
    }
    sums.second = std::max<int64_t>(sums.second, 0);
    return sums;
  }

  bool to_bought(const v1::BoughtQuestion& asked) const {
    const v1::ProductFilter& filter = asked.filter();
    const auto begins = [](const std::string& sku,
                           const google::protobuf::RepeatedPtrField<std::string>& prefixes) {
      return std::any_of(prefixes.begin(), prefixes.end(), [&](const std::string& prefix) {
        return sku.compare(0, prefix.size(), prefix) == 0;
      });
    };
    int64_t kept_milli = 0;
    for (const TestSaleLine& line : person.lines) {
      const int64_t ago = day_number(today) - line.day;
      if (asked.last_days() > 0 && (ago < 0 || ago >= asked.last_days())) continue;
      if (!asked.branch_ids().empty() && !among(line.branch_id, asked.branch_ids())) continue;
      const bool asks_sku = filter.skus_size() + filter.sku_prefixes_size() > 0;
      if (asks_sku && !among(line.sku, filter.skus()) && !begins(line.sku, filter.sku_prefixes())) {
        continue;
      }
      if (!filter.categories().empty() && !among(line.category, filter.categories())) continue;
      if (!filter.brands().empty() && !among(line.brand, filter.brands())) continue;
      if (among(line.sku, filter.excluded_skus())) continue;
      if (begins(line.sku, filter.excluded_sku_prefixes())) continue;
      if (among(line.category, filter.excluded_categories())) continue;
      if (among(line.brand, filter.excluded_brands())) continue;
      if (!line.is_deposit) kept_milli += line.quantity_milli - line.returned_milli;
    }
    if (kept_milli == 0) return false;
    return !asked.has_quantity_milli() || in(kept_milli, asked.quantity_milli());
  }

  bool to_rhythm(const v1::Range& range) const {
    const std::vector<int64_t> days = purchase_days_of(person);
    if (days.empty()) return false;
    int64_t gaps_days = 0;
    for (size_t i = 1; i < days.size(); ++i) gaps_days += days[i] - days[i - 1];
    const auto gaps = static_cast<int64_t>(days.size()) - 1;
    int64_t rhythm = 0;  // the least whole number that is not below (5 x 30 + gaps) / (5 + number)
    while (rhythm * (5 + gaps) < 150 + gaps_days) ++rhythm;
    return in(rhythm, range);
  }

  bool to_top(const v1::TopQuestion& asked) const {
    std::vector<int64_t> spends;
    for (const TestPerson& somebody : whole) {
      const auto [days, spend] = sums(somebody, asked.last_days());
      if (days > 0) spends.push_back(spend);
    }
    const auto [days, spend] = sums(person, asked.last_days());
    if (days == 0) return false;
    // How many had strictly more: within the share, counted from the top, there is a place.
    const int64_t above = std::count_if(
        spends.begin(), spends.end(), [&, least = spend](int64_t other) { return other > least; });
    return above * 10'000 < static_cast<int64_t>(spends.size()) * asked.share_bps();
  }

  bool to_purchases(const v1::Question& asked) const {
    switch (asked.kind_case()) {
      case v1::Question::kSpend:
        return in(sums(person, asked.spend().last_days()).second, asked.spend().spend_minor());
      case v1::Question::kPurchaseDays:
        return in(sums(person, asked.purchase_days().last_days()).first,
                  asked.purchase_days().day_count());
      case v1::Question::kRhythmDays:
        return to_rhythm(asked.rhythm_days());
      case v1::Question::kSilentDays: {
        const std::vector<int64_t> days = purchase_days_of(person);
        if (days.empty()) return false;
        return in(std::max<int64_t>(day_number(today) - days.back(), 0), asked.silent_days());
      }
      case v1::Question::kBought:
        return to_bought(asked.bought());
      case v1::Question::kTop:
        return to_top(asked.top());
      case v1::Question::kPointsMilli: {
        int64_t points_milli = 0;
        for (const TestLot& lot : person.lots) {
          const bool has_begun = lot.usable_day <= day_number(today);
          const bool is_over = lot.expire_day && *lot.expire_day < day_number(today);
          points_milli += has_begun && !is_over ? lot.left_milli : 0;
        }
        return in(points_milli, asked.points_milli());
      }
      default:
        return false;
    }
  }
};

}  // namespace

std::vector<int64_t> who_fits(const v1::Question& question, const std::vector<TestPerson>& whole,
                              absl::CivilDay today) {
  std::vector<int64_t> ids;
  for (const TestPerson& person : whole) {
    if (SlowAnswer{whole, person, today}.to(question)) ids.push_back(person.member_id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace moadon
