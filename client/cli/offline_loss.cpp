#include "client/cli/offline_loss.h"

#include <ostream>
#include <string>

#include "absl/strings/substitute.h"
#include "client/cli/program_words.h"
#include "client/wording/amounts.h"
#include "rules/offline.h"

namespace moadon::cli {
namespace {

using absl::Substitute;

// A number of things, where Hebrew has a word of its own for one and two.
std::string counted(const ProgramWords& words, std::int64_t number, const Text& one,
                    const Text& two, const Text& many) {
  if (number == 1) return words.say(one);
  if (number == 2) return words.say(two);
  return Substitute(words.say(many), words.count(number));
}

std::string registers_text(const ProgramWords& words, std::int64_t number) {
  return counted(words, number, {"1 register", "קופה אחת"}, {"2 registers", "שתי קופות"},
                 {"$0 registers", "$0 קופות"});
}

std::string hours_text(const ProgramWords& words, std::int64_t number) {
  return counted(words, number, {"1 hour", "שעה"}, {"2 hours", "שעתיים"}, {"$0 hours", "$0 שעות"});
}

std::string rights_text(const ProgramWords& words, std::int64_t number) {
  return counted(words, number, {"1 right taken ahead", "זכות אחת שנלקחה מראש"},
                 {"2 rights taken ahead", "שתי זכויות שנלקחו מראש"},
                 {"$0 rights taken ahead", "$0 זכויות שנלקחו מראש"});
}

// What was set aside while the server was there is nobody else's, and counts by itself. Empty where
// there is nothing to set aside.
std::string set_aside_text(const ProgramWords& words, const v1::Program& program,
                           const v1::OfflineLoss* loss) {
  const std::int64_t leased_count =
      loss == nullptr ? rights_per_register_of(program) : loss->leased_right_count();
  if (leased_count > 0) {
    const Text each{" a register", " לכל קופה"};
    return Substitute(words.say({" Not counted: what was set aside at the server for sales under "
                                 "way, and up to $0$1.",
                                 " לא נכללים: מה ששוריין בשרת למכירות שכבר החלו, ועד $0$1."}),
                      rights_text(words, leased_count), loss == nullptr ? words.say(each) : "");
  }
  if (!program.points().has_spending() && program.rights().empty()) return "";
  return words.say({" Not counted: what was set aside at the server for sales under way.",
                    " לא נכלל: מה ששוריין בשרת למכירות שכבר החלו."});
}

std::string bound_text(const ProgramWords& words, const v1::Program& program,
                       const v1::OfflineLoss* loss) {
  const std::int64_t register_minor =
      loss == nullptr ? worst_register_loss_minor(program) : loss->register_limit_minor();
  if (register_minor == 0) {
    return words.say(
        {"Without the server nothing can be lost: registers give away no points and "
         "no benefits with limits then (0 at worst).",
         "בלי השרת לא ניתן להפסיד דבר: הקופות אינן נותנות אז נקודות או הטבות "
         "מוגבלות (0 במקרה הגרוע)."});
  }
  const auto money = [&](std::int64_t amount_minor) {
    return words.plain(wording::sum_text(amount_minor, program.currency_code()));
  };
  if (loss == nullptr) {
    return Substitute(
        words.say({"Without the server: at most $0 a register in points and benefits with limits; "
                   "after $1 nothing more is given.",
                   "בלי השרת: לכל היותר $0 לקופה בנקודות ובהטבות מוגבלות; אחרי $1 לא יינתן עוד "
                   "דבר."}),
        money(register_minor), hours_text(words, cache_valid_hours_of(program)));
  }
  return Substitute(
      words.say({"Without the server, $0: at most $1 a register in points and benefits with "
                 "limits, $2 at worst; after $3 nothing more is given.",
                 "בלי השרת, $0: לכל היותר $1 לקופה בנקודות ובהטבות מוגבלות, $2 במקרה הגרוע; אחרי "
                 "$3 לא יינתן עוד דבר."}),
      registers_text(words, loss->register_count()), money(register_minor),
      money(loss->worst_minor()), hours_text(words, loss->cache_valid_hours()));
}

}  // namespace

std::string offline_loss_text(const v1::Program& program, const v1::OfflineLoss* loss,
                              Language language) {
  const ProgramWords words(program, language);
  return bound_text(words, program, loss) + set_aside_text(words, program, loss);
}

void print_offline_loss(Session& session, std::ostream& out, const v1::Program& program,
                        const v1::CheckProgramResponse& found) {
  out << offline_loss_text(program, found.has_offline_loss() ? &found.offline_loss() : nullptr,
                           session.language())
      << '\n';
}

}  // namespace moadon::cli
