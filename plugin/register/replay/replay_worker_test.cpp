#include "plugin/register/replay/replay_worker.h"

#include "plugin/register/club_in_memory.h"
#include "tests/catch.h"

namespace moadon {
namespace {

const std::string kSales =
    "register,receipt,occurred_at,member,sku,description,quantity,unit_price,return_of_register,"
    "return_of\n"
    "R1,1,2010-12-01T08:26:00Z,17850,HEART,,6,2.55,,\n"
    "R1,2,2010-12-01T08:27:00Z,,HEART,,1,2.55,,\n"
    "R1,C3,2010-12-02T08:00:00Z,17850,HEART,,-2,2.55,R1,1\n"
    "R1,C4,2010-12-02T09:00:00Z,13047,HEART,,-2,2.55,,\n";

// One register's replay of kSales.
struct Replay {
  ClubInMemory& club;
  SalesFile file;
  KnownCards cards;
  ReplayProgress progress;

  explicit Replay(ClubInMemory& register_club,
                  std::chrono::seconds patience = ReplayProgress::kPatience)
      : club(register_club), progress(patience) {
    std::string problem;
    REQUIRE(file.parse(kSales, "f.csv", problem));
  }

  ReplayCounts run() {
    std::vector<const ScannedReceipt*> receipts;
    for (const ScannedReceipt& receipt : file.receipts()) receipts.push_back(&receipt);
    ReplayWorker(club, file, cards, progress).run(receipts);
    return progress.counts();
  }
};

}  // namespace

TEST_CASE("a replay enrolls, sells and takes back, and the second run changes nothing") {
  ClubInMemory club;
  const ReplayCounts first = Replay(club).run();
  CHECK(first.committed == 2);
  CHECK(first.returned == 2);
  CHECK(first.enrolled == 2);
  CHECK(club.enrolled_at["17850"] == "2010-12-01T08:26:00Z");
  CHECK(club.enrolled_at["13047"] == "2010-12-02T09:00:00Z");
  const auto kept = club.receipts;
  club.methods.clear();
  const ReplayCounts second = Replay(club).run();
  CHECK(second.skipped == 4);
  CHECK(second.receipts() == 4);
  CHECK(club.receipts == kept);
  CHECK(club.methods == std::vector<std::string>(4, "GetReceipt"));
}

TEST_CASE("a receipt that is there with other lines is a conflict and stays as it is") {
  ClubInMemory club;
  club.receipts["1"] = Json::parse(
      R"({"sale": {"lines": [{"sku": "HEART", "quantity_milli": "5000", "unit_price_minor": "255"}]}})");
  const auto before = club.receipts["1"];
  const ReplayCounts counts = Replay(club).run();
  CHECK(counts.conflicts == 1);
  CHECK(counts.receipts() == 4);
  CHECK(club.receipts["1"] == before);
}

TEST_CASE("calls that fail for a while are repeated, and lost answers double nothing") {
  for (const bool lost : {false, true}) {
    ClubInMemory club;
    club.lose_answers = lost;
    int calls = 0;
    club.refuse_with = [&](const std::string& method) -> std::string {
      return ++calls % 2 == 0 ? "REASON_AGENT_UNREACHABLE" : "";
    };
    const ReplayCounts counts = Replay(club).run();
    CHECK(counts.committed == 2);
    CHECK(counts.returned == 2);
    CHECK(counts.conflicts == 0);
    CHECK(club.receipts.size() == 4);
  }
}

TEST_CASE("a receipt that nobody can look up now is committed all the same") {
  ClubInMemory club;
  club.refuse_with = [](const std::string& method) {
    return method == "GetReceipt" ? "REASON_SERVER_UNREACHABLE" : "";
  };
  CHECK(Replay(club).run().committed == 2);
}

TEST_CASE("a replay stops when nobody answers for too long") {
  ClubInMemory club;
  club.refuse_with = [](const std::string&) { return "REASON_AGENT_UNREACHABLE"; };
  Replay replay(club, std::chrono::seconds(0));
  CHECK(replay.run().receipts() == 0);
  CHECK(replay.progress.stopped_unreachable());
}

TEST_CASE("a register that the club does not know stops the replay at once") {
  ClubInMemory club;
  club.refuse_with = [](const std::string&) { return "REASON_TOKEN_UNKNOWN"; };
  Replay replay(club);
  CHECK(replay.run().receipts() == 0);
  CHECK(replay.progress.stopped());
  CHECK_FALSE(replay.progress.stopped_unreachable());
  CHECK(club.methods.size() == 1);
}

}  // namespace moadon
