#include "client/cli/difference_text.h"

#include "absl/strings/str_cat.h"

namespace moadon::cli {

std::string difference_text(Session& session, const v1::Difference& difference,
                            const Money& money) {
  const auto amounts = [&](const Text& what, const std::string& line, std::int64_t kept,
                           std::int64_t verdict) {
    return absl::StrCat(session.say(what), " ", session.plain(line), ": ",
                        session.plain(money.text(kept)), " / ", session.plain(money.text(verdict)));
  };
  const auto points = [&](const Text& what, std::int64_t points_milli) {
    return absl::StrCat(session.say(what), ": ", session.plain(format_milli(points_milli)));
  };
  switch (difference.kind_case()) {
    case v1::Difference::kPriceDiffers:
      return amounts({"charged / by the rules, line", "נגבה / לפי הכללים, שורה"},
                     difference.price_differs().line_id(),
                     difference.price_differs().charged_minor(),
                     difference.price_differs().verdict_minor());
    case v1::Difference::kTotalDiffers:
      return amounts({"register's total / sum of the lines", "סך הקופה / סכום השורות"}, "",
                     difference.total_differs().register_total_minor(),
                     difference.total_differs().sum_minor());
    case v1::Difference::kRefundDiffers:
      return amounts({"refunded / by the rules, line", "הוחזר / לפי הכללים, שורה"},
                     difference.refund_differs().line_id(),
                     difference.refund_differs().refunded_minor(),
                     difference.refund_differs().verdict_minor());
    case v1::Difference::kReturnExceedsSold:
      return absl::StrCat(
          session.say({"more came back than was sold, line", "הוחזר יותר ממה שנמכר, שורה"}), " ",
          session.plain(difference.return_exceeds_sold().line_id()), ": ",
          session.plain(format_milli(difference.return_exceeds_sold().surplus_milli())));
    case v1::Difference::kLineNotSold:
      return absl::StrCat(
          session.say({"the sale has no such article, line", "אין במכירה פריט כזה, שורה"}), " ",
          session.plain(difference.line_not_sold().line_id()));
    case v1::Difference::kProgramUnknown:
      return absl::StrCat(
          session.say({"program version never published", "גרסת תוכנית שלא פורסמה"}), ": ",
          difference.program_unknown().program_version());
    case v1::Difference::kMemberUnknown:
      return session.say({"names a member who was never issued", "נוקבת בחבר שמעולם לא היה"});
    case v1::Difference::kFactsUnknown:
      return session.say({"member facts that were never issued; judged without them",
                          "נתוני חבר שלא הונפקו מעולם; נשפטה בלעדיהם"});
    case v1::Difference::kProgramOutdated:
      return absl::StrCat(session.say({"priced with version / in force", "תומחרה בגרסה / בתוקף"}),
                          ": ", difference.program_outdated().program_version(), " / ",
                          difference.program_outdated().version_in_force());
    case v1::Difference::kPointsOverspent:
      return points({"points spent that were not there", "מומשו נקודות שלא היו"},
                    difference.points_overspent().points_milli());
    case v1::Difference::kRightOverused:
      return absl::StrCat(session.say({"a right used that was not left", "נוצלה זכות שלא נותרה"}),
                          " ", session.plain(difference.right_overused().grant_id()));
    case v1::Difference::kLimitExceeded:
      return absl::StrCat(session.say({"used more often than its limit allows, benefit",
                                       "נוצלה מעבר למגבלה, הטבה"}),
                          " ", session.plain(difference.limit_exceeded().benefit_id()));
    case v1::Difference::kRightUsedElsewhere:
      return absl::StrCat(session.say({"a right to take back was used meanwhile",
                                       "זכות שיש לקחת בחזרה נוצלה בינתיים"}),
                          " ", session.plain(difference.right_used_elsewhere().grant_id()));
    case v1::Difference::kPointsUsedElsewhere:
      return points({"points to take back were used meanwhile; owed now",
                     "נקודות שיש לקחת בחזרה נוצלו בינתיים; בחוב כעת"},
                    difference.points_used_elsewhere().points_milli());
    case v1::Difference::KIND_NOT_SET:
      break;
  }
  return session.say({"a kind that this version does not know", "סוג שהגרסה הזאת אינה מכירה"});
}

}  // namespace moadon::cli
