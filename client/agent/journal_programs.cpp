// The program versions that the journal's file keeps.
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

}  // namespace moadon::agent
