#include "tests/bench/raw_club.h"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace moadon::bench {
namespace {

using Clock = std::chrono::steady_clock;

// As sqlite/connection.h and sqlite/group_commit.h have them.
constexpr char kSettings[] =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -32768;"
    "PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON; PRAGMA wal_autocheckpoint = 8192";
// The change feed of the copy goes its own way, beyond any time of the server's.
constexpr int64_t kFirstChangeUs = int64_t{1} << 55;
constexpr char kChangedColumn[] = "changed_us";

std::string insert(const std::string& verb, const std::string& table, size_t column_count) {
  const std::vector<std::string> places(column_count, "?");
  return absl::StrCat(verb, " INTO ", table, " VALUES (", absl::StrJoin(places, ", "), ")");
}

std::string update_member(const std::vector<std::string>& columns) {
  std::vector<std::string> changes;
  for (size_t i = 1; i < columns.size(); ++i) {
    changes.push_back(absl::StrCat(columns[i], " = ?", i + 1));
  }
  return absl::StrCat("UPDATE members SET ", absl::StrJoin(changes, ", "), " WHERE ", columns[0],
                      " = ?1");
}

}  // namespace

RawClub::RawClub(const std::string& server_path, const std::string& path)
    : server_path_(server_path),
      server_(server_path, SQLITE_OPEN_READONLY),
      copy_(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE),
      last_change_us_(kFirstChangeUs) {
  sqlite3_backup* backup = sqlite3_backup_init(copy_.handle(), "main", server_.handle(), "main");
  if (backup != nullptr) sqlite3_backup_step(backup, /*nPage=*/-1);
  if (backup == nullptr || sqlite3_backup_finish(backup) != SQLITE_OK) {
    throw std::runtime_error("cannot copy the server's database");
  }
  copy_.execute(kSettings);
  member_columns_ = copy_.columns_of("members");
}

int64_t RawClub::load_new_sales(const std::string& register_id) {
  loaded_.clear();
  // One snapshot for all that belongs together.
  server_.execute("BEGIN");
  const Row after = {text(register_id), text(last_receipt_)};
  std::set<int64_t> members;
  for (const Row& receipt :
       server_.select("SELECT member_id, document_id, receipt, register_id FROM receipts"
                      " WHERE register_id = ? AND receipt > ? ORDER BY receipt",
                      after)) {
    loaded_.push_back(load_sale(receipt));
    // What a member's moves became is written with their first sale.
    if (members.insert(receipt[0].integer).second) add_new_moves(loaded_.back(), receipt[0]);
    last_receipt_ = receipt[2].bytes;
  }
  server_.execute("COMMIT");
  return static_cast<int64_t>(loaded_.size());
}

RawClub::Sale RawClub::load_sale(const Row& receipt) {
  const Row document = {receipt[0], receipt[1]};
  const std::string is_of_sale = "member_id = ? AND sale_id = ?";
  Sale sale;
  add_rows(sale, "receipts", "register_id = ? AND receipt = ?", Row{receipt[3], receipt[2]},
           "INSERT");
  add_rows(sale, "sales", is_of_sale, document, "INSERT");
  add_rows(sale, "sale_lines", is_of_sale, document, "INSERT");
  add_rows(sale, "member_days",
           "member_id = ?1 AND day = (SELECT business_day FROM sales"
           " WHERE member_id = ?1 AND sale_id = ?2)",
           document, "INSERT OR REPLACE");
  add_branch(sale, document);
  add_member(sale, receipt[0]);
  return sale;
}

// A second sale on a day in a branch leaves the row as it is.
void RawClub::add_branch(Sale& sale, const Row& document) {
  const std::string condition =
      "member_id = ?1 AND branch_id = (SELECT branch_id FROM sales"
      " WHERE member_id = ?1 AND sale_id = ?2)";
  const std::string sql = "SELECT * FROM member_branches WHERE member_id = ? AND branch_id = ?";
  for (const Row& row :
       server_.select("SELECT * FROM member_branches WHERE " + condition, document)) {
    const std::vector<Row> written = copy_.select(sql, {row.data(), 2});
    if (!written.empty() && written.front() == row) continue;
    sale.push_back(
        {copy_.statement(insert("INSERT OR REPLACE", "member_branches", row.size())), row});
  }
}

void RawClub::add_rows(Sale& sale, const std::string& table, const std::string& condition,
                       std::span<const Value> arguments, const std::string& verb) {
  for (Row& row :
       server_.select(absl::StrCat("SELECT * FROM ", table, " WHERE ", condition), arguments)) {
    sqlite3_stmt* statement = copy_.statement(insert(verb, table, row.size()));
    sale.push_back({statement, std::move(row)});
  }
}

void RawClub::add_new_moves(Sale& sale, const Value& member_id) {
  const std::string sql = "SELECT * FROM stage_moves WHERE member_id = ? ORDER BY move_day";
  const std::vector<Row> written = copy_.select(sql, {&member_id, 1});
  std::vector<Row> moves = server_.select(sql, {&member_id, 1});
  // A sale on the day of a move, or before it, may have made an end of it.
  for (const Row& row : written) {
    if (std::find(moves.begin(), moves.end(), row) != moves.end()) continue;
    sale.push_back({copy_.statement("DELETE FROM stage_moves WHERE member_id = ? AND move_day = ?"),
                    {row[0], row[1]}});
  }
  for (Row& row : moves) {
    if (std::find(written.begin(), written.end(), row) != written.end()) continue;
    sqlite3_stmt* statement = copy_.statement(insert("INSERT", "stage_moves", row.size()));
    sale.push_back({statement, std::move(row)});
  }
}

void RawClub::add_member(Sale& sale, const Value& member_id) {
  for (Row& row : server_.select("SELECT * FROM members WHERE member_id = ?", {&member_id, 1})) {
    for (size_t i = 0; i < member_columns_.size(); ++i) {
      if (member_columns_[i] == kChangedColumn) row[i].integer = ++last_change_us_;
    }
    sale.push_back({copy_.statement(update_member(member_columns_)), std::move(row)});
  }
}

Samples RawClub::write_loaded() {
  sqlite3_stmt* const begin = copy_.statement("BEGIN IMMEDIATE");
  sqlite3_stmt* const commit = copy_.statement("COMMIT");
  Samples samples;
  const Clock::time_point start = Clock::now();
  for (size_t first = 0; first < loaded_.size(); first += kSalesPerTransaction) {
    const size_t end = std::min(loaded_.size(), first + kSalesPerTransaction);
    const Clock::time_point transaction_start = Clock::now();
    copy_.run(begin);
    for (size_t i = first; i < end; ++i) {
      for (const Write& write : loaded_[i]) copy_.run(write.statement, write.row);
    }
    copy_.run(commit);
    samples.latencies_us.push_back(microseconds(Clock::now() - transaction_start));
  }
  samples.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  loaded_.clear();
  return samples;
}

void RawClub::check_same(const std::string& register_id) {
  const std::set<std::string> written = {"receipts",    "sales",   "sale_lines",     "member_days",
                                         "stage_moves", "members", "member_branches"};
  copy_.execute(absl::StrCat("ATTACH 'file:", server_path_, "?mode=ro' AS server"));
  copy_.execute(
      absl::StrCat("CREATE TEMP TABLE buyers AS SELECT DISTINCT member_id FROM"
                   " main.receipts WHERE register_id = '",
                   register_id, "'"));
  const auto is_true = [this](const std::string& condition) {
    return copy_.select("SELECT " + condition).front().front().integer != 0;
  };
  for (const std::string& table :
       copy_.names("SELECT name FROM main.sqlite_schema WHERE type = 'table'")) {
    std::vector<std::string> columns = copy_.columns_of(table);
    std::erase(columns, kChangedColumn);
    const std::string select = absl::StrCat("SELECT ", absl::StrJoin(columns, ", "), " FROM ");
    const std::string of_buyers = " WHERE member_id IN (SELECT member_id FROM buyers)";
    const bool is_same =
        is_true(absl::StrCat("(SELECT COUNT(*) FROM main.", table,
                             ") = (SELECT COUNT(*) FROM server.", table, ")")) &&
        (!written.contains(table) ||
         !is_true(absl::StrCat("EXISTS (", select, "main.", table, of_buyers, " EXCEPT ", select,
                               "server.", table, of_buyers, ")")));
    if (!is_same) {
      throw std::runtime_error("the reference did not write what the server did to " + table);
    }
  }
}

}  // namespace moadon::bench
