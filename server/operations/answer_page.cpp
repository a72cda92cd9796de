#include "server/operations/answer_page.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include "absl/hash/hash.h"

namespace moadon {

namespace {

uint64_t checksum_of(absl::string_view record) {
  return absl::Hash<absl::string_view>()(record.substr(sizeof(uint64_t)));
}

}  // namespace

std::optional<AnswerPage::Record> AnswerPage::first_of(absl::string_view rest) {
  Record record;
  if (rest.size() < sizeof(Head)) return std::nullopt;
  std::memcpy(&record.head, rest.data(), sizeof(Head));
  if (record.head.key_bytes == 0 || record.head.key_bytes > kMaxRecordBytes ||
      record.head.answer_bytes > kMaxRecordBytes) {
    return std::nullopt;
  }
  const size_t size = sizeof(Head) + record.head.key_bytes + record.head.answer_bytes;
  if (size > rest.size()) return std::nullopt;
  record.bytes = rest.substr(0, size);
  return record;
}

AnswerPage::Records AnswerPage::records() const {
  Records records;
  absl::string_view rest(bytes_.data(), kBytes);
  while (const std::optional<Record> record = first_of(rest)) {
    records.push_back(*record);
    rest.remove_prefix(record->bytes.size());
  }
  return records;
}

std::optional<RememberedMember> AnswerPage::find(absl::string_view key) const {
  absl::string_view rest(bytes_.data(), kBytes);
  while (const std::optional<Record> next = first_of(rest)) {
    const Record& record = *next;
    rest.remove_prefix(record.bytes.size());
    if (record.key() != key) continue;
    if (checksum_of(record.bytes) != record.head.checksum) return std::nullopt;
    RememberedMember found;
    found.stamp = {record.head.member_id, record.head.stamp};
    found.member.facts_day = record.head.facts_day;
    found.member.program_version = record.head.program_version;
    // Shared with whoever sends it.
    found.member.answer = std::make_shared<const std::string>(record.answer());
    return found;
  }
  return std::nullopt;
}

bool AnswerPage::put(absl::string_view key, const RememberedMember& member) {
  const std::string& answer = *member.member.answer;
  if (sizeof(Head) + key.size() + answer.size() > kMaxRecordBytes) return false;
  Record added;
  added.head.stamp = member.stamp.value;
  added.head.member_id = member.stamp.member_id;
  added.head.facts_day = member.member.facts_day;
  added.head.program_version = member.member.program_version;
  added.head.key_bytes = static_cast<uint32_t>(key.size());
  added.head.answer_bytes = static_cast<uint32_t>(answer.size());
  std::string bytes(reinterpret_cast<const char*>(&added.head), sizeof(Head));
  bytes.append(key.data(), key.size()).append(answer);
  added.head.checksum = checksum_of(bytes);
  std::memcpy(bytes.data(), &added.head.checksum, sizeof(added.head.checksum));
  added.bytes = bytes;

  Records kept = records();
  kept.erase(std::remove_if(kept.begin(), kept.end(),
                            [&](const Record& record) { return record.key() == key; }),
             kept.end());
  kept.push_back(added);
  size_t size = 0;
  for (const Record& record : kept) size += record.bytes.size();
  auto first = kept.begin();
  for (; size > kBytes; ++first) size -= first->bytes.size();
  kept.erase(kept.begin(), first);
  fill(kept);
  return true;
}

bool AnswerPage::drop(const absl::flat_hash_set<int64_t>& member_ids) {
  Records kept = records();
  const auto end = std::remove_if(kept.begin(), kept.end(), [&](const Record& record) {
    return member_ids.contains(record.head.member_id);
  });
  if (end == kept.end()) return false;
  kept.erase(end, kept.end());
  fill(kept);
  return true;
}

void AnswerPage::fill(const Records& records) {
  std::array<char, kBytes> filled{};
  char* next = filled.data();
  for (const Record& record : records) {
    next = std::copy(record.bytes.begin(), record.bytes.end(), next);
  }
  bytes_ = filled;
}

}  // namespace moadon
