#include "tests/bench/made_member.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "rules/calendar.h"
#include "tests/bench/dice.h"
#include "tests/bench/member_numbers.h"

namespace moadon::bench {
namespace {

constexpr int64_t kHourUs = int64_t{3600} * 1'000'000;
constexpr int64_t kDayUs = 24 * kHourUs;
// In UTC; the club's zone has the same date then, in summer as in winter.
constexpr int64_t kOpeningUs = 6 * kHourUs;
constexpr int64_t kClosingUs = 18 * kHourUs;
// How long before the first sale somebody signs up at the register.
constexpr int64_t kSignUpAheadUs = 120'000'000;
// Dice of nobody's sales are not those of a member.
constexpr uint64_t kNobodysSeed = 0x6e6f626f6479;

constexpr int kArticles = 500;
constexpr int64_t kPieceMilli = 1000;
constexpr int64_t kTaxRateBps = 1800;

// Of a thousand people.
constexpr int64_t kNeverBuy = 70;
constexpr int64_t kBuyOnce = 160;
// Of a thousand purchase days: the last for long; with a second sale on it; with a line that comes
// back.
constexpr int64_t kGoAway = 45;
constexpr int64_t kBuyTwice = 20;
constexpr int64_t kBringBack = 20;
// Of a thousand who went away.
constexpr int64_t kComeBack = 150;
constexpr int64_t kMaxDaysToReturn = 20;

// Mean days between purchases, as often as they stand here.
constexpr int64_t kRhythms[] = {7, 7, 10, 14, 14, 21, 21, 30, 30, 45, 45, 60, 60, 90, 90, 120};
// Of a thousand gaps: so many times as long, as of somebody who was away.
constexpr int64_t kStayAway = 70;
constexpr int64_t kTimesAsLong = 4;

constexpr const char* kBranches[kMadeBranches] = {"tel-aviv", "haifa", "jerusalem", "beer-sheva",
                                                  "netanya"};
constexpr const char* kCities[] = {"תל אביב", "חיפה",   "ירושלים", "באר שבע",
                                   "נתניה",   "רמת גן", "אשדוד",   "כפר סבא"};
constexpr const char* kWomen[] = {"נועה", "מאיה", "תמר", "שירה", "יעל", "רות", "דנה", "מיכל"};
constexpr const char* kMen[] = {"איתי", "דוד", "יוסף", "משה", "עומר", "נועם", "אורי", "אבי"};
constexpr const char* kFamilies[] = {"כהן",   "לוי", "מזרחי", "פרץ",
                                     "ביטון", "דהן", "אברהם", "פרידמן"};
constexpr const char* kCategories[] = {"מוצרי חלב", "מאפים",   "ירקות",  "פירות",
                                       "מזון יבש",  "ניקיון",  "משקאות", "קפואים",
                                       "בשר",       "תינוקות", "טיפוח",  "ממתקים"};
constexpr const char* kBrands[] = {"יטבתה", "אנג'ל", "", "עלית", "פיירי", "אסם", "תנובה"};
constexpr const char* kTags[] = {"vegan", "b2b", "neighbour"};

std::string date_text(Dice& dice, int64_t first_year, int64_t last_year) {
  return absl::StrFormat("%04d-%02d-%02d", dice.between(first_year, last_year), dice.between(1, 12),
                         dice.between(1, 28));
}

void add_line(Dice& dice, v1::Sale& sale) {
  // The smaller of two: some articles sell better.
  const auto article = static_cast<int>(std::min(dice.below(kArticles), dice.below(kArticles)));
  v1::Line& line = *sale.add_lines();
  line.set_line_id(absl::StrCat(sale.lines_size()));
  line.set_sku(absl::StrFormat("7290%09d", article));
  line.set_category(kCategories[static_cast<size_t>(article) % std::size(kCategories)]);
  line.set_brand(kBrands[static_cast<size_t>(article) % std::size(kBrands)]);
  line.set_quantity_milli(dice.between(1, 3) * kPieceMilli);
  line.set_unit_price_minor(490 + article * 37 % 6000);
  line.set_tax_rate_bps(kTaxRateBps);
}

v1::Return return_of(Dice& dice, const MadeSale& made, int64_t time_us) {
  const v1::Sale& sale = made.content;
  const v1::Line& line = sale.lines(static_cast<int>(dice.below(sale.lines_size())));
  v1::Return returned;
  returned.set_receipt(absl::StrCat(sale.receipt(), "-R"));
  *returned.mutable_occurred_at() = timestamp_of(time_us);
  returned.mutable_original()->set_register_id(register_of(made.register_index));
  returned.mutable_original()->set_receipt(sale.receipt());
  v1::ReturnLine& back = *returned.add_lines();
  back.set_line_id("1");
  back.set_original_line_id(line.line_id());
  back.set_sku(line.sku());
  back.set_category(line.category());
  back.set_brand(line.brand());
  back.set_quantity_milli(dice.between(1, line.quantity_milli() / kPieceMilli) * kPieceMilli);
  back.set_unit_price_minor(line.unit_price_minor());
  return returned;
}

int64_t time_on(Dice& dice, int64_t day) {
  return day * kDayUs + dice.between(kOpeningUs, kClosingUs);
}

// The days on which somebody buys, from `first_day` on.
std::vector<int64_t> purchase_days(Dice& dice, int64_t first_day, int64_t until_day) {
  std::vector<int64_t> days;
  if (dice.falls(kNeverBuy)) return days;
  const bool only_once = dice.falls(kBuyOnce);
  const int64_t rhythm_days = dice.one_of(kRhythms);
  int64_t day = first_day;
  while (day <= until_day) {
    days.push_back(day);
    if (only_once) break;
    if (dice.falls(kGoAway)) {
      if (!dice.falls(kComeBack)) break;
      day += dice.between(5, 12) * rhythm_days;
    }
    // Two throws: gaps gather around their mean.
    const int64_t gap_days = 1 + dice.below(rhythm_days) + dice.below(rhythm_days);
    day += dice.falls(kStayAway) ? gap_days * kTimesAsLong : gap_days;
  }
  return days;
}

MadeSale make_sale_at(Dice& dice, int register_index, int64_t time_us, const std::string& receipt) {
  MadeSale made;
  made.register_index = register_index;
  made.content.set_receipt(receipt);
  *made.content.mutable_occurred_at() = timestamp_of(time_us);
  made.content.set_cashier(absl::StrCat("cashier ", dice.between(1, 4)));
  const int64_t line_count = dice.between(1, 3);
  for (int64_t i = 0; i < line_count; ++i) add_line(dice, made.content);
  return made;
}

void fill_person(Dice& dice, int number, MadeMember& member) {
  storage::DetailsRow& details = member.details;
  const bool is_woman = dice.falls(600);
  details.first_name = is_woman ? dice.one_of(kWomen) : dice.one_of(kMen);
  if (!dice.falls(100)) details.last_name = dice.one_of(kFamilies);
  if (dice.falls(650)) details.birth_date = date_text(dice, 1940, 2006);
  if (dice.falls(150)) details.anniversary_date = date_text(dice, 1970, 2022);
  if (dice.falls(800)) details.gender = is_woman ? v1::GENDER_FEMALE : v1::GENDER_MALE;
  if (dice.falls(300)) {
    details.family_status =
        static_cast<int>(dice.between(v1::FAMILY_STATUS_SINGLE, v1::FAMILY_STATUS_WIDOWED));
  }
  if (dice.falls(700)) details.city = dice.one_of(kCities);
  if (dice.falls(100)) details.language_code = dice.falls(500) ? "ru" : "ar";
  if (dice.falls(400)) details.preferred_channel = v1::CONTACT_CHANNEL_SMS;
  member.keys.emplace_back().set_phone(local_phone_of(number));
  member.keys.emplace_back().set_card(card_of(number));
  if (dice.falls(120)) member.tags.emplace_back(dice.one_of(kTags));
}

void fill_consents(Dice& dice, MadeMember& member) {
  const auto agree = [&](v1::ContactChannel channel, int64_t per_mille) {
    storage::ConsentRow consent;
    consent.channel = channel;
    consent.granted = dice.falls(per_mille);
    consent.wording = "club-2";
    consent.occurred_us = member.sign_up.time_us;
    consent.place = member.sign_up.branch_id;
    member.consents.push_back(std::move(consent));
  };
  agree(v1::CONTACT_CHANNEL_SMS, 700);
  if (dice.falls(300)) agree(v1::CONTACT_CHANNEL_EMAIL, 500);
}

}  // namespace

std::string branch_of(int branch) { return kBranches[branch]; }

std::string register_of(int register_index) {
  return absl::StrCat(branch_of(branch_index_of(register_index)), "-",
                      register_index % kRegistersPerBranch + 1);
}

MadeMember make_member(uint64_t seed, int number, int64_t until_day) {
  Dice dice(seed, static_cast<uint64_t>(number));
  MadeMember member;
  const int64_t first_day = until_day - dice.below(kMadeDays);
  const auto branch =
      static_cast<int>(std::min(dice.below(kMadeBranches), dice.below(kMadeBranches)));
  fill_person(dice, number, member);
  for (const int64_t day : purchase_days(dice, first_day, until_day)) {
    const int sales_on_day = dice.falls(kBuyTwice) ? 2 : 1;
    for (int i = 0; i < sales_on_day; ++i) {
      const auto register_index =
          branch * kRegistersPerBranch + static_cast<int>(dice.below(kRegistersPerBranch));
      const std::string receipt = absl::StrFormat("%09d-%04d", number, member.sales.size() + 1);
      MadeSale& made = member.sales.emplace_back(
          make_sale_at(dice, register_index, time_on(dice, day), receipt));
      *made.content.mutable_key() = member.keys.back();
      const int64_t back_day = day + dice.between(1, kMaxDaysToReturn);
      if (dice.falls(kBringBack) && back_day <= until_day) {
        made.returns.push_back(return_of(dice, made, time_on(dice, back_day)));
      }
    }
  }
  Contact& sign_up = member.sign_up;
  sign_up.day = first_day;
  sign_up.time_us = first_day * kDayUs + kOpeningUs - kSignUpAheadUs;
  sign_up.branch_id = branch_of(branch);
  // Who bought signed up at the register, mostly; the others came by a page or a campaign.
  const bool at_register = !member.sales.empty() && dice.falls(800);
  sign_up.source.kind = at_register       ? v1::SOURCE_KIND_REGISTER
                        : dice.falls(500) ? v1::SOURCE_KIND_LANDING_PAGE
                                          : v1::SOURCE_KIND_CAMPAIGN;
  if (!at_register) sign_up.source.name = absl::StrCat("spring-", dice.between(1, 4));
  fill_consents(dice, member);
  return member;
}

MadeSale make_nobodys_sale(uint64_t seed, int number, int64_t until_day) {
  Dice dice(seed ^ kNobodysSeed, static_cast<uint64_t>(number));
  const auto register_index = static_cast<int>(dice.below(kMadeRegisters));
  const int64_t day = until_day - dice.below(kMadeDays);
  return make_sale_at(dice, register_index, time_on(dice, day), absl::StrFormat("N%09d", number));
}

}  // namespace moadon::bench
