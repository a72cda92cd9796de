#include "client/cli/offline_loss.h"

#include "rules/test_program.h"
#include "tests/catch.h"

namespace moadon::cli {
namespace {

// Without the marks that keep numbers reading from left to right.
std::string bare(std::string text) {
  for (const std::string mark : {"\u2066", "\u2069"}) {
    for (size_t at = text.find(mark); at != std::string::npos; at = text.find(mark)) {
      text.erase(at, mark.size());
    }
  }
  return text;
}

v1::OfflineLoss loss_of(std::int64_t registers, std::int64_t register_minor, std::int32_t hours) {
  v1::OfflineLoss loss;
  loss.set_register_count(registers);
  loss.set_register_limit_minor(register_minor);
  loss.set_worst_minor(registers * register_minor);
  loss.set_cache_valid_hours(hours);
  return loss;
}

TEST_CASE("what registers can lose is a sentence in both languages") {
  const v1::Program program = program_with("");
  const struct {
    v1::OfflineLoss loss;
    std::string english, hebrew;
  } cases[] = {
      {loss_of(4, 50'000, 72),
       "Without the server, 4 registers: at most ₪500.00 a register in points and benefits with "
       "limits, ₪2,000.00 at worst; after 72 hours nothing more is given.",
       "בלי השרת, 4 קופות: לכל היותר ₪500.00 לקופה בנקודות ובהטבות מוגבלות, ₪2,000.00 במקרה "
       "הגרוע; אחרי 72 שעות לא יינתן עוד דבר."},
      {loss_of(1, 1, 1),
       "Without the server, 1 register: at most ₪0.01 a register in points and benefits with "
       "limits, ₪0.01 at worst; after 1 hour nothing more is given.",
       "בלי השרת, קופה אחת: לכל היותר ₪0.01 לקופה בנקודות ובהטבות מוגבלות, ₪0.01 במקרה הגרוע; "
       "אחרי שעה לא יינתן עוד דבר."},
      {loss_of(2, 100, 2),
       "Without the server, 2 registers: at most ₪1.00 a register in points and benefits with "
       "limits, ₪2.00 at worst; after 2 hours nothing more is given.",
       "בלי השרת, שתי קופות: לכל היותר ₪1.00 לקופה בנקודות ובהטבות מוגבלות, ₪2.00 במקרה הגרוע; "
       "אחרי שעתיים לא יינתן עוד דבר."},
      {loss_of(0, 50'000, 72),
       "Without the server, 0 registers: at most ₪500.00 a register in points and benefits with "
       "limits, ₪0.00 at worst; after 72 hours nothing more is given.",
       "בלי השרת, 0 קופות: לכל היותר ₪500.00 לקופה בנקודות ובהטבות מוגבלות, ₪0.00 במקרה הגרוע; "
       "אחרי 72 שעות לא יינתן עוד דבר."},
      {loss_of(4, 0, 72),
       "Without the server nothing can be lost: registers give away no points and no benefits "
       "with limits then (0 at worst).",
       "בלי השרת לא ניתן להפסיד דבר: הקופות אינן נותנות אז נקודות או הטבות מוגבלות (0 במקרה "
       "הגרוע)."},
  };
  for (const auto& c : cases) {
    CHECK(bare(offline_loss_text(program, &c.loss, Language::kEnglish)) == c.english);
    CHECK(bare(offline_loss_text(program, &c.loss, Language::kHebrew)) == c.hebrew);
  }
}

TEST_CASE("without the server's answer it says what one register can lose") {
  const v1::Program paying = program_with(
      "points { spending { thousand_points_value_minor: 1000 step_milli: 10000 } } offline { "
      "register_limit_minor: 700 cache_valid_hours: 24 }");
  CHECK(bare(offline_loss_text(paying, nullptr, Language::kEnglish)) ==
        "Without the server: at most ₪7.00 a register in points and benefits with limits; after "
        "24 hours nothing more is given. Not counted: what was set aside at the server for sales "
        "under way.");
  CHECK(bare(offline_loss_text(paying, nullptr, Language::kHebrew)) ==
        "בלי השרת: לכל היותר ₪7.00 לקופה בנקודות ובהטבות מוגבלות; אחרי 24 שעות לא יינתן עוד דבר. "
        "לא נכלל: מה ששוריין בשרת למכירות שכבר החלו.");
  CHECK(offline_loss_text(program_with(""), nullptr, Language::kEnglish).find("nothing") !=
        std::string::npos);
}

// What the sentence ends with.
std::string not_counted(const v1::Program& program, const v1::OfflineLoss* loss,
                        Language language) {
  const std::string text = bare(offline_loss_text(program, loss, language));
  const size_t at = text.find(language == Language::kEnglish ? " Not counted" : " לא נכלל");
  return at == std::string::npos ? "" : text.substr(at + 1);
}

TEST_CASE("what was set aside at the server, and rights taken ahead, are no part of the bound") {
  const v1::Program with_rights = program_with(
      "rights { right_id: 'c' title: 'C' coupon {} } offline { leases { "
      "rights_per_register: 10 } }");
  v1::OfflineLoss loss = loss_of(4, 50'000, 72);
  CHECK(not_counted(program_with(""), &loss, Language::kEnglish).empty());
  CHECK(not_counted(with_rights, &loss, Language::kEnglish) ==
        "Not counted: what was set aside at the server for sales under way.");
  const struct {
    std::int64_t count;
    std::string english, hebrew;
  } cases[] = {{40, "40 rights taken ahead.", "40 זכויות שנלקחו מראש."},
               {2, "2 rights taken ahead.", "שתי זכויות שנלקחו מראש."},
               {1, "1 right taken ahead.", "זכות אחת שנלקחה מראש."}};
  for (const std::int64_t register_minor : {0, 50'000}) {
    loss = loss_of(4, register_minor, 72);
    for (const auto& c : cases) {
      loss.set_leased_right_count(c.count);
      CHECK(not_counted(with_rights, &loss, Language::kEnglish) ==
            "Not counted: what was set aside at the server for sales under way, and up to " +
                c.english);
      CHECK(not_counted(with_rights, &loss, Language::kHebrew) ==
            "לא נכללים: מה ששוריין בשרת למכירות שכבר החלו, ועד " + c.hebrew);
    }
  }
  CHECK(not_counted(with_rights, nullptr, Language::kEnglish) ==
        "Not counted: what was set aside at the server for sales under way, and up to 10 rights "
        "taken ahead a register.");
  CHECK(not_counted(with_rights, nullptr, Language::kHebrew) ==
        "לא נכללים: מה ששוריין בשרת למכירות שכבר החלו, ועד 10 זכויות שנלקחו מראש לכל קופה.");
}

}  // namespace
}  // namespace moadon::cli
