#include "server/operations/erased_key.h"

#include "absl/strings/str_cat.h"
#include "server/operations/tokens.h"
#include "server/storage/member_erasure_store.h"

namespace moadon {

std::string erased_key_digest(const ClubView& view, const storage::KeyRow& key) {
  return keyed_digest(view.digest_key(),
                      {"erased key", absl::StrCat(static_cast<int>(key.kind)), key.value});
}

absl::StatusOr<ErasedHolder> find_erased_holder(sqlite::Connection& connection,
                                                const ClubView& view, const PresentedKey& presented,
                                                int64_t time_us) {
  ErasedHolder holder;
  for (const storage::KeyRow& key : presented.candidates) {
    const auto erased = storage::find_erased_key(connection, erased_key_digest(view, key));
    if (!erased.ok()) return erased.status();
    if (!*erased) continue;
    holder.was_held = true;
    if (time_us >= (*erased)->erase_us) continue;
    auto row = storage::find_member(connection, (*erased)->member_id);
    if (!row.ok()) return row.status();
    holder.row = *std::move(row);
    return holder;
  }
  return holder;
}

absl::Status forget_erased_key(sqlite::Connection& connection, const ClubView& view,
                               const storage::KeyRow& key) {
  return storage::delete_erased_key(connection, erased_key_digest(view, key));
}

}  // namespace moadon
