// Rights, codes, gifts and words.
#include "rules/test_pricing.h"

namespace moadon {
namespace {

const std::string kRights =
    "rights { right_id: 'coupon' title: 'Coupon' coupon {} valid_after_days: 1 valid_days: 30 } "
    "rights { right_id: 'voucher' title: 'Voucher' voucher { amount_minor: 500 } } "
    "rights { right_id: 'once' title: 'Once' voucher { amount_minor: 500 single_use: true } } ";

std::string held(const std::string& grant_id, const std::string& right_id,
                 const std::string& more = "uses_left: 1") {
  return "rights { grant_id: '" + grant_id + "' right_id: '" + right_id +
         "' valid_from_date: '2026-11-01' " + more + " } ";
}

std::string with_right(const std::string& id, const std::string& right_id,
                       const std::string& effect = "percent_off_lines { percent_bps: 1000 }") {
  return benefit(
      id, "conditions { right_held { right_id: '" + right_id + "' } } effect { " + effect + " }");
}

const std::string kMissing = "right_missing { right_id: \"coupon\" title: \"Coupon\" }";

TEST_CASE("a right is held from its first date to its last while a use is left") {
  const struct {
    const char* more;
    bool is_held;
  } cases[] = {
      {"uses_left: 1", true},
      {"uses_left: 0", false},
      {"uses_left: 1 valid_until_date: '2026-11-21'", true},
      {"uses_left: 1 valid_until_date: '2026-11-20'", false},
      {"uses_left: 1 valid_from_date: '2026-11-21'", true},
      {"uses_left: 1 valid_from_date: '2026-11-22'", false},
  };
  for (const auto& c : cases) {
    CAPTURE(c.more);
    std::string facts =
        std::string(kMember) + "rights { grant_id: 'g' right_id: 'coupon' " + c.more + " }";
    const v1::Quote quote = quote_of({kRights + with_right("a", "coupon"), line("1", 1000), facts});
    CHECK(reason_for(quote, "a") == (c.is_held ? "" : kMissing));
    CHECK(quote.rights_used_size() == (c.is_held ? 1 : 0));
  }
  CHECK(reason_for(quote_of({kRights + with_right("a", "coupon"), line("1", 1000),
                             std::string(kMember) + held("g", "voucher")}),
                   "a") == kMissing);
}

TEST_CASE("a basket without rights leaves them alone, and so does its sale") {
  const std::string facts = std::string(kMember) + held("g", "coupon");
  const v1::Quote quote = quote_of(
      {kRights + with_right("a", "coupon"), line("1", 1000) + " without_rights: true", facts});
  CHECK(quote.total_minor() == 1000);
  CHECK(quote.rights_used().empty());
  CHECK(reason_for(quote, "a") == kMissing);
  v1::Sale sale;
  CHECK_FALSE(basket_of(sale).without_rights());
  sale.set_without_rights(true);
  CHECK(basket_of(sale).without_rights());
}

TEST_CASE("the right that ends first is used, then by its id") {
  const auto used = [](const std::string& rights) {
    return quote_of({kRights + with_right("a", "coupon"), line("1", 1000),
                     std::string(kMember) + rights})
        .applied(0)
        .grant_id();
  };
  CHECK(used(held("a", "coupon") +
             held("b", "coupon", "uses_left: 1 valid_until_date: '2026-12-02'") +
             held("c", "coupon", "uses_left: 1 valid_until_date: '2026-12-01'")) == "c");
  CHECK(used(held("b", "coupon") + held("a", "coupon")) == "a");
}

TEST_CASE("two benefits cannot use one right twice") {
  const std::string program = kRights + with_right("a", "coupon") + with_right("b", "coupon");
  const v1::Quote one =
      quote_of({program, line("1", 1000), std::string(kMember) + held("g", "coupon")});
  CHECK(applied_in(one) == "a");
  CHECK(reason_for(one, "b") == kMissing);
  const v1::Quote two = quote_of(
      {program, line("1", 1000), std::string(kMember) + held("g", "coupon", "uses_left: 2")});
  CHECK(applied_in(two) == "a b");
  CHECK(two.rights_used_size() == 2);
}

TEST_CASE("a benefit that would change nothing uses no right") {
  const v1::Quote quote =
      quote_of({kRights + with_right("a", "coupon"),
                line("1", 1000, 1000, "price_override { unit_price_minor: 500 }"),
                std::string(kMember) + held("g", "coupon")});
  CHECK(reason_for(quote, "a") == "changes_nothing { }");
  CHECK(quote.rights_used().empty());
}

TEST_CASE("a voucher keeps what was not used, unless it is for a single use") {
  const auto price = [](const char* right_id, int64_t left_minor, int64_t price_minor) {
    const std::string program =
        kRights + with_right("a", right_id, "voucher_amount { filter { skus: 'S1' } }") +
        with_right("b", right_id, "voucher_amount {}");
    return quote_of(
        {program, line("1", price_minor) + line("2", 1000),
         std::string(kMember) +
             held("g", right_id, "uses_left: 1 amount_left_minor: " + std::to_string(left_minor))});
  };
  const v1::Quote kept = price("voucher", 500, 300);
  CHECK(applied_in(kept) == "a b");
  CHECK(kept.rights_used(0).amount_minor() == 300);
  CHECK(kept.rights_used(1).amount_minor() == 200);
  CHECK(kept.total_minor() == 800);
  const v1::Quote lost = price("once", 500, 300);
  CHECK(applied_in(lost) == "a");
  CHECK(lost.rights_used(0).amount_minor() == 300);
  CHECK(price("voucher", 300, 300).rights_used_size() == 1);
  CHECK(price("voucher", 301, 300).rights_used_size() == 2);
  CHECK(price("voucher", 0, 300).rights_used_size() == 0);
}

TEST_CASE("a capped voucher gives up only what it took off") {
  const v1::Quote quote = quote_of(
      {kRights + "basket_cap_minor: 120 " + with_right("a", "voucher", "voucher_amount {}"),
       line("1", 1000),
       std::string(kMember) + held("g", "voucher", "uses_left: 1 amount_left_minor: 500")});
  CHECK(quote.rights_used(0).amount_minor() == 120);
  CHECK(quote.total_minor() == 880);
}

TEST_CASE("a granted right says how many and from when to when") {
  const v1::Quote quote = quote_of(
      {kRights + benefit("a", "effect { grant_right { right_id: 'coupon' right_count: 2 } }") +
           benefit("b", "effect { grant_right { right_id: 'voucher' } }"),
       line("1", 1000)});
  REQUIRE(quote.rights_granted_size() == 2);
  CHECK(quote.rights_granted(0).ShortDebugString() ==
        "benefit_id: \"a\" right_id: \"coupon\" title: \"Coupon\" right_count: 2 valid_from_date: "
        "\"2026-11-22\" valid_until_date: \"2026-12-21\"");
  CHECK(quote.rights_granted(1).ShortDebugString() ==
        "benefit_id: \"b\" right_id: \"voucher\" title: \"Voucher\" right_count: 1 "
        "valid_from_date: \"2026-11-21\"");
}

TEST_CASE("a code is used by what it changes, whatever the case of its letters") {
  const std::string program = benefit(
      "a",
      "conditions { coupon_code { codes: ['SUMMER', 'Sun'] } } effect { amount_off_basket { "
      "amount_minor: 100 } }");
  const v1::Quote quote =
      quote_of({program, line("1", 1000) + "coupon_codes: 'other' coupon_codes: 'suMMer'"});
  CHECK(quote.applied(0).code() == "suMMer");
  REQUIRE(quote.refused_codes_size() == 1);
  CHECK(quote.refused_codes(0).code() == "other");
  CHECK_FALSE(quote.refused_codes(0).has_benefit());
  CHECK(quote_of({program, line("1", 1000) + "coupon_codes: 'sun'"}).applied(0).code() == "sun");
}

TEST_CASE("a code that would change nothing is refused with the reason") {
  const std::string program = benefit(
      "a",
      "conditions { coupon_code { codes: 'X' } } conditions { minimum_basket { amount_minor: "
      "2000 } } effect { percent_off_lines { percent_bps: 1000 } }");
  const v1::Quote quote = quote_of({program, line("1", 800) + "coupon_codes: 'x'"});
  CHECK(quote.refused_codes(0).code() == "x");
  CHECK(quote.refused_codes(0).benefit().benefit_id() == "a");
  CHECK(quote.refused_codes(0).benefit().spend_missing().amount_minor() == 1200);
  CHECK(quote_of({program, line("1", 2000) + "coupon_codes: 'x'"}).refused_codes().empty());
  CHECK(quote_of({program, line("1", 2000) + "coupon_codes: 'x' coupon_codes: 'X'"})
            .refused_codes()
            .empty());
  const v1::Quote nobody = quote_of({program, line("1", 2000) + "coupon_codes: 'x'", ""});
  CHECK(nobody.refused_codes(0).benefit().has_member_needed());
}

TEST_CASE("a second code of a benefit that acted changes nothing") {
  const v1::Quote quote =
      quote_of({benefit("a",
                        "conditions { coupon_code { codes: ['X', 'Y'] } } effect { "
                        "percent_off_lines { percent_bps: 1000 } }"),
                line("1", 800) + "coupon_codes: 'Y' coupon_codes: 'X'"});
  CHECK(quote.applied(0).code() == "Y");
  REQUIRE(quote.refused_codes_size() == 1);
  CHECK(quote.refused_codes(0).code() == "X");
  CHECK(quote.refused_codes(0).benefit().has_changes_nothing());
}

const std::string kGift =
    benefit("a",
            "effect { gift_line { sku: 'G' description: 'Cup' quantity_milli: 2000 } } "
            "conditions { minimum_basket { amount_minor: 1000 } }");

TEST_CASE("a gift line costs nothing when its benefit gives it, else its price") {
  const struct {
    const char* what;
    int64_t paid_minor;
    int64_t quantity_milli;
    const char* gift;
    int64_t expect_minor;
  } cases[] = {
      {"given", 1000, 1000, "sku: 'G' gift_benefit_id: 'a'", 0},
      {"all of it", 1000, 2000, "sku: 'G' gift_benefit_id: 'a'", 0},
      {"more than is given", 1000, 3000, "sku: 'G' gift_benefit_id: 'a'", 900},
      {"another article", 1000, 1000, "sku: 'H' gift_benefit_id: 'a'", 300},
      {"another benefit", 1000, 1000, "sku: 'G' gift_benefit_id: 'b'", 300},
      {"its condition does not hold", 999, 1000, "sku: 'G' gift_benefit_id: 'a'", 300},
  };
  for (const auto& c : cases) {
    CAPTURE(c.what);
    const v1::Quote quote =
        quote_of({kGift, line("1", c.paid_minor) + line("2", 300, c.quantity_milli, c.gift)});
    CHECK(quote.lines(1).paid_net_minor() == c.expect_minor);
    if (c.expect_minor == 0) {
      CHECK(quote.applied(0).saved_minor() == quote.lines(1).value_minor());
      CHECK(quote.applied(0).line_ids(0) == "2");
    }
    if (c.paid_minor == 1000) {
      CHECK(quote.gifts(0).gift().sku() == "G");
      CHECK(quote.gifts(0).gift().quantity_milli() == 2000);
    } else {
      CHECK(quote.gifts().empty());
    }
  }
}

TEST_CASE("a gift is given up to its quantity over several lines") {
  const std::string gift = "sku: 'G' gift_benefit_id: 'a'";
  const v1::Quote quote =
      quote_of({kGift, line("1", 1000) + line("2", 300, 1000, gift) + line("3", 300, 1000, gift) +
                           line("4", 300, 1000, gift)});
  CHECK(paid_nets(quote) == std::vector<int64_t>{1000, 0, 0, 300});
}

TEST_CASE("words are for whom their conditions hold") {
  const std::string program =
      benefit("a", "effect { receipt_message { text: 'thanks' } }") +
      benefit("b", "for_anyone: true effect { cashier_prompt { text: 'ask for the phone' } }");
  const v1::Quote member = quote_of({program, line("1", 100)});
  CHECK(member.receipt_messages_size() == 1);
  CHECK(member.cashier_prompts_size() == 1);
  const v1::Quote nobody = quote_of({program, line("1", 100), ""});
  CHECK(nobody.receipt_messages_size() == 0);
  CHECK(nobody.cashier_prompts(0) == "ask for the phone");
}

}  // namespace
}  // namespace moadon
