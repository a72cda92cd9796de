// Enrolments taken in without the server, and who is known by them until it has said who they are.
// Kept in the journal's file, because they change together with its entries.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "client/agent/journal.h"
#include "identity/key_digest.h"
#include "identity/normal_key.h"
#include "moadon/v1/member_service.pb.h"
#include "moadon/v1/sync_service.pb.h"

namespace moadon::agent {

// Somebody enrolled here.
struct Provisional {
  std::string provisional_id;
  std::string register_id;  // whose sales may name it
  std::string display_name;
  std::string member_id;  // empty: the server has not said
};

// An enrolment, checked. `member` as the register sent it; the time is filled in when it has none.
struct NewEnrollment {
  std::string register_id;
  v1::EnrollMemberRequest member;
  std::vector<NormalKey> keys;
  std::string member_id;  // of whom these keys are known to be; empty: of nobody
  v1::RecordContext context;
  int64_t commit_time_us = 0;  // as well as it is known here
};

// What is kept of names is sealed, of keys there are digests under a key of their own. A row that
// was altered is not there. Thread-safe; calls block for the disk. The journal outlives it.
class EnrollmentBook final {
 public:
  explicit EnrollmentBook(Journal& journal);
  EnrollmentBook(const EnrollmentBook&) = delete;
  EnrollmentBook& operator=(const EnrollmentBook&) = delete;

  // Who is known by the key; the earliest counts.
  absl::StatusOr<std::optional<Provisional>> find(const NormalKey& key);
  absl::StatusOr<std::optional<Provisional>> find(const std::string& provisional_id);

  // Journals the enrolment, durable when answered, and says who its keys are known as from then on:
  // who one of them was known as before, else somebody new. What the register said of them before
  // is not journalled again. Refuses as Journal::commit.
  absl::StatusOr<Provisional> enroll(const NewEnrollment& enrollment) ABSL_LOCKS_EXCLUDED(mutex_);
  // Lets sales of another register of this machine name somebody: journals the enrolment there as
  // well. Nothing when the server has said who it is.
  absl::Status enroll_at(const std::string& register_id, const Provisional& known,
                         int64_t commit_time_us);

  // Whom those who were enrolled here are known to be: members, whether kept here or not.
  absl::StatusOr<std::vector<std::string>> named();
  // Forgets name and keys of members whom the server has named and does not let be kept any more.
  absl::Status forget(absl::Span<const std::string> member_ids);
  // Forgets who was enrolled before `before_us`, once that is delivered.
  absl::Status prune(int64_t before_us);

 private:
  absl::StatusOr<std::optional<Provisional>> find_any(absl::Span<const NormalKey> keys);
  // Whether the register journalled the same of somebody known.
  absl::StatusOr<bool> is_repeat(const NewEnrollment& enrollment, const Provisional& known);
  absl::StatusOr<std::vector<std::string>> digests_of(absl::Span<const NormalKey> keys) const;

  // Self-locking.
  Journal& journal_;
  // Fixed at construction.
  const std::string digest_key_;  // empty: the library had no memory, and no key is digested
  const KeyDigester digester_;
  // One enrolment at a time, so that two of the same person get one provisional member.
  absl::Mutex mutex_;
};

}  // namespace moadon::agent
