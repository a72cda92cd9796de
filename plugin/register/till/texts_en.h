#pragma once

#include "plugin/register/till/texts.h"

namespace moadon {

inline constexpr Texts kEnglishTexts = {
    .right_to_left = false,
    .help =
        "  CODE                       one piece of an article\n"
        "  3x CODE, 0.347x CODE       several, or weighed\n"
        "  3 x 12.50 CODE TEXT        with price and description\n"
        "  phone N, card N, member N  who buys (member: anything scanned)\n"
        "  digits N                   who buys, by the last 4 to 10 digits\n"
        "  join FIRST LAST            enroll the customer not found\n"
        "  answer TEXT                what the customer says when asked\n"
        "  nomember                   go on without a member\n"
        "  show, cancel 2, cancel     the basket; without line 2; without all\n"
        "  total                      the final price\n"
        "  coupon CODE                a code that the customer shows\n"
        "  points 200, points         pay with points (alone: all that can be)\n"
        "  gift 50                    pay with gift balance\n"
        "  cash 50, cash, card        paid (card alone: by credit card)\n"
        "  return RECEIPT REGISTER    take goods back (register: if another)\n"
        "  receipt RECEIPT REGISTER   print a copy\n"
        "  status, quit\n"
        "  An article whose code is such a word: 1x CODE",
    .welcome = "Register {}. Type ? for help.",
    .prompt = "> ",
    .return_prompt = "return> ",
    .price_question = "Price of {}? (and a description) ",
    .not_understood = "Not understood: {}. Type ? for help.",
    .no_price = "No price, not added.",
    .basket_empty = "The basket is empty.",
    .basket_cancelled = "Basket cancelled.",
    .line_cancelled = "Line cancelled.",
    .no_such_line = "There is no such line.",
    .basket_open = "First finish or cancel this basket.",
    .running_total = "Total so far {}",
    .own_prices = "The club does not answer: list prices.",
    .not_enough = "Not enough: {} missing.",
    .sale_waits = "Receipt {} is kept here and will be sent.",
    .waiting_gone = "What was kept here has been sent.",
    .waiting_left = "Receipts kept here, not sent yet: {}",
    .not_kept = "Warning: paid sales cannot be kept on this machine's disk: {}",
    .member_is = "Member: {}",
    .member_stage = "Stage: {}",
    .member_points = "Points: {}",
    .member_gone = "Not a member.",
    .join_offer = "To enroll: join FIRST LAST",
    .nobody_to_join = "First type a phone or card.",
    .joined = "Welcome to the club!",
    .ask = "Ask: {} (answer TEXT)",
    .answer_thanks = "Thank you, noted.",
    .nothing_asked = "Nothing was asked.",
    .answer_unclear = "That is no answer to what was asked.",
    .key_kept = "Offline, will be updated. The purchase is kept for the member.",
    .receipt_is_return = "That receipt is a return.",
    .nothing_left = "Nothing is left to return.",
    .units_left = "left {}",
    .taken_back = "Returned: {} {}",
    .too_many = "Only {} left.",
    .nothing_taken = "No line was chosen.",
    .return_cancelled = "Return cancelled.",
    .input_ended = "The basket was not paid and is gone.",
    .not_applied = "  not {}: {}",
    .points_to_earn = "Points to earn: {}",
    .points_can_pay = "Can pay with points: {} ({})",
    .points_pay = "Points pay: {} ({})",
    .no_points_to_pay = "No points can pay here.",
    .gift_balance_pays = "Gift balance pays: {}",
    .next_tier = "To tier {}: {}",
    .purchase_days = "{} purchase days",
    .right_granted = "For the customer: {}",
    .give_along = "Give along: {}",
    .code_taken = "Code {} taken.",
    .nothing_held = "Offline: without points and coupons.",
    .online = "Online",
    .offline_since = "Offline since {}, will be updated",
    .offline_always = "Offline, will be updated",
    .undelivered = "Not delivered yet: {}",
    .program = "Program version: {}",
    .agent = "Agent version: {}",
    .register_word = "Register",
    .cashier = "Cashier",
    .receipt = "Receipt",
    .return_receipt = "Return",
    .of_receipt = "Of receipt",
    .copy = "Copy",
    .discount = "Discount",
    .total = "Total",
    .saved = "You saved",
    .to_pay = "To pay",
    .cash = "Cash",
    .card = "Credit card",
    .other_tender = "Other",
    .gift_balance = "Gift balance",
    .points_back = "Points back",
    .cash_rounding = "Cash rounding",
    .given = "Given",
    .change = "Change",
    .credit = "Credit",
    .vat_included = "VAT included",
    .member = "Club member",
    .not_member = "Not a member",
    .offline = "Offline, will be updated",
    .stage_potential = "potential",
    .stage_interested = "interested",
    .stage_new = "new",
    .stage_active = "active",
    .stage_loyal = "loyal",
    .stage_churning = "churning",
    .member_unknown = "Not a member.",
    .key_ambiguous = "Several members end so: ask for the whole number.",
    .key_taken = "This number belongs to another member.",
    .server_unreachable = "Offline, will be updated.",
    .agent_unreachable = "The club program on this machine does not answer.",
    .too_slow = "The club took too long to answer.",
    .busy = "The club is busy, try again.",
    .disk_failed = "This machine's disk failed: call support.",
    .program_missing = "The club's program is not here yet.",
    .receipt_unknown = "There is no such receipt.",
    .receipt_reused = "This receipt number was another sale.",
    .points_short = "Fewer points are left: total again.",
    .right_not_left = "The coupon was used elsewhere: total again.",
    .return_exceeds_sold = "More than the receipt sold and the customer kept.",
    .line_unknown = "The receipt has no such line.",
    .token_unknown = "The club does not know this register.",
    .token_revoked = "This register was revoked: call the owner.",
    .journal_forked = "This register's disk is a copy: call support.",
    .journal_altered = "This receipt's record is damaged: call support.",
    .journal_full = "The disk is full and this was not saved: call support.",
    .sale_not_here = "No connection: a receipt that is not here cannot be taken back now.",
    .key_wrong = "That cannot be the number or address: check it.",
    .field_wrong = "Not accepted: {}",
    .amount_wrong = "Amount or quantity too large.",
    .too_large = "Too many lines.",
    .other_refusal = "Refused ({}): {}",
};

}  // namespace moadon
