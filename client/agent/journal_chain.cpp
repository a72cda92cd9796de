#include "client/agent/journal_chain.h"

#include <openssl/rand.h>
#include <openssl/sha.h>

#include <array>
#include <limits>

namespace moadon::agent {
namespace {

constexpr uint64_t kNotThere = std::numeric_limits<uint64_t>::max();

// The bytes that are digested, in one piece: entries are small.
class Fields final {
 public:
  explicit Fields(absl::string_view start) : bytes_(start) {}

  void add(absl::string_view field) {
    add_number(field.size());
    bytes_.append(field.data(), field.size());
  }
  void add(int64_t field) {
    add_number(sizeof field);
    add_number(static_cast<uint64_t>(field));
  }
  template <typename Field>
  void add(const std::optional<Field>& field) {
    if (field) {
      add(*field);
    } else {
      add_number(kNotThere);
    }
  }
  const std::string& bytes() const { return bytes_; }

 private:
  void add_number(uint64_t number) {
    for (size_t i = 0; i < sizeof number; ++i, number >>= 8) {
      bytes_.push_back(static_cast<char>(number & 0xff));
    }
  }

  std::string bytes_;
};

}  // namespace

absl::StatusOr<std::string> new_journal_id() {
  std::array<unsigned char, kJournalIdBytes> bytes;
  if (RAND_bytes(bytes.data(), bytes.size()) != 1) return absl::InternalError("no random bytes");
  return std::string(bytes.begin(), bytes.end());
}

std::string chain_start() { return std::string(kChainBytes, '\0'); }

std::string chain_of(absl::string_view previous_chain, const ChainedEntry& entry) {
  Fields fields(previous_chain);
  fields.add(entry.register_id);
  fields.add(entry.sequence);
  fields.add(entry.receipt);
  fields.add(entry.kind);
  fields.add(entry.content);
  fields.add(entry.context);
  fields.add(entry.amount_minor);
  fields.add(entry.points_minor);
  fields.add(entry.points_milli);
  fields.add(entry.gift_balance_minor);
  fields.add(entry.commit_time_us);
  fields.add(entry.sale_register_id);
  fields.add(entry.sale_receipt);
  fields.add(entry.branch_id);
  fields.add(entry.business_day);
  fields.add(entry.minute_of_day);
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  const std::string& bytes = fields.bytes();
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  return std::string(digest.begin(), digest.end());
}

}  // namespace moadon::agent
