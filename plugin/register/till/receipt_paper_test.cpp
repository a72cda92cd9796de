#include "plugin/register/till/receipt_paper.h"

#include <set>

#include "plugin/register/text_columns.h"
#include "plugin/register/till/receipt_number.h"
#include "plugin/register/times.h"
#include "tests/catch.h"

namespace moadon {
namespace {

PaperReceipt example() {
  PaperReceipt paper = paper_of_sale(Json::parse(R"({
    "receipt": "261121-200554-482913", "occurred_at": "2026-11-21T18:05:54Z",
    "key": {"phone": "054-123-4567"},
    "lines": [
      {"sku": "1", "description": "חלב 3%", "quantity_milli": "3000", "unit_price_minor": "590",
       "paid_net_minor": "1504"},
      {"sku": "5011", "description": "שוקולד מריר עם תיאור ארוך מאוד מאוד מאוד מאוד", "quantity_milli": 1000,
       "unit_price_minor": 200, "paid_net_minor": 200}],
    "tenders": [{"kind": "TENDER_KIND_CASH", "amount_minor": "1700"}],
    "cash_rounding_minor": "-4"})"));
  paper.register_id = "R1";
  paper.given_minor = 2000;
  return paper;
}

bool has_line(const std::vector<std::string>& lines, const std::string& wanted) {
  return std::find(lines.begin(), lines.end(), wanted) != lines.end();
}

}  // namespace

TEST_CASE("a Hebrew receipt says what was bought, paid, saved and given back") {
  REQUIRE(use_time_zone("Asia/Jerusalem"));
  const auto lines = print_paper(example(), {texts_of(Language::kHebrew), "₪", 42});
  CHECK(has_line(lines, "קופה: R1\u200F                  21.11.2026 20:05"));
  CHECK(has_line(lines, "חלב 3%                               17.70"));
  CHECK(has_line(lines, "  3 × 5.90"));
  CHECK(has_line(lines, "  הנחה                               -2.66"));
  CHECK(has_line(lines, "סה\"כ                                ₪17.04"));
  CHECK(has_line(lines, "עיגול מזומן                         -₪0.04"));
  CHECK(has_line(lines, "לתשלום                              ₪17.00"));
  CHECK(has_line(lines, "חסכת                                 ₪2.66"));
  CHECK(has_line(lines, "עודף                                 ₪3.00"));
  CHECK(has_line(lines, "כולל מע\"מ"));
  CHECK(has_line(lines, "חבר/ת מועדון: xxx-xxx-4567"));
}

TEST_CASE("no line is wider than the paper") {
  for (const int columns : {32, 42, 48}) {
    for (const Language language : {Language::kHebrew, Language::kEnglish}) {
      PaperReceipt paper = example();
      paper.store = "חנות עם שם ארוך מאוד שלא ייכנס בשום רוחב של נייר";
      for (const std::string& line : print_paper(paper, {texts_of(language), "₪", columns})) {
        CAPTURE(line);
        CHECK(text_columns(line) <= columns);
      }
    }
  }
}

TEST_CASE("a receipt printed without the club says so") {
  PaperReceipt paper = example();
  paper.offline = true;
  CHECK(has_line(print_paper(paper, {texts_of(Language::kHebrew), "₪", 42}), "ללא חיבור, יתעדכן"));
  paper.member.clear();
  CHECK(has_line(print_paper(paper, {texts_of(Language::kEnglish), "₪", 42}), "Not a member"));
}

TEST_CASE("a copy that does not know the customer says nothing of one") {
  PaperReceipt paper = example();
  paper.member.clear();
  paper.is_copy = true;
  const auto lines = print_paper(paper, {texts_of(Language::kEnglish), "₪", 42});
  CHECK(lines.back() == "VAT included");
  CHECK(has_line(lines, "                   Copy"));
}

TEST_CASE("a return shows its credit only when it is known") {
  Json returned = Json::parse(R"({"receipt": "2", "occurred_at": "2026-11-21T18:05:54Z",
    "original": {"register_id": "R1", "receipt": "1"},
    "lines": [{"sku": "1", "quantity_milli": "1000", "unit_price_minor": "590"}]})");
  CHECK_FALSE(paper_of_return(returned).refund_minor.has_value());
  returned["lines"][0]["refund_minor"] = "501";
  const PaperReceipt paper = paper_of_return(returned);
  CHECK(paper.refund_minor == 501);
  CHECK(has_line(print_paper(paper, {texts_of(Language::kHebrew), "₪", 32}),
                 "זיכוי                      ₪5.01"));
}

TEST_CASE("keys are masked on paper") {
  CHECK(masked_key(Json({{"phone", "+972 54-1234567"}})) == "xxx-xxx-4567");
  CHECK(masked_key(Json({{"card", "0000131"}})) == "xxxx0131");
  CHECK(masked_key(Json::object()).empty());
}

TEST_CASE("receipt numbers start with the second and differ") {
  std::set<std::string> numbers;
  for (int i = 0; i < 20; ++i) numbers.insert(new_receipt_number(1291191960000000));
  CHECK(numbers.size() == 20);
  CHECK(numbers.begin()->substr(0, 14) == "101201-082600-");
}

}  // namespace moadon
