#include "plugin/register/replay/sales_file.h"

#include <unistd.h>
#include <zlib.h>

#include <filesystem>
#include <set>

#include "plugin/register/replay/receipt_messages.h"
#include "plugin/register/replay/replay.h"
#include "tests/catch.h"

namespace moadon {
namespace {

const std::string kHeader =
    "register,receipt,occurred_at,member,sku,description,quantity,unit_price,return_of_register,"
    "return_of\n";
const std::string kGood = kHeader +
                          "R1,1,2010-12-01T08:26:00Z,17850,85123A,HEART,6,2.55,,\n"
                          "R1,1,2010-12-01T08:26:00Z,17850,71053,\"LANTERN, METAL\",0.5,3.39,,\n"
                          "R2,1,2010-12-01T08:30:00Z,17850,D,,1,10,,\n"
                          "R1,C2,2010-12-01T09:00:00Z,17850,85123A,HEART,-2,2.55,R1,1\n"
                          "R1,3,2010-12-01T08:00:00Z,,D,,1,0.00,,\n";

std::string problem_of(const std::string& text) {
  SalesFile file;
  std::string problem;
  CHECK_FALSE(file.parse(text, "f.csv", problem));
  return problem;
}

}  // namespace

TEST_CASE("consecutive rows with one register and receipt are one receipt") {
  SalesFile file;
  std::string problem;
  REQUIRE(file.parse(kGood, "f.csv", problem));
  REQUIRE(file.receipts().size() == 4);
  const ScannedReceipt& sale = file.receipts()[0];
  CHECK(sale.lines.size() == 2);
  CHECK(sale.lines[0].quantity_milli == 6000);
  CHECK(sale.lines[0].unit_price_minor == 255);
  CHECK(sale.lines[1].description == "LANTERN, METAL");
  CHECK(sale.lines[1].quantity_milli == 500);
  const ScannedReceipt& returned = file.receipts()[2];
  CHECK(returned.is_return);
  CHECK(returned.lines[0].quantity_milli == 2000);
  CHECK(returned.original_register_id == "R1");
  CHECK(returned.original_receipt == "1");
  CHECK(returned.file_line == 5);
  CHECK(file.first_seen_us("17850") == 1291191960000000);
}

TEST_CASE("each malformed row is told with file, line and what is wrong") {
  const std::string row = "R1,1,2010-12-01T08:26:00Z,1,S,text,1,2.55,,\n";
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string changed = row;
    changed.replace(changed.find(from), from.size(), to);
    return problem_of(kHeader + changed);
  };
  CHECK(problem_of("") == "f.csv:1: the file is empty");
  CHECK(problem_of("a,b\n").find("f.csv:1: the header is not register,receipt") == 0);
  CHECK(problem_of(kHeader + "\n") == "f.csv:2: 1 fields instead of 10");
  CHECK(problem_of(kHeader + row + "R1,\"1\n") == "f.csv:3: a quoted field that never ends");
  CHECK(with("2.55", "2.555") == "f.csv:2: \"2.555\" is no price with two decimal places");
  CHECK(with("2.55", "-1") == "f.csv:2: \"-1\" is no price with two decimal places");
  CHECK(with("text,1", "text,0") == "f.csv:2: \"0\" is no quantity");
  CHECK(with("2010-12", "2010-13") == "f.csv:2: \"2010-13-01T08:26:00Z\" is no time from 1970 on");
  CHECK(with("R1,1", ",1") == "f.csv:2: register is empty");
  CHECK(with("R1,1", "R 1,1") == "f.csv:2: \"R 1\" is no register id");
  CHECK(with("text", "te\xFFxt") == "f.csv:2: description is not UTF-8 or has control characters");
  CHECK(with("S,", std::string(65, 'S') + ",") == "f.csv:2: sku is longer than 64 bytes");
  CHECK(with(",,\n", ",R1,\n") == "f.csv:2: return_of_register and return_of are not both given");
  CHECK(with(",,\n", ",R1,7\n") == "f.csv:2: a sale cannot be the return of a receipt");
}

TEST_CASE("the rows of one receipt must agree and stand together") {
  const std::string row = "R1,1,2010-12-01T08:26:00Z,1,S,,1,2.55,,\n";
  CHECK(problem_of(kHeader + row + "R1,1,2010-12-01T08:26:00Z,1,S,,-1,2.55,,\n") ==
        "f.csv:3: sold and returned lines in one receipt");
  CHECK(problem_of(kHeader + row + "R1,1,2010-12-01T08:27:00Z,1,S,,1,2.55,,\n") ==
        "f.csv:3: another time than the receipt's first row");
  CHECK(problem_of(kHeader + row + "R1,1,2010-12-01T08:26:00Z,2,S,,1,2.55,,\n") ==
        "f.csv:3: another member than the receipt's first row");
  CHECK(problem_of(kHeader + row + "R1,2,2010-12-01T08:26:00Z,1,S,,1,2.55,,\n" + row) ==
        "f.csv:4: receipt 1 of register R1 was in line 2 already and had ended");
}

TEST_CASE("a gzip file reads like a plain one and a torn one is refused") {
  const std::string path = std::filesystem::temp_directory_path() /
                           ("sales_file_test." + std::to_string(getpid()) + ".gz");
  gzFile packed = gzopen(path.c_str(), "wb");
  REQUIRE(gzwrite(packed, kGood.data(), static_cast<unsigned>(kGood.size())) > 0);
  gzclose(packed);
  std::string problem;
  SalesFile whole;
  CHECK(whole.read(path, problem));
  CHECK(whole.receipts().size() == 4);
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 12);
  SalesFile torn;
  CHECK_FALSE(torn.read(path, problem));
  CHECK(problem.find(path) == 0);
  std::filesystem::remove(path);
  SalesFile absent;
  CHECK_FALSE(absent.read(path, problem));
}

TEST_CASE("receipts stay with their registers, limited before they are shuffled") {
  std::string text = kHeader;
  for (int i = 0; i < 100; ++i) {
    text += "R" + std::to_string(i % 3) + "," + std::to_string(i) +
            ",2010-12-01T08:26:00Z,1,S,,1,2.55,,\n";
  }
  SalesFile file;
  std::string problem;
  REQUIRE(file.parse(text, "f.csv", problem));
  ReplaySettings settings;
  settings.limit = 50;
  const auto in_order = register_queues(file, settings);
  REQUIRE(in_order.size() == 3);
  settings.shuffle_seed = 7;
  const auto shuffled = register_queues(file, settings);
  const auto again = register_queues(file, settings);
  std::set<std::string_view> delivered;
  bool moved = false;
  for (const RegisterQueue& queue : shuffled) {
    for (size_t i = 0; i < queue.receipts.size(); ++i) {
      CHECK(queue.receipts[i]->register_id == queue.register_id);
      delivered.insert(queue.receipts[i]->receipt);
      moved = moved || (i > 0 && queue.receipts[i] < queue.receipts[i - 1]);
    }
  }
  CHECK(moved);
  CHECK(delivered.size() == 50);
  CHECK(again[0].receipts == shuffled[0].receipts);
}

TEST_CASE("a receipt is the same when its lines were scanned the same") {
  SalesFile file;
  std::string problem;
  REQUIRE(file.parse(kGood, "f.csv", problem));
  const ScannedReceipt& sale = file.receipts()[0];
  const Json quote =
      Json::parse(R"({"lines": [{"paid_net_minor": "1530"}, {"paid_net_minor": "170"}]})");
  Json known = commit_request(sale, "m1", quote);
  CHECK(known["sale"]["lines"][1]["paid_net_minor"] == "170");
  CHECK(known["sale"]["occurred_at"] == "2010-12-01T08:26:00Z");
  CHECK(known["sale"]["key"] == Json({{"card", "17850"}}));
  CHECK(known["member_id"] == "m1");
  CHECK(same_as_scanned(known, sale));
  known["sale"]["lines"][0]["quantity_milli"] = "5000";
  CHECK_FALSE(same_as_scanned(known, sale));
  CHECK_FALSE(same_as_scanned(return_request(file.receipts()[2]), sale));
  CHECK(same_as_scanned(return_request(file.receipts()[2]), file.receipts()[2]));
}

}  // namespace moadon
