#include "plugin/register/till/till_command.h"

#include "tests/catch.h"

namespace moadon {
namespace {

ScanCommand scan_of(std::string_view line) {
  CAPTURE(line);
  const TillCommand command = parse_till_command(line);
  REQUIRE(std::holds_alternative<ScanCommand>(command));
  return std::get<ScanCommand>(command);
}

PlainCommand plain_of(std::string_view line) {
  const TillCommand command = parse_till_command(line);
  const auto* plain = std::get_if<PlainCommand>(&command);
  return plain == nullptr ? PlainCommand::kNothing : *plain;
}

}  // namespace

TEST_CASE("a code alone is one piece") {
  const ScanCommand scan = scan_of(" 7290000066318 ");
  CHECK(scan.code == "7290000066318");
  CHECK(scan.quantity_milli == 1000);
  CHECK_FALSE(scan.unit_price_minor.has_value());
}

TEST_CASE("a quantity stands before the sign of times") {
  for (const char* line : {"3x 5011", "3 x 5011", "3X5011", "3×5011", "3 * 5011"}) {
    CHECK(scan_of(line).quantity_milli == 3000);
    CHECK(scan_of(line).code == "5011");
  }
  CHECK(scan_of("0.347x 5011").quantity_milli == 347);
}

TEST_CASE("a price and a description may follow") {
  const ScanCommand scan = scan_of("3 x 12.50 5011 עגבניות שרי");
  CHECK(scan.quantity_milli == 3000);
  CHECK(scan.unit_price_minor == 1250);
  CHECK(scan.code == "5011");
  CHECK(scan.description == "עגבניות שרי");
  CHECK(scan_of("1x ₪7 5011").unit_price_minor == 700);
}

TEST_CASE("an article whose code is a word of the till is scanned with times") {
  CHECK(scan_of("1x total").code == "total");
}

TEST_CASE("words of both languages are understood") {
  CHECK(plain_of("?") == PlainCommand::kHelp);
  CHECK(plain_of("TOTAL") == PlainCommand::kTotal);
  CHECK(plain_of("סה\"כ") == PlainCommand::kTotal);
  CHECK(plain_of("מצב") == PlainCommand::kStatus);
  CHECK(plain_of("בטל") == PlainCommand::kCancel);
  CHECK(std::get<CancelLineCommand>(parse_till_command("בטל 2")).number == 2);
  const auto identify = std::get<IdentifyCommand>(parse_till_command("טלפון 054 123 4567"));
  CHECK(identify.kind == "phone");
  CHECK(identify.value == "054 123 4567");
  CHECK(std::get<IdentifyCommand>(parse_till_command("card 00131")).kind == "card");
  CHECK(std::get<JoinCommand>(parse_till_command("join Dana Levi Cohen")).last_name ==
        "Levi Cohen");
  const auto receipt = std::get<ReceiptCommand>(parse_till_command("return 536365 R2"));
  CHECK(receipt.to_return);
  CHECK(receipt.receipt == "536365");
  CHECK(receipt.register_id == "R2");
}

TEST_CASE("payments are cash, with what was given or exactly, or card") {
  CHECK(std::get<PayCommand>(parse_till_command("cash 50")).given_minor == 5000);
  CHECK(std::get<PayCommand>(parse_till_command("מזומן ₪12.5")).given_minor == 1250);
  CHECK(std::get<PayCommand>(parse_till_command("pay cash")).in_cash);
  CHECK_FALSE(std::get<PayCommand>(parse_till_command("אשראי")).in_cash);
  CHECK_FALSE(std::get<PayCommand>(parse_till_command("card")).in_cash);
  CHECK_FALSE(std::get<PayCommand>(parse_till_command("pay card")).in_cash);
}

TEST_CASE("codes, points and gift balance are entered by their words") {
  CHECK(std::get<CouponCommand>(parse_till_command("coupon WINTER-5")).code == "WINTER-5");
  CHECK(std::get<CouponCommand>(parse_till_command("קופון חורף5")).code == "חורף5");
  CHECK(std::get<PointsCommand>(parse_till_command("points 200")).points_milli == 200'000);
  CHECK(std::get<PointsCommand>(parse_till_command("נקודות 0")).points_milli == 0);
  CHECK_FALSE(std::get<PointsCommand>(parse_till_command("points")).points_milli.has_value());
  CHECK(std::get<GiftBalanceCommand>(parse_till_command("gift ₪12.5")).amount_minor == 1250);
  CHECK(std::get<GiftBalanceCommand>(parse_till_command("מתנה 0")).amount_minor == 0);
}

TEST_CASE("what makes no sense is unknown, never a guess") {
  for (const char* line :
       {"5011 milk", "3x", "3x twelve 5011", "cash fifty", "cash 1 2", "cancel two", "phone",
        "return", "pay", "pay gold", "cash -5", "credit 5", "coupon", "coupon a b", "points x",
        "points -1", "points 1 2", "gift", "gift x"}) {
    CAPTURE(line);
    CHECK(plain_of(line) == PlainCommand::kUnknown);
  }
  CHECK(plain_of("   ") == PlainCommand::kNothing);
}

TEST_CASE("lines to return are chosen by number, with or without quantity") {
  const auto some = std::get<TakeBackCommand>(parse_return_command("2 0.5"));
  CHECK(some.number == 2);
  CHECK(some.quantity_milli == 500);
  CHECK_FALSE(std::get<TakeBackCommand>(parse_return_command("3")).quantity_milli.has_value());
  CHECK(std::get<TakeBackCommand>(parse_return_command("הכל")).number == 0);
  CHECK(std::get<ReturnStep>(parse_return_command("done")) == ReturnStep::kFinish);
  CHECK(std::get<ReturnStep>(parse_return_command("בטל")) == ReturnStep::kCancel);
  CHECK(std::get<ReturnStep>(parse_return_command("0")) == ReturnStep::kUnknown);
  CHECK(std::get<ReturnStep>(parse_return_command("2 -1")) == ReturnStep::kUnknown);
}

TEST_CASE("the answer to a question for the price may name the article") {
  CHECK(parse_price_answer("12.50 חלב 3%")->description == "חלב 3%");
  CHECK(parse_price_answer("₪5")->unit_price_minor == 500);
  CHECK_FALSE(parse_price_answer("milk").has_value());
  CHECK_FALSE(parse_price_answer("").has_value());
}

}  // namespace moadon
