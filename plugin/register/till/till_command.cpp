#include "plugin/register/till/till_command.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>
#include <vector>

#include "plugin/register/decimal.h"

namespace moadon {
namespace {

constexpr std::string_view kShekel = "₪";
constexpr std::array<std::string_view, 4> kTimes = {"x", "X", "×", "*"};

enum class Verb {
  kHelp,
  kTotal,
  kShow,
  kCancel,
  kNoMember,
  kStatus,
  kQuit,
  kPhone,
  kCard,
  kWallet,
  kEmail,
  kMember,
  kDigits,
  kJoin,
  kPay,
  kCash,
  kCredit,
  kReturn,
  kReceipt,
  kCoupon,
  kPoints,
  kGiftBalance,
  kAnswer
};

struct Word {
  std::string_view text;
  Verb verb;
};

// Every word that is no code. English words are matched in lower case.
constexpr Word kWords[] = {
    {"?", Verb::kHelp},           {"help", Verb::kHelp},     {"עזרה", Verb::kHelp},
    {"total", Verb::kTotal},      {"סה\"כ", Verb::kTotal},   {"סהכ", Verb::kTotal},
    {"סה״כ", Verb::kTotal},       {"show", Verb::kShow},     {"הצג", Verb::kShow},
    {"cancel", Verb::kCancel},    {"בטל", Verb::kCancel},    {"nomember", Verb::kNoMember},
    {"ללא", Verb::kNoMember},     {"status", Verb::kStatus}, {"מצב", Verb::kStatus},
    {"quit", Verb::kQuit},        {"exit", Verb::kQuit},     {"יציאה", Verb::kQuit},
    {"phone", Verb::kPhone},      {"טלפון", Verb::kPhone},   {"card", Verb::kCard},
    {"כרטיס", Verb::kCard},       {"wallet", Verb::kWallet}, {"ארנק", Verb::kWallet},
    {"email", Verb::kEmail},      {"דוא\"ל", Verb::kEmail},  {"דואל", Verb::kEmail},
    {"member", Verb::kMember},    {"חבר", Verb::kMember},    {"digits", Verb::kDigits},
    {"ספרות", Verb::kDigits},     {"join", Verb::kJoin},     {"צרף", Verb::kJoin},
    {"pay", Verb::kPay},          {"שלם", Verb::kPay},       {"cash", Verb::kCash},
    {"מזומן", Verb::kCash},       {"credit", Verb::kCredit}, {"אשראי", Verb::kCredit},
    {"return", Verb::kReturn},    {"החזרה", Verb::kReturn},  {"receipt", Verb::kReceipt},
    {"קבלה", Verb::kReceipt},     {"coupon", Verb::kCoupon}, {"קופון", Verb::kCoupon},
    {"points", Verb::kPoints},    {"נקודות", Verb::kPoints}, {"gift", Verb::kGiftBalance},
    {"מתנה", Verb::kGiftBalance}, {"answer", Verb::kAnswer}, {"תשובה", Verb::kAnswer}};

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  constexpr std::string_view kBlanks = " \t\r";
  for (size_t at = line.find_first_not_of(kBlanks); at != std::string_view::npos;
       at = line.find_first_not_of(kBlanks, at)) {
    const size_t end = std::min(line.find_first_of(kBlanks, at), line.size());
    words.push_back(line.substr(at, end - at));
    at = end;
  }
  return words;
}

std::optional<Verb> verb_of(std::string_view word) {
  std::string lower(word);
  for (char& letter : lower)
    letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  const auto* found = std::find_if(std::begin(kWords), std::end(kWords),
                                   [&](const Word& known) { return known.text == lower; });
  if (found == std::end(kWords)) return std::nullopt;
  return found->verb;
}

std::string joined(const std::vector<std::string_view>& words, size_t from) {
  std::string text;
  for (size_t i = from; i < words.size(); ++i) {
    if (!text.empty()) text += ' ';
    text += words[i];
  }
  return text;
}

// "3x", "3x5011" and "3 x" at the front: the quantity, with the rest of the line behind the sign.
struct Times {
  int64_t quantity_milli = 0;
  std::string_view rest;
};

std::optional<Times> take_times(std::string_view line) {
  const size_t number_end = line.find_first_not_of("0123456789.");
  if (number_end == 0 || number_end == std::string_view::npos) return std::nullopt;
  const auto quantity = parse_decimal(line.substr(0, number_end), 3);
  if (!quantity || *quantity <= 0) return std::nullopt;
  std::string_view rest =
      line.substr(std::min(line.find_first_not_of(' ', number_end), line.size()));
  const bool apart = rest.data() != line.data() + number_end;
  for (const std::string_view sign : kTimes) {
    if (rest.substr(0, sign.size()) != sign) continue;
    rest.remove_prefix(sign.size());
    // "12 xylo": no times when x starts a word after a blank.
    if (apart && !rest.empty() && rest.front() != ' ') return std::nullopt;
    return Times{*quantity, rest};
  }
  return std::nullopt;
}

TillCommand parse_scan(std::string_view line) {
  ScanCommand scan;
  const auto times = take_times(line);
  if (times) {
    scan.quantity_milli = times->quantity_milli;
    line = times->rest;
  }
  const std::vector<std::string_view> words = words_of(line);
  if (words.empty()) return PlainCommand::kUnknown;
  size_t code = 0;
  if (times && words.size() > 1) {
    scan.unit_price_minor = parse_money(words[0]);
    if (!scan.unit_price_minor) return PlainCommand::kUnknown;
    code = 1;
  }
  scan.code = words[code];
  scan.description = joined(words, code + 1);
  if (!times && words.size() > 1) return PlainCommand::kUnknown;
  return scan;
}

TillCommand parse_payment(bool in_cash, const std::vector<std::string_view>& words, size_t from) {
  if (words.size() > from + 1 || (!in_cash && words.size() > from)) return PlainCommand::kUnknown;
  PayCommand pay{in_cash, std::nullopt};
  if (words.size() > from) {
    pay.given_minor = parse_money(words[from]);
    if (!pay.given_minor) return PlainCommand::kUnknown;
  }
  return pay;
}

TillCommand parse_pay(const std::vector<std::string_view>& words) {
  if (words.size() < 2) return PlainCommand::kUnknown;
  const std::optional<Verb> how = verb_of(words[1]);
  if (how == Verb::kCash) return parse_payment(true, words, 2);
  if (how == Verb::kCard || how == Verb::kCredit) return parse_payment(false, words, 2);
  return PlainCommand::kUnknown;
}

TillCommand parse_identify(const char* kind, const std::vector<std::string_view>& words) {
  if (words.size() < 2) return PlainCommand::kUnknown;
  return IdentifyCommand{kind, joined(words, 1)};
}

TillCommand parse_receipt(bool to_return, const std::vector<std::string_view>& words) {
  if (words.size() < 2 || words.size() > 3) return PlainCommand::kUnknown;
  return ReceiptCommand{std::string(words[1]), words.size() > 2 ? std::string(words[2]) : "",
                        to_return};
}

TillCommand parse_cancel(const std::vector<std::string_view>& words) {
  if (words.size() == 1) return PlainCommand::kCancel;
  const auto number = parse_decimal(words[1], 0);
  if (words.size() > 2 || !number || *number < 1) return PlainCommand::kUnknown;
  return CancelLineCommand{static_cast<size_t>(*number)};
}

TillCommand parse_coupon(const std::vector<std::string_view>& words) {
  if (words.size() != 2) return PlainCommand::kUnknown;
  return CouponCommand{std::string(words[1])};
}

TillCommand parse_points(const std::vector<std::string_view>& words) {
  if (words.size() == 1) return PointsCommand{};
  const auto points = parse_decimal(words[1], 3);
  if (words.size() > 2 || !points || *points < 0) return PlainCommand::kUnknown;
  return PointsCommand{*points};
}

TillCommand parse_gift_balance(const std::vector<std::string_view>& words) {
  const auto amount = words.size() == 2 ? parse_money(words[1]) : std::nullopt;
  if (!amount) return PlainCommand::kUnknown;
  return GiftBalanceCommand{*amount};
}

TillCommand parse_verb(Verb verb, const std::vector<std::string_view>& words) {
  switch (verb) {
    case Verb::kHelp:
      return PlainCommand::kHelp;
    case Verb::kTotal:
      return PlainCommand::kTotal;
    case Verb::kShow:
      return PlainCommand::kShow;
    case Verb::kCancel:
      return parse_cancel(words);
    case Verb::kNoMember:
      return PlainCommand::kNoMember;
    case Verb::kStatus:
      return PlainCommand::kStatus;
    case Verb::kQuit:
      return PlainCommand::kQuit;
    case Verb::kPhone:
      return parse_identify("phone", words);
    case Verb::kCard:
      return words.size() == 1 ? parse_payment(false, words, 1) : parse_identify("card", words);
    case Verb::kWallet:
      return parse_identify("wallet", words);
    case Verb::kEmail:
      return parse_identify("email", words);
    case Verb::kMember:
      return parse_identify("scanned", words);
    case Verb::kDigits:
      return parse_identify("last_digits", words);
    case Verb::kJoin:
      return JoinCommand{words.size() > 1 ? std::string(words[1]) : "", joined(words, 2)};
    case Verb::kPay:
      return parse_pay(words);
    case Verb::kCash:
      return parse_payment(true, words, 1);
    case Verb::kCredit:
      return parse_payment(false, words, 1);
    case Verb::kReturn:
      return parse_receipt(true, words);
    case Verb::kReceipt:
      return parse_receipt(false, words);
    case Verb::kCoupon:
      return parse_coupon(words);
    case Verb::kPoints:
      return parse_points(words);
    case Verb::kAnswer:
      return AnswerCommand{joined(words, 1)};
    case Verb::kGiftBalance:
      return parse_gift_balance(words);
  }
  return PlainCommand::kUnknown;
}

}  // namespace

TillCommand parse_till_command(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(" \t\r"), line.size()));
  const std::vector<std::string_view> words = words_of(line);
  if (words.empty()) return PlainCommand::kNothing;
  if (const std::optional<Verb> verb = verb_of(words[0])) return parse_verb(*verb, words);
  return parse_scan(line);
}

ReturnCommand parse_return_command(std::string_view line) {
  const std::vector<std::string_view> words = words_of(line);
  if (words.empty()) return ReturnStep::kNothing;
  if (words.size() == 1) {
    if (words[0] == "all" || words[0] == "הכל") return TakeBackCommand{};
    if (words[0] == "done" || words[0] == "סיום") return ReturnStep::kFinish;
    if (verb_of(words[0]) == Verb::kCancel) return ReturnStep::kCancel;
  }
  const auto number = parse_decimal(words[0], 0);
  if (!number || *number < 1 || words.size() > 2) return ReturnStep::kUnknown;
  TakeBackCommand take{static_cast<size_t>(*number), std::nullopt};
  if (words.size() == 2) {
    take.quantity_milli = parse_decimal(words[1], 3);
    if (!take.quantity_milli || *take.quantity_milli <= 0) return ReturnStep::kUnknown;
  }
  return take;
}

std::optional<int64_t> parse_money(std::string_view text) {
  if (text.substr(0, kShekel.size()) == kShekel) text.remove_prefix(kShekel.size());
  const auto money = parse_decimal(text, 2);
  return money && *money >= 0 && text.front() != '-' ? money : std::nullopt;
}

std::optional<PriceAnswer> parse_price_answer(std::string_view line) {
  const std::vector<std::string_view> words = words_of(line);
  if (words.empty()) return std::nullopt;
  const auto price = parse_money(words[0]);
  if (!price) return std::nullopt;
  return PriceAnswer{*price, joined(words, 1)};
}

}  // namespace moadon
