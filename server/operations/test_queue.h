// What register r1 of a test's club hands over, delivers, and what the owner sees of it, for tests.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "moadon/v1/offline_service.pb.h"
#include "moadon/v1/sync_service.pb.h"
#include "server/operations/test_club.h"

namespace moadon {

inline const std::string kQueueJournal(16, 'j');

// One milk on 2026-01-01, refused for another sale with its receipt.
v1::HandedEntry handed_sale(int64_t sequence, const std::string& receipt, const std::string& card);
// Of Zerubavelit, by the provisional id "new-" and the place in 16 digits.
v1::HandedEntry handed_enrollment(int64_t sequence, const std::string& card,
                                  absl::string_view time = "2026-01-01T10:00:00Z");
// The same with a chain value of 32 such bytes.
v1::HandedEntry chained(v1::HandedEntry handed, char chain);
// What comes of it after it was altered on the register's disk: its place.
v1::HandedEntry bare(const v1::HandedEntry& handed);

absl::Status give(TestClub& test, const std::vector<v1::HandedEntry>& entries,
                  const std::string& journal_id = kQueueJournal);
v1::RecordOutcome deliver(TestClub& test, const v1::HandedEntry& handed,
                          const std::string& journal_id = kQueueJournal);
// All pages.
std::vector<v1::HandedOver> queue(TestClub& test, bool with_settled = false, int page_size = 0);
absl::StatusOr<v1::SettleHandedOverResponse> settle(TestClub& test, int64_t sequence,
                                                    const std::string& note);

}  // namespace moadon
