// A page of the answer shelf: some members by key, packed one after the other.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "server/operations/known_member.h"

namespace moadon {

// A value, for one thread. Its bytes mean something to the process that made them only, and may be
// anything: of a page that was read while it was written, what is whole is found and nothing else.
class AnswerPage final {
 public:
  static constexpr size_t kBytes = 4096;
  // Of a key with its member; who is longer would take the room of too many others.
  static constexpr size_t kMaxRecordBytes = kBytes / 4;

  char* data() { return bytes_.data(); }
  const char* data() const { return bytes_.data(); }

  std::optional<RememberedMember> find(absl::string_view key) const;

  // In place of what was under the key, and of those put first when there is no room. Leaves no
  // byte of whom it drops. False, changing nothing: too long.
  bool put(absl::string_view key, const RememberedMember& member);

  // Drops these members, to the last byte. False: none of them is here.
  bool drop(const absl::flat_hash_set<int64_t>& member_ids);

 private:
  // Before the key's and the answer's bytes. Without padding, as it is copied and hashed bytewise.
  struct Head {
    uint64_t checksum = 0;  // of all that follows, the answer included
    uint64_t stamp = 0;
    int64_t member_id = 0;
    int64_t facts_day = 0;
    int64_t program_version = 0;
    uint32_t key_bytes = 0;  // none: the page ends here
    uint32_t answer_bytes = 0;
  };
  struct Record {
    Head head;
    absl::string_view bytes;  // the head's included

    absl::string_view key() const { return bytes.substr(sizeof(Head), head.key_bytes); }
    absl::string_view answer() const { return bytes.substr(sizeof(Head) + head.key_bytes); }
  };

  // As many as a page of usual answers has.
  using Records = absl::InlinedVector<Record, 16>;

  // Empty: the page ends here, or makes no sense from here on.
  static std::optional<Record> first_of(absl::string_view rest);
  Records records() const;
  // Of these records, which may lie in the page itself.
  void fill(const Records& records);

  std::array<char, kBytes> bytes_{};
};

}  // namespace moadon
