// What an agent's cards are compared with: the same rows, as bytes, through the SQLite C API.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/bench/raw_database.h"

namespace moadon::bench {

// Reads a file of cards that an agent's shelf writes, from another connection.
class CardFile final {
 public:
  explicit CardFile(const std::filesystem::path& path);

  // member_id, pass, seen_day, digests, sealed of `count` cards after card_id `after`, in order.
  std::vector<Row> rows_after(int64_t after, int64_t count);
  // One SELECT by the primary key; false: nothing there.
  bool read_sealed(int64_t card_id);
  // The statements that make its tables.
  std::vector<std::string> tables();

 private:
  RawDatabase database_;
};

// Another file with the same tables, written with the same settings. Throws std::runtime_error.
class RawCards final {
 public:
  RawCards(const std::filesystem::path& path, const std::vector<std::string>& tables);

  // A transaction with these rows and their digests, new ones.
  void add(const std::vector<Row>& rows);
  // A transaction with these rows in the place of those with the same member_id.
  void change(const std::vector<Row>& rows);
  // Removes what is not of `pass`, in steps of so many rows.
  void sweep(int64_t pass, int64_t step);
  int64_t count();

 private:
  void begin() { database_.execute("BEGIN IMMEDIATE"); }
  void end() { database_.execute("COMMIT"); }

  RawDatabase database_;
};

}  // namespace moadon::bench
