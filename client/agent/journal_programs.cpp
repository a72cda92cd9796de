// The program versions and places that the journal's file keeps.
#include "client/agent/journal.h"
#include "client/agent/journal_rows.h"

namespace moadon::agent {
namespace {

using sqlite::Blob;
using sqlite::Connection;
using sqlite::Sql;
using sqlite::Statement;

// A published version never changes.
constexpr Sql kStoreProgram{
    "INSERT INTO program (version, content) VALUES ($1, $2) ON CONFLICT (version) DO NOTHING"};
constexpr Sql kPrograms{"SELECT content FROM program ORDER BY version"};

constexpr Sql kStorePlace{
    "INSERT INTO register_place (register_id, branch_id, time_zone, day_start_minutes) "
    "VALUES ($1, $2, $3, $4) ON CONFLICT (register_id) DO UPDATE SET branch_id = $2, "
    "time_zone = $3, day_start_minutes = $4"};
constexpr Sql kPlace{
    "SELECT branch_id, time_zone, day_start_minutes FROM register_place WHERE register_id = $1"};

}  // namespace

absl::Status Journal::store_programs(absl::Span<const v1::Program> programs) {
  return writer_->run([&](Connection& connection) {
    for (const v1::Program& program : programs) {
      const std::string content = program.SerializeAsString();
      Statement store = connection.statement(kStoreProgram);
      store.bind_all(program.version(), Blob{content});
      absl::Status stored = store.execute();
      if (!stored.ok()) return stored;
    }
    return absl::OkStatus();
  });
}

absl::StatusOr<std::vector<v1::Program>> Journal::programs() {
  const sqlite::ReaderLease reader = readers_->lease();
  Statement read = reader->statement(kPrograms);
  std::vector<v1::Program> programs;
  while (true) {
    const absl::StatusOr<bool> row = read.step();
    if (!row.ok()) return row.status();
    if (!*row) return programs;
    absl::Status parsed = parse_stored(programs.emplace_back(), read.blob(0));
    if (!parsed.ok()) return parsed;
  }
}

absl::Status Journal::store_place(const std::string& register_id, const Place& place) {
  return writer_->run([&](Connection& connection) {
    Statement store = connection.statement(kStorePlace);
    store.bind_all(register_id, place.branch_id, place.time_zone, place.day_start_minutes);
    return store.execute();
  });
}

absl::StatusOr<Place> Journal::place(const std::string& register_id) {
  const sqlite::ReaderLease reader = readers_->lease();
  Statement read = reader->statement(kPlace);
  read.bind_all(register_id);
  const absl::StatusOr<bool> row = read.step();
  if (!row.ok()) return row.status();
  if (!*row) return Place();
  return Place{std::string(read.text(0)), std::string(read.text(1)),
               static_cast<int>(read.int64(2))};
}

}  // namespace moadon::agent
