#include "plugin/register/till/till.h"

#include <unistd.h>

#include <filesystem>
#include <sstream>

#include "plugin/register/club_in_memory.h"
#include "tests/catch.h"

namespace moadon {
namespace {

// A folder of its own for each session's paid receipts.
struct Folder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("till_test." + std::to_string(getpid()));
  Folder() { std::filesystem::remove_all(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};

// What a session printed, and whether everything paid was confirmed.
struct Session {
  std::string output;
  bool confirmed = false;

  bool says(const std::string& text) const { return output.find(text) != std::string::npos; }
};

Session play(ClubInMemory& club, const Folder& folder, const std::string& typed,
             Language language = Language::kEnglish) {
  std::istringstream in(typed);
  std::ostringstream out;
  Screen screen(in, out, {language, false, false});
  PaidReceipts paid(folder.path / "R1.paid");
  Workplace workplace{
      club, screen, paid, [] { return int64_t{1291191960000000}; }, {"R1", "", "", 42}};
  Session session;
  session.confirmed = Till(workplace).run();
  session.output = out.str();
  return session;
}

const Json& only_content(const ClubInMemory& club, const char* kind) {
  for (const auto& [receipt, content] : club.receipts) {
    if (content.contains(kind)) return content[kind];
  }
  FAIL("no such receipt");
  return club.receipts.begin()->second;
}

}  // namespace

TEST_CASE("a member buys in cash and gets rounding, change and a receipt") {
  ClubInMemory club;
  const Folder folder;
  club.members["054-123-4567"] = "m1";
  const Session session =
      play(club, folder, "phone 054-123-4567\n3x 7290\n5.68 Milk\ntotal\ncash 20\n");
  CHECK(session.says("Member: Dana L"));
  CHECK(session.says("Stage: loyal"));
  CHECK(session.says("To pay: ₪17.04"));
  CHECK(session.says("Cash: ₪17.00"));
  CHECK(session.says("Change                               ₪3.00"));
  CHECK(session.confirmed);
  const Json& sale = only_content(club, "sale");
  CHECK(sale["key"] == Json({{"phone", "054-123-4567"}}));
  CHECK(sale["cash_rounding_minor"] == "-4");
  CHECK(sale["tenders"][0]["amount_minor"] == "1700");
  CHECK(sale["lines"][0]["paid_net_minor"] == "1704");
  CHECK(sale["lines"][0]["description"] == "Milk");
}

TEST_CASE("a price is asked once and remembered") {
  ClubInMemory club;
  const Folder folder;
  const Session session = play(club, folder, "5011\n2\n5011\nnone\nabc\nshow\ncredit\n");
  CHECK(session.says("Total so far ₪4.00"));
  CHECK(session.says("No price, not added."));
  CHECK(only_content(club, "sale")["lines"].size() == 2);
}

TEST_CASE("too little cash pays for nothing") {
  ClubInMemory club;
  const Folder folder;
  const Session session = play(club, folder, "1x 5 5011\ncash 4\n");
  CHECK(session.says("Not enough: ₪1.00 missing."));
  CHECK(session.says("The basket was not paid and is gone."));
  CHECK(club.receipts.empty());
}

TEST_CASE("an unknown customer joins with the number just typed") {
  ClubInMemory club;
  const Folder folder;
  const Session session =
      play(club, folder, "member 0541234567\njoin Dana Levi\n1x 5 5011\ncredit\n");
  CHECK(session.says("To enroll: join FIRST LAST"));
  CHECK(session.says("Welcome to the club!"));
  CHECK(club.members.count("0541234567") == 1);
}

TEST_CASE("a detail that is missing is asked for, and the answer goes to the member") {
  ClubInMemory club;
  const Folder folder;
  club.members["0541234567"] = "m1";
  club.ask_field = "birth_date";
  const Session session = play(club, folder,
                               "phone 0541234567\nanswer soon.maybe\nanswer 31.12.1990\n"
                               "answer 31.12.1990\n");
  CHECK(session.says("Ask: May I ask? (answer TEXT)"));
  CHECK(session.says("That is no answer to what was asked."));
  CHECK(session.says("Thank you, noted."));
  CHECK(session.says("Nothing was asked."));
  CHECK(club.enrolled["birth_date"] == "1990-12-31");
  CHECK(club.enrolled["keys"] == Json::array({Json{{"phone", "0541234567"}}}));
  CHECK(!club.enrolled.contains("first_name"));
}

TEST_CASE("an answer goes with a key that is the member's for certain") {
  ClubInMemory club;
  const Folder folder;
  club.members["4711"] = "m1";
  club.ask_field = "email";
  CHECK(play(club, folder, "digits 4711\nanswer d@x.il\n").says("First type a phone or card."));
  CHECK(club.enrolled.empty());
  CHECK(play(club, folder, "member 4711\nanswer d@x.il\n").says("Thank you, noted."));
  CHECK(club.enrolled["keys"] == Json::array({Json{{"card", "4711"}}, Json{{"email", "d@x.il"}}}));
}

TEST_CASE("a number that cannot be one is said to be so, in the cashier's language") {
  ClubInMemory club;
  const Folder folder;
  club.refuse_with = [](const std::string& method) {
    return method == "Identify" ? "REASON_FIELD_INVALID" : "";
  };
  club.refusal_values = {{"field", "key.last_digits"}};
  CHECK(play(club, folder, "digits 1\n").says("That cannot be the number or address"));
  CHECK(play(club, folder, "digits 1\n", Language::kHebrew).says("מספר או כתובת לא תקינים"));
}

TEST_CASE(
    "who is known from what the agent keeps is said to be so, and a balance of then is not told") {
  ClubInMemory club;
  const Folder folder;
  club.members["4711"] = "m1";
  club.cached_as_of = "2026-06-01T10:00:00Z";
  const Session session = play(club, folder, "member 4711\n");
  CHECK(session.says("Dana L"));
  CHECK(session.says("Offline, will be updated"));
  CHECK_FALSE(session.says("Points"));
  CHECK(play(club, folder, "member 4711\n", Language::kHebrew).says("ללא חיבור, יתעדכן"));
}

TEST_CASE("without the server somebody can join, and is told that it will be updated") {
  ClubInMemory club;
  const Folder folder;
  club.is_away = true;
  club.refuse_with = [](const std::string& method) {
    return method == "Identify" ? "REASON_SERVER_UNREACHABLE" : "";
  };
  const Session session = play(club, folder, "member 4711\njoin Dana Levi\n");
  CHECK(session.says("To enroll: join FIRST LAST"));
  CHECK(session.says("Offline, will be updated"));
  CHECK(club.enrolled["first_name"] == "Dana");
}

TEST_CASE("a return that must not be taken without the server is refused with a sentence") {
  ClubInMemory club;
  const Folder folder;
  play(club, folder, "1 x 5.90 7290 Milk\ncredit\n");
  const std::string receipt = club.receipts.begin()->first;
  club.refuse_with = [](const std::string& method) {
    return method == "Return" ? "REASON_SALE_NOT_HERE" : "";
  };
  const std::string script = "return " + receipt + "\n1 1\ndone\n";
  CHECK(play(club, folder, script).says("a receipt that is not here cannot be taken back now"));
  CHECK(play(club, folder, script, Language::kHebrew).says("אי אפשר לקבל כעת החזרה"));
}

TEST_CASE("goods come back from their receipt, never more than are left") {
  ClubInMemory club;
  const Folder folder;
  play(club, folder, "2 x 5.90 7290 Milk\ncredit\n");
  const std::string receipt = club.receipts.begin()->first;
  const Session session = play(club, folder, "return " + receipt + "\n1 3\n1 1\ndone\nstatus\n");
  CHECK(session.says("1. Milk  2 × 5.90  (left 2)"));
  CHECK(session.says("Only 2 left."));
  CHECK(session.says("Credit                               ₪5.90"));
  CHECK(session.says("Points back (90)                     ₪0.90"));
  const Json& returned = only_content(club, "returned");
  CHECK(returned["original"]["receipt"] == receipt);
  CHECK(returned["lines"][0]["original_line_id"] == "1");
  CHECK(returned["lines"][0]["quantity_milli"] == "1000");
}

TEST_CASE(
    "without the club the till sells at list prices and repeats the sale until it is confirmed") {
  ClubInMemory club;
  const Folder folder;
  club.refuse_with = [](const std::string&) { return "REASON_AGENT_UNREACHABLE"; };
  const Session away = play(club, folder, "card 131\n1x 17.05 5011\ncash 20\n", Language::kHebrew);
  CHECK(away.says("המועדון אינו עונה: מחירי מחירון."));
  CHECK(away.says("ללא חיבור, יתעדכן"));
  CHECK_FALSE(away.confirmed);
  CHECK(club.receipts.empty());
  club.refuse_with = [](const std::string&) { return ""; };
  const Session back = play(club, folder, "");
  CHECK(back.says("What was kept here has been sent."));
  CHECK(back.confirmed);
  const Json& sale = only_content(club, "sale");
  CHECK(sale["key"] == Json({{"card", "131"}}));
  CHECK(sale["cash_rounding_minor"] == "5");
  CHECK(sale["tenders"][0]["amount_minor"] == "1710");
}

TEST_CASE("points and gift balance pay, held at the total and named by the sale") {
  ClubInMemory club;
  const Folder folder;
  club.members["131"] = "m1";
  const Session session =
      play(club, folder, "card 131\n1x 17.04 5011\npoints 200\ngift 5\ntotal\ncash 20\n");
  CHECK(session.says("Points pay: 200 (₪2.00)"));
  CHECK(session.says("Gift balance pays: ₪5.00"));
  CHECK(session.says("To pay: ₪10.04"));
  CHECK(session.says("Cash: ₪10.00"));
  CHECK(session.says("Change                              ₪10.00"));
  const Json& commit = club.requests["Commit"];
  CHECK(text_of(commit, "hold_id") == "hold-" + text_of(club.requests["Hold"], "request_id"));
  CHECK(commit["quote"]["program_version"] == "7");
  CHECK(commit["sale"]["spend_points_milli"] == "200000");
  CHECK(commit["sale"]["tenders"].size() == 2);
  CHECK(commit["sale"]["tenders"][0]["kind"] == "TENDER_KIND_GIFT_BALANCE");
  CHECK(commit["sale"]["tenders"][0]["amount_minor"] == "500");
  CHECK(commit["sale"]["tenders"][1]["amount_minor"] == "1000");
  CHECK(commit["sale"]["register_total_minor"] == "1704");
  CHECK(commit["sale"]["cash_rounding_minor"] == "-4");
}

TEST_CASE("all points that can pay are spent with one word, and given up with the basket") {
  ClubInMemory club;
  const Folder folder;
  play(club, folder, "1x 17.04 5011\npoints\ntotal\ncancel\n");
  CHECK(club.requests["Hold"]["basket"]["spend_points_milli"] == "1704000");
  const std::string request_id = text_of(club.requests["Hold"], "request_id");
  CHECK(club.requests["Cancel"]["hold_id"] == "hold-" + request_id);
}

TEST_CASE("the cashier hears what applied, what did not and why, and the receipt is the club's") {
  ClubInMemory club;
  const Folder folder;
  club.quote_extras = Json::parse(R"({
    "applied": [{"title": "Member price", "saved_minor": "250"}],
    "not_applied": [{"title": "Free coffee", "cashier_text": "spend ₪12.00 more"}],
    "refused_codes": [{"code": "OLD", "cashier_text": "there is no code OLD"}],
    "tier": {"next_title": "Gold", "gaps": [{"spend_minor": "12000"}, {"purchase_days": 2}]},
    "rights_granted": [{"title": "Birthday cake"}],
    "gifts": [{"gift": {"sku": "9", "description": "Chocolate"}}],
    "cashier_prompts": ["Ask for an email"],
    "receipt_lines": ["as the club prints it"]})");
  const Session session = play(club, folder, "1x 5 5011\ncoupon OLD\ncoupon NEW\ntotal\ncash\n");
  CHECK(session.says("  Member price  -₪2.50"));
  CHECK(session.says("  not Free coffee: spend ₪12.00 more"));
  CHECK(session.says("there is no code OLD"));
  CHECK(session.says("Code NEW taken."));
  CHECK(session.says("To tier Gold: ₪120.00 / 2 purchase days"));
  CHECK(session.says("For the customer: Birthday cake"));
  CHECK(session.says("Give along: Chocolate"));
  CHECK(session.says("Ask for an email"));
  CHECK(session.says("\nas the club prints it\n"));
  CHECK(club.requests["Hold"]["receipt_columns"] == 42);
  // A code that no benefit has is not kept.
  CHECK(only_content(club, "sale")["coupon_codes"] == Json::array({"NEW"}));
}

TEST_CASE("without the server the till sells without what would have to be set aside") {
  ClubInMemory club;
  const Folder folder;
  club.refuse_with = [](const std::string& method) {
    return method == "Hold" ? "REASON_SERVER_UNREACHABLE" : "";
  };
  const Session session = play(club, folder, "1x 5 5011\npoints\ntotal\ncash\n");
  CHECK(session.says("Offline: without points and coupons."));
  CHECK(session.says("To pay: ₪5.00"));
  const Json& sale = only_content(club, "sale");
  CHECK(sale["spend_points_milli"] == "0");
  CHECK(sale["without_rights"] == true);
  CHECK_FALSE(club.requests["Commit"].contains("hold_id"));
}

TEST_CASE("a sale whose answer was lost is told once more, unchanged") {
  ClubInMemory club;
  const Folder folder;
  club.lose_answers = true;
  club.refuse_with = [](const std::string& method) {
    return method == "Commit" ? "REASON_DEADLINE_EXCEEDED" : "";
  };
  CHECK_FALSE(play(club, folder, "1x 5 5011\ncash\n").confirmed);
  club.refuse_with = [](const std::string&) { return ""; };
  CHECK(play(club, folder, "").confirmed);
  CHECK(club.receipts.size() == 1);
}

TEST_CASE("a receipt number that was used already is drawn anew") {
  ClubInMemory club;
  const Folder folder;
  bool first = true;
  club.refuse_with = [&](const std::string& method) -> std::string {
    if (method != "Commit" || !first) return "";
    first = false;
    return "REASON_RECEIPT_REUSED";
  };
  CHECK(play(club, folder, "1x 5 5011\ncash\n").confirmed);
  CHECK(club.receipts.size() == 1);
}

}  // namespace moadon
