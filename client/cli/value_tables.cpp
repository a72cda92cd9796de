#include "client/cli/value_tables.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/csv.h"
#include "client/cli/labels.h"
#include "client/cli/stage_names.h"

namespace moadon::cli {
namespace {

constexpr Text kMembersText = {"members", "חברים"};
constexpr const char* kScoresHeading =
    "member_id,recency,frequency,money,last_purchase_date,purchase_days,net_spend_minor,stage";
constexpr const char* kCohortsHeading =
    "quarter_date,members,quarter,net_spend_minor,buyers,is_complete";

// Band limits in the unit of their kind.
enum class Unit { kDays, kMoney };

void add_bands(Session& session, const Text& kind,
               const google::protobuf::RepeatedPtrField<v1::ScoreBand>& bands, Unit unit,
               const Money& money, Table& table) {
  const auto limit = [&](std::int64_t value) {
    return unit == Unit::kMoney ? session.plain(money.text(value)) : session.count(value);
  };
  for (const v1::ScoreBand& band : bands) {
    const bool is_empty = band.member_count() == 0;
    table.add({session.say(kind), session.count(band.score()), session.count(band.member_count()),
               is_empty ? "" : limit(band.from_value()), is_empty ? "" : limit(band.to_value()),
               session.plain(money.text(band.net_spend_minor()))});
  }
}

std::vector<Table::Column> score_columns(const Session& session) {
  return {{session.say(label::kMember)},
          {session.say({"recency", "עדכניות"}), Align::kRight},
          {session.say({"frequency", "תדירות"}), Align::kRight},
          {session.say({"money", "סכום"}), Align::kRight},
          {session.say(label::kLastPurchase)},
          {session.say(label::kPurchaseDays), Align::kRight},
          {session.say(label::kNetSpend), Align::kRight},
          {session.say(label::kStage)}};
}

}  // namespace

void print_scores(Session& session, const v1::CountScoresResponse& scores, const Money& money) {
  Table table({{session.say({"score", "ציון"})},
               {"", Align::kRight},
               {session.say(kMembersText), Align::kRight},
               {session.say({"from", "מ-"}), Align::kRight},
               {session.say(label::kUntil), Align::kRight},
               {session.say(label::kNetSpend), Align::kRight}});
  add_bands(session, {"recency, days ago", "עדכניות, לפני ימים"}, scores.recency(), Unit::kDays,
            money, table);
  add_bands(session, {"frequency, purchase days", "תדירות, ימי קנייה"}, scores.frequency(),
            Unit::kDays, money, table);
  add_bands(session, {"money, net spend", "סכום, קניות נטו"}, scores.money(), Unit::kMoney, money,
            table);
  table.print(session.out());
  session.out() << session.say({"members scored on ", "חברים שדורגו ב-"})
                << session.date(scores.as_of_date()) << ": " << session.count(scores.member_count())
                << '\n';
}

ScoreTable::ScoreTable(Session& session, Money money, bool is_csv)
    : session_(session),
      money_(std::move(money)),
      is_csv_(is_csv),
      table_(score_columns(session)) {}

void ScoreTable::add(const v1::MemberScores& member) {
  const v1::Scores& scores = member.scores();
  if (!is_csv_) {
    table_.add({session_.plain(member.member_id()), session_.count(scores.recency()),
                session_.count(scores.frequency()), session_.count(scores.money()),
                session_.date(member.last_purchase_date()),
                session_.count(member.purchase_day_count()),
                session_.plain(money_.text(member.net_spend_minor())),
                stage_label(member.stage(), session_.language())});
    return;
  }
  if (!std::exchange(has_heading_, true)) session_.out() << kScoresHeading << '\n';
  session_.out() << csv_record(
                        {member.member_id(), std::to_string(scores.recency()),
                         std::to_string(scores.frequency()), std::to_string(scores.money()),
                         member.last_purchase_date(), std::to_string(member.purchase_day_count()),
                         std::to_string(member.net_spend_minor()), stage_code(member.stage())})
                 << '\n';
}

void ScoreTable::finish() {
  if (!is_csv_) {
    table_.print(session_.out());
  } else if (!std::exchange(has_heading_, true)) {
    session_.out() << kScoresHeading << '\n';
  }
}

void print_cohorts(Session& session, const v1::GetCohortsResponse& cohorts, const Money& money) {
  int quarters = 0;
  bool is_growing = false;
  for (const v1::Cohort& cohort : cohorts.cohorts()) {
    quarters = std::max(quarters, cohort.net_spend_minor_size());
  }
  std::vector<Table::Column> columns = {{session.say({"joined from", "הצטרפו מ-"})},
                                        {session.say(kMembersText), Align::kRight}};
  for (int i = 0; i < quarters; ++i) {
    columns.push_back({session.say({"quarter ", "רבעון "}) + session.count(i + 1), Align::kRight});
  }
  Table table(std::move(columns));
  for (const v1::Cohort& cohort : cohorts.cohorts()) {
    std::vector<std::string> cells = {session.date(cohort.quarter_date()),
                                      session.count(cohort.member_count())};
    for (int i = 0; i < quarters; ++i) {
      if (i >= cohort.net_spend_minor_size()) {
        cells.emplace_back();
        continue;
      }
      const bool grows = i >= cohort.complete_quarter_count();
      is_growing = is_growing || grows;
      cells.push_back(
          session.plain(absl::StrCat(money.text(cohort.net_spend_minor(i)), grows ? "+" : "")));
    }
    table.add(std::move(cells));
  }
  table.print(session.out());
  if (is_growing) {
    session.words() << session.say({"+: the quarter is not over for all members of the line.",
                                    "+: הרבעון טרם הסתיים לכל החברים בשורה."})
                    << '\n';
  }
}

void print_cohorts_csv(Session& session, const v1::GetCohortsResponse& cohorts) {
  session.out() << kCohortsHeading << '\n';
  for (const v1::Cohort& cohort : cohorts.cohorts()) {
    for (int i = 0; i < cohort.net_spend_minor_size(); ++i) {
      session.out() << csv_record({cohort.quarter_date(), std::to_string(cohort.member_count()),
                                   std::to_string(i + 1), std::to_string(cohort.net_spend_minor(i)),
                                   std::to_string(cohort.buyer_count(i)),
                                   i < cohort.complete_quarter_count() ? "yes" : "no"})
                    << '\n';
    }
  }
}

void print_value(Session& session, const v1::GetValueResponse& value, const Money& money) {
  Table table({{""}, {"", Align::kRight}});
  const auto row = [&](const Text& label, const std::string& text) {
    table.add({session.say(label), text});
  };
  const auto money_row = [&](const Text& label, std::int64_t amount_minor) {
    row(label, session.plain(money.with_sign(amount_minor)));
  };
  const auto points_row = [&](const Text& label, std::int64_t points_milli) {
    row(label, session.plain(format_milli(points_milli)));
  };
  row({"from", "מתאריך"}, session.date(value.from_date()));
  row({"until", "עד תאריך"}, session.date(value.until_date()));
  money_row({"sales to members, net", "מכירות נטו לחברים"}, value.members_net_minor());
  money_row({"sales to others, net", "מכירות נטו לאחרים"}, value.others_net_minor());
  row({"members' share", "חלקם של החברים"}, session.share(value.members_share_bps()));
  points_row(label::kPointsAvailable, value.available_milli());
  points_row({"of which end within 90 days", "מזה פוקעות בתוך 90 ימים"}, value.expiring_milli());
  points_row(label::kPointsPending, value.pending_milli());
  points_row(label::kPointsHeld, value.held_milli());
  points_row(label::kPointsOwed, value.deficit_milli());
  if (value.has_liability_minor()) {
    money_row({"what they are worth", "שווי הנקודות"}, value.liability_minor());
  }
  table.print(session.out());
}

}  // namespace moadon::cli
