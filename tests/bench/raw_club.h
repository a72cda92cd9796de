// The reference for recorded sales: the very rows that the server wrote, written once more straight
// through the SQLite C API into a copy of its database.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/bench/raw_database.h"
#include "tests/bench/samples.h"

namespace moadon::bench {

inline constexpr size_t kSalesPerTransaction = 64;

// A copy of a server's database that follows it. The copy has the server's settings: WAL,
// synchronous FULL, the same page cache, the same distance between checkpoints. What the server
// does beside writing rows (looking up, deciding, undoing one sale alone, moving bytes) is what the
// comparison shows.
//
// Reads the server's database while the server runs; never writes to it and never checkpoints it.
// Throws std::runtime_error. For one thread.
class RawClub final {
 public:
  // `server_path`: moadon.db of a running server. `path`: the copy, which must not exist.
  RawClub(const std::string& server_path, const std::string& path);

  // Takes the rows of the sales of `register_id` that the server wrote since the last time; returns
  // how many sales they are.
  int64_t load_new_sales(const std::string& register_id);
  // Writes them in transactions of kSalesPerTransaction; a latency is a transaction's.
  Samples write_loaded();

  // Throws unless both databases have the same number of rows in every table, and of the members to
  // whom `register_id` sold the same rows in those that sales write (but for the members' places in
  // the change feed).
  void check_same(const std::string& register_id);

 private:
  // A row and the statement that writes it.
  struct Write {
    sqlite3_stmt* statement;
    Row row;
  };
  using Sale = std::vector<Write>;

  Sale load_sale(const Row& receipt);
  // The rows of `table` that meet `condition`, to be written by "`verb` INTO ...".
  void add_rows(Sale& sale, const std::string& table, const std::string& condition,
                std::span<const Value> arguments, const std::string& verb);
  void add_branch(Sale& sale, const Row& document);
  void add_new_moves(Sale& sale, const Value& member_id);
  void add_member(Sale& sale, const Value& member_id);

  const std::string server_path_;
  RawDatabase server_;
  RawDatabase copy_;
  std::vector<std::string> member_columns_;
  std::string last_receipt_;
  int64_t last_change_us_;
  std::vector<Sale> loaded_;
};

}  // namespace moadon::bench
