#include "client/cli/fit_report.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "client/cli/amounts.h"
#include "client/cli/json_output.h"
#include "client/cli/table.h"

namespace moadon::cli {
namespace {

using Values = std::vector<std::pair<std::string, std::string>>;

std::string fill(Session& session, const Text& text, const Values& values) {
  return absl::StrReplaceAll(session.say(text), values);
}

void print_line(Session& session, const Text& text, const Values& values = {}) {
  session.out() << fill(session, text, values) << '\n';
}

void print_heading(Session& session, const Text& text) {
  session.out() << '\n' << session.say(text) << '\n';
}

std::string milli(Session& session, std::int64_t number_milli) {
  return session.plain(format_milli(number_milli));
}

void print_numbers(Session& session, const v1::StageRules& now, const v1::StageRules& proposed,
                   const Money& money) {
  Table table({{session.say({"number in the program", "מספר בתקנון"})},
               {session.say({"now", "היום"}), Align::kRight},
               {session.say({"proposed", "מוצע"}), Align::kRight}});
  const auto add = [&](const Text& name, const std::string& value, const std::string& other) {
    table.add({session.say(name), value, other});
  };
  add({"usual gap between purchase days, in days", "מרווח רגיל בין ימי קנייה, בימים"},
      milli(session, now.club_gap_days_milli()), milli(session, proposed.club_gap_days_milli()));
  add({"its weight, in gaps of the member's own", "משקלו, במרווחים של החבר עצמו"},
      milli(session, now.prior_weight_milli()), milli(session, proposed.prior_weight_milli()));
  add({"silence that is leaving, in rhythms of the member", "שתיקה שהיא נטישה, בקצבים של החבר"},
      milli(session, now.churn_factor_milli()), milli(session, proposed.churn_factor_milli()));
  add({"loyal: looking back so many days", "נאמן: במבט לאחור של ימים"},
      session.count(now.loyal_window_days()), session.count(proposed.loyal_window_days()));
  add({"loyal: at least so many purchase days", "נאמן: לפחות ימי קנייה"},
      session.count(now.loyal_purchase_days()), session.count(proposed.loyal_purchase_days()));
  add({"loyal: at least this net spend", "נאמן: לפחות קניות נטו"},
      session.plain(money.text(now.loyal_spend_minor())),
      session.plain(money.text(proposed.loyal_spend_minor())));
  table.print(session.out());
}

void add_score(Session& session, const std::string& way, const v1::FitScore& score, Table& table) {
  table.add({way, session.share(score.accuracy_bps()), session.share(score.false_alarm_bps()),
             session.share(score.found_bps()),
             score.notice_days() < 0 ? "-" : session.count(score.notice_days()),
             score.auc_bps() < 0 ? "-" : session.share(score.auc_bps())});
}

std::string last_weeks(Session& session, std::int64_t weeks) {
  if (weeks == 1) return session.say({"bought in the last week", "קנו בשבוע האחרון"});
  if (weeks == 2) return session.say({"bought in the last 2 weeks", "קנו בשבועיים האחרונים"});
  return fill(session, {"bought in the last {weeks} weeks", "קנו ב-{weeks} השבועות האחרונים"},
              {{"{weeks}", session.count(weeks)}});
}

void print_scores(Session& session, const v1::FitLifecycleResponse& fit) {
  Table table({{session.say({"way of telling leavers", "דרך לזהות נוטשים"})},
               {session.say({"told right", "זוהו נכון"}), Align::kRight},
               {session.say({"came back, called leavers", "חזרו ונקראו נוטשים"}), Align::kRight},
               {session.say({"left, and found", "נטשו וזוהו"}), Align::kRight},
               {session.say({"days until noticed", "ימים עד הזיהוי"}), Align::kRight},
               {session.say({"ranks right", "מדרגת נכון"}), Align::kRight}});
  add_score(session, session.say({"stages, numbers of now", "שלבים, המספרים של היום"}),
            fit.current_score(), table);
  add_score(session, session.say({"stages, proposed numbers", "שלבים, המספרים המוצעים"}),
            fit.proposed_score(), table);
  add_score(session, last_weeks(session, fit.last_weeks()), fit.last_weeks_score(), table);
  if (fit.has_pareto_nbd_score()) {
    add_score(session, session.plain("Pareto/NBD"), fit.pareto_nbd_score(), table);
  }
  table.print(session.out());
}

void print_references(Session& session, const v1::FitLifecycleResponse& fit) {
  if (fit.pareto_nbd().is_degenerate()) {
    print_line(session, {"The statistical reference (Pareto/NBD) does not fit this club: its "
                         "history does not tell leaving from pausing. It was left out.",
                         "מודל ההשוואה הסטטיסטי (Pareto/NBD) אינו מתאים למועדון הזה: ההיסטוריה "
                         "אינה מבדילה בין נטישה להפסקה. הוא הושמט."});
    return;
  }
  const std::int64_t expected = (fit.pareto_nbd_score().expected_days_milli() + 500) / 1000;
  print_line(session,
             {"The statistical reference (Pareto/NBD) expected {expected} purchase days in that "
              "time; there were {found}.",
              "מודל ההשוואה הסטטיסטי (Pareto/NBD) צפה {expected} ימי קנייה בזמן הזה; היו {found}."},
             {{"{expected}", session.count(expected)},
              {"{found}", session.count(fit.purchase_day_count())}});
}

void print_loyal(Session& session, const Text& which, const v1::LoyalScore& loyal) {
  print_line(session,
             {"{which}: {members} members, {share} of those who had not gone quiet, with {spend} "
              "of their net spend; {again} of them bought again.",
              "{which}: {members} חברים, {share} מאלה שלא השתתקו, עם {spend} מהקניות נטו שלהם; "
              "{again} מהם קנו שוב."},
             {{"{which}", session.say(which)},
              {"{members}", session.count(loyal.member_count())},
              {"{share}", session.share(loyal.member_share_bps())},
              {"{spend}", session.share(loyal.spend_share_bps())},
              {"{again}", session.share(loyal.bought_again_bps())}});
}

void print_advice(Session& session, const v1::FitLifecycleResponse& fit) {
  print_heading(session, {"What to do", "מה לעשות"});
  if (fit.keep_current()) {
    print_line(session,
               {"Keep your numbers: the proposed ones tell no more members right than chance "
                "explains. Ask again in a few months.",
                "השאירו את המספרים: המוצעים אינם מזהים נכון יותר חברים מכפי שמקרה מסביר. "
                "שאלו שוב בעוד כמה חודשים."});
    print_line(session, {"What follows is there to be compared, or for its loyal bar alone.",
                         "מה שלהלן נועד להשוואה, או בשביל הרף לנאמנים בלבד."});
  } else {
    print_line(session,
               {"The proposed numbers tell more members right: {now} now, {proposed} then. Look "
                "at the members who came back and would be called leavers before you decide: a "
                "call to them costs little, a discount may cost more.",
                "המספרים המוצעים מזהים נכון יותר חברים: {now} היום, {proposed} איתם. לפני "
                "ההחלטה שימו לב לחברים שחזרו וייקראו נוטשים: שיחה אליהם עולה מעט, הנחה אולי יותר."},
               {{"{now}", session.share(fit.current_score().accuracy_bps())},
                {"{proposed}", session.share(fit.proposed_score().accuracy_bps())}});
  }
  print_line(session,
             {"To use the proposed numbers, put this into \"stages\" of the program (moadon "
              "--json program show), then run moadon program check FILE and moadon program "
              "publish FILE:",
              "כדי להשתמש במספרים המוצעים, הכניסו את זה תחת \"stages\" בתקנון (moadon --json "
              "program show), ואז הריצו moadon program check FILE ו-moadon program publish FILE:"});
  session.out() << to_readable_json(fit.proposed()) << '\n';
}

}  // namespace

void print_fit(Session& session, const v1::FitLifecycleResponse& fit, const Money& money) {
  print_line(session,
             {"As of {date}, {members} members had bought. In the {days} after it {again} of them "
              "bought again.",
              "נכון ל-{date} קנו {members} חברים. תוך {days} אחר כך {again} מהם קנו שוב."},
             {{"{date}", session.date(fit.calibration_end_date())},
              {"{members}", session.count(fit.member_count())},
              {"{days}", session.days(fit.horizon_days())},
              {"{again}", session.count(fit.bought_again_count())}});
  print_line(session, {"Proposed is from what was known by that date alone.",
                       "ההצעה נעשתה רק ממה שהיה ידוע עד אותו תאריך."});
  session.out() << '\n';
  print_numbers(session, fit.current(), fit.proposed(), money);
  print_heading(session, {"How well leavers were told from those who came back",
                          "כמה טוב נבדלו הנוטשים מאלה שחזרו"});
  print_scores(session, fit);
  print_references(session, fit);
  print_heading(session, {"Who was loyal", "מי היו נאמנים"});
  print_loyal(session, {"by the bar of now", "לפי הרף של היום"}, fit.current_loyal());
  print_loyal(session, {"by the proposed bar", "לפי הרף המוצע"}, fit.proposed_loyal());
  print_advice(session, fit);
}

}  // namespace moadon::cli
