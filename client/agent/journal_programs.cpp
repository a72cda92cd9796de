// The program versions and places that the journal's file keeps.
//
// A program is sealed, so that nobody is priced with an altered one: kSealMark, then the sealed
// bytes. A place stays readable, and what vouches for it stands behind its time zone. Versions
// before 0.4 kept both without; they are sealed at the next opening.
#include <spdlog/spdlog.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/agent/journal.h"
#include "client/agent/journal_rows.h"
#include "sqlite/transaction.h"

namespace moadon::agent {
namespace {

using sqlite::Blob;
using sqlite::Connection;
using sqlite::Sql;
using sqlite::Statement;

// A published version never changes; what is kept of it may have been altered.
constexpr Sql kStoreProgram{
    "INSERT INTO program (version, content) VALUES ($1, $2) "
    "ON CONFLICT (version) DO UPDATE SET content = excluded.content"};
constexpr Sql kPrograms{"SELECT version, content FROM program ORDER BY version"};

// No message begins so: the byte 0 is no field.
constexpr absl::string_view kSealMark("\0MPS", 4);

std::string program_place(int64_t version) { return absl::StrCat("program\n", version); }

absl::StatusOr<std::string> sealed_program(const JournalSeal& seal, const v1::Program& program) {
  auto sealed = seal.seal(program.SerializeAsString(), program_place(program.version()));
  if (!sealed.ok()) return sealed;
  return absl::StrCat(kSealMark, *sealed);
}

// Nothing: it was altered.
std::optional<v1::Program> program_in(const JournalSeal& seal, int64_t version,
                                      absl::string_view content) {
  std::string plain(content);
  if (absl::StartsWith(content, kSealMark)) {
    auto opened = seal.open(content.substr(kSealMark.size()), program_place(version));
    if (!opened) return std::nullopt;
    plain = *std::move(opened);
  }
  v1::Program program;
  if (!program.ParseFromString(plain) || program.version() != version) return std::nullopt;
  return program;
}

absl::Status store_program(Connection& connection, const JournalSeal& seal,
                           const v1::Program& program) {
  const absl::StatusOr<std::string> content = sealed_program(seal, program);
  if (!content.ok()) return content.status();
  Statement store = connection.statement(kStoreProgram);
  store.bind_all(program.version(), Blob{*content});
  return store.execute();
}

// Those in clear; none when one of them cannot be read.
absl::StatusOr<std::vector<v1::Program>> programs_in_clear(Connection& connection,
                                                           const JournalSeal& seal) {
  std::vector<v1::Program> programs;
  Statement read = connection.statement(kPrograms);
  while (true) {
    const absl::StatusOr<bool> row = read.step();
    if (!row.ok()) return row.status();
    if (!*row) return programs;
    if (absl::StartsWith(read.blob(1), kSealMark)) continue;
    auto program = program_in(seal, read.int64(0), read.blob(1));
    if (program) programs.push_back(*std::move(program));
  }
}

constexpr Sql kStorePlace{
    "INSERT INTO register_place (register_id, branch_id, time_zone, day_start_minutes) "
    "VALUES ($1, $2, $3, $4) ON CONFLICT (register_id) DO UPDATE SET branch_id = $2, "
    "time_zone = $3, day_start_minutes = $4"};
constexpr Sql kPlace{
    "SELECT branch_id, time_zone, day_start_minutes FROM register_place WHERE register_id = $1"};
constexpr Sql kPlaces{
    "SELECT branch_id, time_zone, day_start_minutes, register_id FROM register_place"};

// Longer than any name of a time zone, shorter than what vouches for one.
constexpr size_t kMaxZoneBytes = 50;

std::string vouched_place(const std::string& register_id, const Place& place) {
  return absl::StrCat("register_place\n", register_id, "\n", place.branch_id, "\n",
                      place.day_start_minutes);
}

Place place_in(const Statement& row) {
  return {std::string(row.text(0)), std::string(row.text(1)), static_cast<int>(row.int64(2))};
}

absl::Status store_place_in(Connection& connection, const JournalSeal& seal,
                            const std::string& register_id, const Place& place) {
  const auto time_zone = seal.vouch_for(place.time_zone, vouched_place(register_id, place));
  if (!time_zone.ok()) return time_zone.status();
  Statement store = connection.statement(kStorePlace);
  store.bind_all(register_id, place.branch_id, *time_zone, place.day_start_minutes);
  return store.execute();
}

}  // namespace

absl::Status seal_programs(Connection& connection, const JournalSeal& seal) {
  const auto programs = programs_in_clear(connection, seal);
  if (!programs.ok()) return programs.status();
  if (programs->empty()) return absl::OkStatus();
  auto transaction = sqlite::Transaction::begin(connection);
  if (!transaction.ok()) return transaction.status();
  for (const v1::Program& program : *programs) {
    absl::Status stored = store_program(connection, seal, program);
    if (!stored.ok()) return stored;
  }
  return transaction->commit();
}

absl::Status Journal::store_programs(absl::Span<const v1::Program> programs) {
  return writer_->run([&](Connection& connection) {
    for (const v1::Program& program : programs) {
      absl::Status stored = store_program(connection, seal_, program);
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
    auto program = program_in(seal_, read.int64(0), read.blob(1));
    if (program) {
      programs.push_back(*std::move(program));
      continue;
    }
    spdlog::error("event=program_altered version={}", read.int64(0));
    return std::vector<v1::Program>();
  }
}

absl::Status seal_places(Connection& connection, const JournalSeal& seal) {
  std::vector<std::pair<std::string, Place>> bare;
  {
    Statement read = connection.statement(kPlaces);
    while (true) {
      const absl::StatusOr<bool> row = read.step();
      if (!row.ok()) return row.status();
      if (!*row) break;
      Place place = place_in(read);
      const bool is_bare = place.time_zone.size() <= kMaxZoneBytes;
      if (is_bare) bare.emplace_back(read.text(3), std::move(place));
    }
  }
  for (const auto& [register_id, place] : bare) {
    absl::Status stored = store_place_in(connection, seal, register_id, place);
    if (!stored.ok()) return stored;
  }
  return absl::OkStatus();
}

absl::Status Journal::store_place(const std::string& register_id, const Place& place) {
  return writer_->run([&](Connection& connection) {
    return store_place_in(connection, seal_, register_id, place);
  });
}

absl::StatusOr<Place> Journal::place(const std::string& register_id) {
  const sqlite::ReaderLease reader = readers_->lease();
  Statement read = reader->statement(kPlace);
  read.bind_all(register_id);
  const absl::StatusOr<bool> row = read.step();
  if (!row.ok()) return row.status();
  if (!*row) return Place();
  Place place = place_in(read);
  auto time_zone = seal_.vouched(place.time_zone, vouched_place(register_id, place));
  if (!time_zone) {
    spdlog::error("event=place_altered register={}", register_id);
    return Place();
  }
  place.time_zone = *std::move(time_zone);
  return place;
}

}  // namespace moadon::agent
