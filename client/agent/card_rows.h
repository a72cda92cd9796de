// The rows of cards.db: what is written for a card, and how it is found and opened again.
//
// Functions on a connection, used by one thread at a time; their callers hold the transaction.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "client/agent/journal_seal.h"
#include "moadon/v1/sync_service.pb.h"
#include "sqlite/connection.h"

namespace moadon::agent {

// How far the cards are filled.
struct FeedState {
  std::string register_id;    // in whose name; empty: nothing was ever fetched
  std::string cursor;         // to go on from; empty: from the beginning
  int64_t pass = 0;           // grows with every refill
  bool is_filling = false;    // the pass has not come to its end
  int64_t pass_begin_us = 0;  // the server's clock when the pass began
  int64_t cache_time_us = 0;  // the server's clock when all it had was here; 0: never
};

// A card as it stands in its row; `card` is empty when the row was altered.
struct FoundCard {
  int64_t card_id = 0;
  std::optional<v1::MemberCard> card;
};

// What may be known of a row without opening it.
struct CardMark {
  int64_t pass = 0;
  std::optional<absl::CivilDay> last_seen;
};

// A writer of cards.db at `path`, with its tables. Fails as sqlite::open_migrated.
absl::StatusOr<std::unique_ptr<sqlite::Connection>> open_card_file(const std::string& path);
absl::StatusOr<int64_t> count_cards(sqlite::Connection& connection);

// Nothing: never written. FAILED_PRECONDITION: it was altered.
absl::StatusOr<std::optional<FeedState>> read_feed(sqlite::Connection& connection,
                                                   const JournalSeal& seal);
absl::Status write_feed(sqlite::Connection& connection, const JournalSeal& seal,
                        const FeedState& state);

// Each returns by how much the number of cards grew.
absl::StatusOr<int64_t> put_card(sqlite::Connection& connection, const JournalSeal& seal,
                                 const v1::MemberCard& card, int64_t pass);
absl::StatusOr<int64_t> remove_card_of(sqlite::Connection& connection,
                                       const std::string& member_id);
absl::StatusOr<int64_t> remove_card(sqlite::Connection& connection, int64_t card_id);

// Looks at up to `count` cards after card_id `cursor`, removes those that need not stay and moves
// the cursor on; 0 at the end. Returns how many went.
absl::StatusOr<int64_t> sweep_cards(sqlite::Connection& connection, int count, int64_t& cursor,
                                    absl::FunctionRef<bool(const CardMark&)> may_stay);

// Cards with this digest, usually one.
absl::StatusOr<std::vector<FoundCard>> find_by_digest(sqlite::Connection& connection,
                                                      const JournalSeal& seal,
                                                      const std::string& digest);
absl::StatusOr<std::optional<FoundCard>> find_by_member(sqlite::Connection& connection,
                                                        const JournalSeal& seal,
                                                        const std::string& member_id);

}  // namespace moadon::agent
