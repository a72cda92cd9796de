#include "client/agent/journal_enrolments.h"

#include <google/protobuf/util/message_differencer.h>
#include <openssl/rand.h>

#include "client/agent/journal_provisional_rows.h"
#include "client/agent/journal_rows.h"
#include "identity/cashier_line.h"
#include "identity/provisional_id.h"
#include "rules/calendar.h"

namespace moadon::agent {
namespace {

using google::protobuf::util::MessageDifferencer;
using sqlite::Connection;

constexpr absl::string_view kDigestPurpose = "moadon provisional keys";

absl::StatusOr<std::string> new_provisional_id() {
  std::string bytes(kProvisionalRandomBytes, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), kProvisionalRandomBytes) != 1) {
    return absl::InternalError("no random bytes");
  }
  return provisional_id_of(bytes);
}

// With the name that was said of them, if only later.
absl::StatusOr<Provisional> provisional_of(Connection& connection, const JournalSeal& seal,
                                           ProvisionalRow row) {
  if (row.display_name.empty()) {
    const auto later = find_standing_for(connection, seal, row.provisional_id);
    if (!later.ok()) return later.status();
    for (const ProvisionalRow& said : *later) {
      if (row.display_name.empty()) row.display_name = said.display_name;
    }
  }
  return Provisional{std::move(row.provisional_id), std::move(row.register_id),
                     std::move(row.display_name), std::move(row.member_id)};
}

absl::Status no_amounts(absl::StatusOr<Committed> committed) { return committed.status(); }

// An enrolment is worth nothing.
absl::StatusOr<Amounts> nothing(const KnownSale*) { return Amounts(); }

// Whether an entry says what the register says now. When it says so counts only if it says when.
bool says(const StoredEntry& entry, const v1::EnrollMemberRequest& member) {
  v1::OfflineEnrollment stored;
  if (!stored.ParseFromString(entry.content)) return false;
  if (!member.has_occurred_at()) stored.mutable_member()->clear_occurred_at();
  return MessageDifferencer::Equals(stored.member(), member);
}

}  // namespace

EnrollmentBook::EnrollmentBook(Journal& journal)
    : journal_(journal),
      digest_key_(journal.seal_.derived_key(kDigestPurpose)),
      digester_(digest_key_) {}

absl::StatusOr<std::vector<std::string>> EnrollmentBook::digests_of(
    absl::Span<const NormalKey> keys) const {
  std::vector<std::string> digests;
  for (const NormalKey& key : keys) {
    digests.push_back(digest_key_.empty() ? std::string() : digester_.digest(key));
    if (digests.back().empty()) return absl::InternalError("a key could not be digested");
  }
  return digests;
}

absl::StatusOr<std::optional<Provisional>> EnrollmentBook::find(const NormalKey& key) {
  return find_any({&key, 1});
}

absl::StatusOr<std::optional<Provisional>> EnrollmentBook::find_any(
    absl::Span<const NormalKey> keys) {
  const auto digests = digests_of(keys);
  if (!digests.ok()) return digests.status();
  const sqlite::ReaderLease reader = journal_.readers_->lease();
  for (const std::string& digest : *digests) {
    auto rows = find_provisional_by_key(*reader, journal_.seal_, digest);
    if (!rows.ok()) return rows.status();
    if (rows->empty()) continue;
    auto found = provisional_of(*reader, journal_.seal_, std::move(rows->front()));
    if (!found.ok()) return found.status();
    return *std::move(found);
  }
  return std::optional<Provisional>();
}

absl::StatusOr<std::optional<Provisional>> EnrollmentBook::find(const std::string& provisional_id) {
  const sqlite::ReaderLease reader = journal_.readers_->lease();
  auto row = find_provisional(*reader, journal_.seal_, provisional_id);
  if (!row.ok()) return row.status();
  if (!*row) return std::optional<Provisional>();
  auto found = provisional_of(*reader, journal_.seal_, **std::move(row));
  if (!found.ok()) return found.status();
  return *std::move(found);
}

absl::StatusOr<bool> EnrollmentBook::is_repeat(const NewEnrollment& enrollment,
                                               const Provisional& known) {
  const sqlite::ReaderLease reader = journal_.readers_->lease();
  auto said = find_standing_for(*reader, journal_.seal_, known.provisional_id);
  if (!said.ok()) return said.status();
  ProvisionalRow& first = said->emplace_back();
  first.provisional_id = known.provisional_id;
  for (const ProvisionalRow& row : *said) {
    const auto entry = find_entry(*reader, journal_.seal_, enrollment.register_id,
                                  enrollment_receipt(row.provisional_id));
    if (!entry.ok()) return entry.status();
    if (*entry && (*entry)->is_true && says(**entry, enrollment.member)) return true;
  }
  return false;
}

absl::StatusOr<Provisional> EnrollmentBook::enroll(const NewEnrollment& enrollment) {
  absl::MutexLock lock(&mutex_);
  auto known = find_any(enrollment.keys);
  if (!known.ok()) return known.status();
  if (*known) {
    const absl::StatusOr<bool> repeat = is_repeat(enrollment, **known);
    if (!repeat.ok()) return repeat.status();
    if (*repeat) return **std::move(known);
  }
  const auto provisional_id = new_provisional_id();
  if (!provisional_id.ok()) return provisional_id.status();
  auto digests = digests_of(enrollment.keys);
  if (!digests.ok()) return digests.status();

  v1::OfflineEnrollment content;
  content.set_provisional_id(*provisional_id);
  *content.mutable_member() = enrollment.member;
  if (!content.member().has_occurred_at()) {
    *content.mutable_member()->mutable_occurred_at() = timestamp_of(enrollment.commit_time_us);
  }
  NewProvisional made;
  made.provisional_id = *provisional_id;
  if (*known) made.stands_for = (*known)->provisional_id;
  made.display_name = display_name(enrollment.member.first_name(), enrollment.member.last_name());
  made.member_id = *known ? (*known)->member_id : enrollment.member_id;
  made.key_digests = *std::move(digests);

  NewEntry entry;
  entry.register_id = enrollment.register_id;
  entry.receipt = enrollment_receipt(*provisional_id);
  entry.kind = EntryKind::kEnrollment;
  entry.content = content.SerializeAsString();
  entry.context = enrollment.context.SerializeAsString();
  entry.commit_time_us = enrollment.commit_time_us;
  entry.provisional = made;
  absl::Status committed = no_amounts(journal_.commit(entry, nothing));
  if (!committed.ok()) return committed;
  if (*known) {
    if ((*known)->display_name.empty()) (*known)->display_name = made.display_name;
    return **std::move(known);
  }
  return Provisional{made.provisional_id, entry.register_id, made.display_name, made.member_id};
}

absl::Status EnrollmentBook::enroll_at(const std::string& register_id, const Provisional& known,
                                       int64_t commit_time_us) {
  if (register_id == known.register_id || !known.member_id.empty()) return absl::OkStatus();
  NewEntry entry;
  {
    const sqlite::ReaderLease reader = journal_.readers_->lease();
    auto there = find_entry(*reader, journal_.seal_, known.register_id,
                            enrollment_receipt(known.provisional_id));
    if (!there.ok()) return there.status();
    if (!*there || !(*there)->is_true) return absl::OkStatus();
    entry.receipt = (*there)->receipt;
    entry.content = std::move((*there)->content);
    entry.context = std::move((*there)->context);
  }
  entry.register_id = register_id;
  entry.kind = EntryKind::kEnrollment;
  entry.commit_time_us = commit_time_us;
  return no_amounts(journal_.commit(entry, nothing));
}

absl::StatusOr<std::vector<std::string>> EnrollmentBook::named() {
  const sqlite::ReaderLease reader = journal_.readers_->lease();
  return named_members(*reader);
}

absl::Status EnrollmentBook::forget(absl::Span<const std::string> member_ids) {
  if (member_ids.empty()) return absl::OkStatus();
  return journal_.writer_->run([&](Connection& connection) {
    return remove_persons(connection, journal_.seal_, member_ids);
  });
}

absl::Status EnrollmentBook::prune(int64_t before_us) {
  return journal_.writer_->run([before_us](Connection& connection) {
    return remove_old_provisional(connection, before_us);
  });
}

}  // namespace moadon::agent
