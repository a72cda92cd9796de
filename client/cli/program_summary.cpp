#include "client/cli/program_summary.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/as_of.h"
#include "client/cli/labels.h"
#include "client/cli/program_words.h"
#include "client/cli/table.h"
#include "rules/offline.h"

namespace moadon::cli {
namespace {

constexpr Text kTitles = {"title", "כותרת"};

void print_heading(Session& session, const Text& text) {
  session.out() << '\n' << session.say(text) << '\n';
}

void print_head(Session& session, const v1::Program& program, const ProgramWords& words) {
  Table table({{""}, {""}});
  table.add({session.say(kTitles), program.title()});
  if (program.version() > 0) {
    table.add({session.say(label::kVersion), words.count(program.version())});
    table.add({session.say({"in force from", "בתוקף מ"}),
               program.version() == 1 ? session.say({"the beginning", "תחילת הזמן"})
                                      : words.plain(format_instant(program.start_time()))});
  }
  table.add({session.say(label::kCurrency), words.plain(program.currency_code())});
  table.add({session.say(label::kZone), words.plain(program.time_zone())});
  table.add(
      {session.say({"days of notice", "ימי הודעה מראש"}), words.count(program.notice_days())});
  if (!program.notice_waiver().empty()) {
    table.add(
        {session.say({"without notice, because", "בלי הודעה מראש, כי"}), program.notice_waiver()});
  }
  if (program.basket_cap_minor() > 0) {
    table.add({session.say({"most off one basket", "תקרת הנחה לסל"}),
               words.money(program.basket_cap_minor())});
  }
  table.print(session.out());
}

// Who, when, with what: the conditions, and what is special about the place in the order.
std::string when_text(const ProgramWords& words, const v1::Benefit& benefit) {
  std::vector<std::string> parts;
  if (benefit.for_anyone()) parts.push_back(words.say({"for anyone", "לכל אחד"}));
  for (const v1::Condition& condition : benefit.conditions()) {
    parts.push_back(words.condition(condition));
  }
  if (!benefit.group().empty()) {
    parts.push_back(words.say({"the best of group ", "הטובה בקבוצה "}) + benefit.group());
  }
  if (benefit.exclusive()) {
    parts.push_back(words.say({"instead of all others", "במקום כל האחרות"}));
  }
  return absl::StrJoin(parts, "; ");
}

void print_benefits(Session& session, const v1::Program& program, const ProgramWords& words) {
  if (program.benefits().empty()) return;
  print_heading(session, {"Benefits", "הטבות"});
  for (const v1::Benefit& benefit : program.benefits()) {
    session.out() << "  " << benefit.title() << "  [" << words.plain(benefit.benefit_id()) << "]\n";
    const auto row = [&](const Text& name, const std::string& text) {
      if (!text.empty()) session.out() << "      " << session.say(name) << ": " << text << '\n';
    };
    row({"gives", "נותנת"}, words.effect(benefit.effect()));
    row({"when", "מתי"}, when_text(words, benefit));
    row({"limits", "מגבלות"}, words.limits(benefit));
  }
}

std::string life_text(const ProgramWords& words, const v1::RightKind& right) {
  std::string text = right.valid_days() == 0
                         ? words.say({"without end", "ללא תאריך סיום"})
                         : words.count(right.valid_days()) + words.say({" days", " ימים"});
  if (right.valid_after_days() > 0) {
    absl::StrAppend(&text, words.say({", from day ", ", מיום "}),
                    words.count(right.valid_after_days()));
  }
  return text;
}

void print_rights(Session& session, const v1::Program& program, const ProgramWords& words) {
  if (program.rights().empty()) return;
  print_heading(session, {"Rights", "זכויות"});
  for (const v1::RightKind& right : program.rights()) {
    const std::string what =
        right.has_voucher()
            ? words.say({"voucher of ", "שובר של "}) + words.money(right.voucher().amount_minor())
            : words.say({"coupon, uses: ", "קופון, שימושים: "}) +
                  words.count(std::max(right.coupon().use_count(), 1));
    session.out() << "  " << right.title() << "  [" << words.plain(right.right_id())
                  << "]: " << what << ", " << life_text(words, right) << '\n';
  }
}

std::string rate_text(const ProgramWords& words, const v1::EarnRule& rule) {
  switch (rule.kind_case()) {
    case v1::EarnRule::kPerAmount:
      return absl::StrCat(words.milli(rule.per_amount().points_milli()),
                          words.say({" for every ", " לכל "}),
                          words.money(rule.per_amount().amount_minor()));
    case v1::EarnRule::kPerItem:
      return words.milli(rule.per_item().points_milli()) + words.say({" per unit", " ליחידה"});
    default:
      return words.milli(rule.per_visit().points_milli()) + words.say({" per visit", " לביקור"});
  }
}

std::string expiry_text(const ProgramWords& words, const v1::PointRules& points) {
  switch (points.expiry_case()) {
    case v1::PointRules::kExpiryDays:
      return words.count(points.expiry_days()) + words.say({" days", " ימים"});
    case v1::PointRules::kExpiryMonths:
      return words.say({"to the end of the month, months on: ", "עד סוף החודש, בעוד חודשים: "}) +
             words.count(points.expiry_months());
    case v1::PointRules::kExpiryYears:
      return words.say({"to the end of the year, years on: ", "עד סוף השנה, בעוד שנים: "}) +
             words.count(points.expiry_years());
    default:
      return words.say({"for ever", "לתמיד"});
  }
}

void print_points(Session& session, const v1::Program& program, const ProgramWords& words) {
  if (!program.has_points()) return;
  print_heading(session, {"Points", "נקודות"});
  const v1::PointRules& points = program.points();
  for (const v1::EarnRule& rule : points.earn_rules()) {
    std::vector<std::string> titles;
    for (const std::string& tier_id : rule.tier_ids()) titles.push_back(words.tier(tier_id));
    if (rule.no_tier()) titles.push_back(words.say({"no tier", "ללא דרגה"}));
    const std::string filter = words.filter(rule.filter());
    session.out() << "  " << rate_text(words, rule) << (titles.empty() ? "" : "; ")
                  << absl::StrJoin(titles, ", ") << (filter.empty() ? "" : "; ") << filter << '\n';
  }
  session.out() << "  " << session.say({"valid", "תוקף"}) << ": " << expiry_text(words, points)
                << '\n';
  if (points.pending_days() > 0) {
    session.out() << "  " << session.say({"can be spent after days", "למימוש אחרי ימים"}) << ": "
                  << words.count(points.pending_days()) << '\n';
  }
  if (!points.has_spending()) return;
  const v1::PointSpending& spending = points.spending();
  session.out() << "  " << session.say({"1,000 points pay", "1,000 נקודות משלמות"}) << ": "
                << words.money(spending.thousand_points_value_minor())
                << session.say({"; in steps of ", "; בצעדים של "})
                << words.milli(spending.step_milli()) << session.say({"; from ", "; מ-"})
                << words.milli(spending.minimum_milli()) << '\n';
}

std::string bar_text(const ProgramWords& words, const v1::TierBar& bar) {
  std::vector<std::string> parts;
  if (bar.spend_minor() > 0) {
    parts.push_back(words.say({"purchases of ", "קניות ב-"}) + words.money(bar.spend_minor()));
  }
  if (bar.purchase_days() > 0) {
    parts.push_back(words.say({"purchase days: ", "ימי קנייה: "}) +
                    words.count(bar.purchase_days()));
  }
  return absl::StrJoin(parts, words.say({" and ", " וגם "}));
}

std::string window_text(const ProgramWords& words, const v1::Tier& tier) {
  if (tier.has_calendar_year()) return words.say({"in the calendar year", "בשנה הקלנדרית"});
  if (tier.has_lifetime()) return words.say({"ever", "מאז ומעולם"});
  return words.say({"in days: ", "במשך ימים: "}) + words.count(tier.rolling_days());
}

void print_tiers(Session& session, const v1::Program& program, const ProgramWords& words) {
  if (program.tiers().empty()) return;
  print_heading(session, {"Tiers, the lowest first", "דרגות, מן הנמוכה"});
  for (const v1::Tier& tier : program.tiers()) {
    std::vector<std::string> bars;
    for (const v1::TierBar& bar : tier.any_of()) bars.push_back(bar_text(words, bar));
    session.out() << "  " << tier.title() << "  [" << words.plain(tier.tier_id())
                  << "]: " << absl::StrJoin(bars, session.say({" or ", " או "})) << ", "
                  << window_text(words, tier) << session.say({"; days of grace: ", "; ימי חסד: "})
                  << words.count(tier.grace_days());
    if (tier.entry_gift().has_right_id()) {
      session.out() << session.say({"; welcome: ", "; מתנת כניסה: "})
                    << words.right(tier.entry_gift().right_id());
    } else if (tier.entry_gift().has_points_milli()) {
      session.out() << session.say({"; welcome, points: ", "; מתנת כניסה, נקודות: "})
                    << words.milli(tier.entry_gift().points_milli());
    }
    session.out() << '\n';
  }
}

std::string kept_text(const ProgramWords& words, const v1::OfflineRules& offline) {
  if (!offline.has_seen()) return words.say({"every member", "כל החברים"});
  return (offline.seen().in_region()
              ? words.say({"who bought in the register's region, in the last days: ",
                           "מי שקנו באזור של הקופה, בימים האחרונים: "})
              : words.say({"who bought in the register's branch, in the last days: ",
                           "מי שקנו בסניף של הקופה, בימים האחרונים: "})) +
         words.count(offline.seen().last_days());
}

void print_caps(Session& session, const v1::Program& program, const ProgramWords& words) {
  const auto print = [&](const Text& label, const std::string& value) {
    session.out() << "  " << session.say(label) << ": " << value << '\n';
  };
  const OfflineCaps caps = offline_caps_of(program);
  print(
      {"give one member at most, until they have synced", "נותנות לחבר אחד לכל היותר, עד לסנכרון"},
      words.money(caps.member_limit_minor));
  print({"each gives all members at most, until it has synced",
         "כל אחת נותנת לכל החברים לכל היותר, עד לסנכרון"},
        words.money(caps.register_limit_minor));
  print({"let points pay, of those known", "מאפשרות לממש נקודות, מתוך הידועות"},
        words.percent(caps.points_share_bps));
  print({"rights that each takes ahead", "זכויות שכל אחת לוקחת מראש"},
        words.count(rights_per_register_of(program)));
  if (rights_per_register_of(program) > 0) {
    print({"may use them for hours", "רשאיות להשתמש בהן במשך שעות"},
          words.count(lease_hours_of(program)));
  }
  print({"returns by receipts that they do not have", "החזרות לפי קבלות שאינן אצלן"},
        program.offline().refuses_unseen_returns() ? session.say({"refused", "נדחות"})
                                                   : session.say({"taken", "מתקבלות"}));
}

void print_offline(Session& session, const v1::Program& program, const ProgramWords& words) {
  print_heading(session, {"Registers without the server", "קופות ללא קשר לשרת"});
  session.out() << "  " << session.say({"keep", "שומרות"}) << ": "
                << kept_text(words, program.offline()) << '\n'
                << "  "
                << session.say(
                       {"price by what they keep, for hours", "מתמחרות לפי מה שנשמר, במשך שעות"})
                << ": " << words.count(cache_valid_hours_of(program)) << '\n';
  print_caps(session, program, words);
}

}  // namespace

void print_summary(Session& session, const v1::Program& program) {
  const ProgramWords words(program, session.language());
  print_head(session, program, words);
  print_benefits(session, program, words);
  print_rights(session, program, words);
  print_points(session, program, words);
  print_tiers(session, program, words);
  print_offline(session, program, words);
}

void print_findings(Session& session, std::ostream& out, const v1::CheckProgramResponse& found) {
  for (const v1::ProgramFinding& finding : found.findings()) {
    out << (finding.is_error() ? session.say({"error", "שגיאה"})
                               : session.say({"warning", "אזהרה"}))
        << "  " << session.plain(finding.field()) << (finding.field().empty() ? "" : ": ")
        << finding.message() << '\n';
  }
}

}  // namespace moadon::cli
