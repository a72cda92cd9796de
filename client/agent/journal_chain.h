// What a journal says its history is: each entry carries a checksum chained to the one before.
//
//   chain = SHA-256(previous_chain, field, field ...)
//
// `previous_chain`: the 32 bytes of the entry before it in the register's journal; 32 zero bytes
// where the chain starts (the first entry, the first after entries of a version that kept no chain,
// and the first after all before it were pruned). Then each field as its length, 8 bytes little
// endian, and its bytes, in this order:
//
//   register_id, sequence, receipt, kind, content, context,
//   amount_minor, points_minor, points_milli, gift_balance_minor, commit_time_us,
//   sale_register_id, sale_receipt,            of a return with a receipt
//   branch_id, business_day, minute_of_day     of a sale that was priced
//
// Numbers are 8 bytes, little endian, two's complement. What is not there has the length
// 0xFFFFFFFFFFFFFFFF and no bytes. Content and context are the plain bytes, not the sealed ones.
// Whoever may write the file can make a chain of his own: this finds damage and copies, and the
// seal (journal_seal.h) keeps the content from being forged without the key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace moadon::agent {

inline constexpr size_t kChainBytes = 32;
inline constexpr size_t kJournalIdBytes = 16;

// An entry as the chain sees it. Views: of whoever asks.
struct ChainedEntry {
  absl::string_view register_id;
  int64_t sequence = 0;
  absl::string_view receipt;
  int64_t kind = 0;
  absl::string_view content;
  absl::string_view context;
  int64_t amount_minor = 0;
  int64_t points_minor = 0;
  int64_t points_milli = 0;
  int64_t gift_balance_minor = 0;
  int64_t commit_time_us = 0;
  std::optional<absl::string_view> sale_register_id;
  std::optional<absl::string_view> sale_receipt;
  std::optional<absl::string_view> branch_id;
  std::optional<int64_t> business_day;
  std::optional<int64_t> minute_of_day;
};

// The previous_chain of an entry that starts a chain.
std::string chain_start();

// kJournalIdBytes at random. INTERNAL: the machine has no randomness.
absl::StatusOr<std::string> new_journal_id();

// kChainBytes. Pure; safe from any thread.
std::string chain_of(absl::string_view previous_chain, const ChainedEntry& entry);

}  // namespace moadon::agent
