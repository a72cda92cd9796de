#include "server/operations/note_chain.h"

#include "absl/strings/str_cat.h"
#include "rules/refusal.h"
#include "server/storage/journal_place_store.h"

namespace moadon {
namespace {

// True: the place is new.
absl::StatusOr<bool> note_one(sqlite::Connection& connection, const storage::JournalName& journal,
                              const v1::RecordEntry& entry) {
  const auto first = storage::find_chain(connection, journal, entry.sequence());
  if (!first.ok()) return first.status();
  if (!*first) {
    absl::Status noted =
        storage::insert_chain(connection, journal, entry.sequence(), entry.chain());
    if (!noted.ok()) return noted;
    return true;
  }
  if (**first != entry.chain()) return journal_forked(journal.register_id);
  return false;
}

}  // namespace

absl::Status journal_forked(const std::string& register_id) {
  return refuse(v1::REASON_JOURNAL_FORKED,
                absl::StrCat("register ", register_id,
                             " works from a copied or restored disk: on the machine that is to "
                             "go on, run moadon-agent rejoin"),
                {{"register_id", register_id}});
}

absl::Status note_chain(sqlite::Connection& connection, const std::string& register_id,
                        const v1::RecordRequest& request) {
  if (request.journal_id().size() != storage::kJournalIdBytes) return absl::OkStatus();
  const storage::JournalName journal{register_id, request.journal_id()};
  bool any_new = false;
  for (const v1::RecordEntry& entry : request.entries()) {
    if (entry.chain().size() != storage::kChainBytes || entry.sequence() <= 0) continue;
    const absl::StatusOr<bool> is_new = note_one(connection, journal, entry);
    if (!is_new.ok()) return is_new.status();
    any_new = any_new || *is_new;
  }
  return any_new ? storage::prune_chains(connection, journal) : absl::OkStatus();
}

}  // namespace moadon
