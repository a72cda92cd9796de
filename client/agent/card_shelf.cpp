#include "client/agent/card_shelf.h"

#include <spdlog/spdlog.h>
#include <sqlite3.h>

#include "absl/strings/escaping.h"
#include "rules/calendar.h"
#include "sqlite/error.h"
#include "sqlite/transaction.h"

namespace moadon::agent {
namespace {

constexpr int kPrimaryCode = 0xff;

// The file is not what SQLite wrote, whatever wrote it.
bool is_malformed(const absl::Status& failure) {
  const int code = sqlite::code_of_error(failure) & kPrimaryCode;
  return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

int64_t issue_time_us(const v1::MemberCard& card) {
  return time_us_of(card.facts().issued_at(), "issued_at").value_or(0);
}

}  // namespace

CardShelf::CardShelf(CardFiles files) : files_(std::move(files)) {
  absl::MutexLock lock(&write_mutex_);
  const auto secret = CardSecret::read(files_.secret_path);
  if (!secret.ok()) return;  // cards without their secret go when the first are stored
  const absl::Status opened = open_with(*secret);
  if (opened.ok()) return;
  spdlog::error("event=cards_not_opened message=\"{}\"", absl::Utf8SafeCEscape(opened.message()));
}

absl::Status CardShelf::open_with(const CardSecret& secret) {
  const absl::Status opened = try_open(secret);
  if (opened.ok()) return opened;
  spdlog::warn("event=cards_made_anew message=\"{}\"", absl::Utf8SafeCEscape(opened.message()));
  return make_anew(secret);
}

absl::Status CardShelf::make_anew(const CardSecret& secret) {
  absl::Status aside = set_cards_aside(files_);
  if (!aside.ok()) return aside;
  return try_open(secret);
}

absl::Status CardShelf::try_open(const CardSecret& secret) {
  auto opening = std::make_unique<Open>(secret);
  auto writer = open_card_file(files_.cards_path);
  if (!writer.ok()) return writer.status();
  opening->writer = *std::move(writer);
  const absl::StatusOr<int64_t> count = count_cards(*opening->writer);
  if (!count.ok()) return count.status();
  const auto state = read_feed(*opening->writer, opening->seal);
  if (!state.ok()) return state.status();
  auto readers = sqlite::ReaderPool::open(
      files_.cards_path, kCardReaders,
      {.synchronous = sqlite::Synchronous::kNormal, .cache_kib = kCardReaderCacheKib});
  if (!readers.ok()) return readers.status();
  opening->readers = *std::move(readers);
  absl::MutexLock lock(&mutex_);
  open_ = std::move(opening);
  absl::MutexLock state_lock(&state_mutex_);
  feed_ = state->value_or(FeedState());
  card_count_ = *count;
  return absl::OkStatus();
}

void CardShelf::close() {
  std::unique_ptr<Open> closing;  // outlives the lock
  absl::MutexLock lock(&mutex_);
  closing = std::move(open_);
  absl::MutexLock state_lock(&state_mutex_);
  feed_ = {};
  card_count_ = 0;
  altered_.clear();
  failure_ = absl::OkStatus();
}

absl::Status CardShelf::make_sure_open() {
  {
    absl::ReaderMutexLock lock(&mutex_);
    if (open_ != nullptr) return absl::OkStatus();
  }
  auto secret = CardSecret::read(files_.secret_path);
  if (!secret.ok()) {
    secret = next_secret_ ? *next_secret_ : CardSecret::make();
    if (!secret.ok()) return secret.status();
    absl::Status begun = set_cards_aside(files_);
    if (begun.ok()) begun = secret->write(files_.secret_path);
    if (!begun.ok()) return begun;
  }
  next_secret_.reset();
  return open_with(*secret);
}

absl::StatusOr<std::string> CardShelf::digest_key() {
  absl::MutexLock lock(&write_mutex_);
  {
    absl::ReaderMutexLock open_lock(&mutex_);
    if (open_ != nullptr) return open_->secret.digest_key();
  }
  if (!next_secret_) {
    auto made = CardSecret::make();
    if (!made.ok()) return made.status();
    next_secret_ = *std::move(made);
  }
  return next_secret_->digest_key();
}

int64_t CardShelf::card_count() const {
  absl::MutexLock lock(&state_mutex_);
  return card_count_;
}

FeedState CardShelf::feed() const {
  absl::MutexLock lock(&state_mutex_);
  return feed_;
}

std::optional<v1::MemberCard> CardShelf::best_of(std::vector<FoundCard> found) {
  std::optional<v1::MemberCard> best;
  for (FoundCard& one : found) {
    if (!one.card) {
      absl::MutexLock lock(&state_mutex_);
      altered_.push_back(one.card_id);
      continue;
    }
    // A key that went from one member to another is for a moment on both cards.
    if (!best || issue_time_us(*best) < issue_time_us(*one.card)) best = std::move(one.card);
  }
  return best;
}

void CardShelf::note_failure(const absl::Status& failure) {
  if (!sqlite::is_fatal(failure)) return;
  absl::MutexLock lock(&state_mutex_);
  failure_.Update(failure);
}

std::optional<v1::MemberCard> CardShelf::find(absl::Span<const NormalKey> candidates) {
  absl::ReaderMutexLock lock(&mutex_);
  if (open_ == nullptr) return std::nullopt;
  const sqlite::ReaderLease reader = open_->readers->lease();
  for (const NormalKey& key : candidates) {
    auto found = find_by_digest(*reader, open_->seal, open_->digester.digest(key));
    note_failure(found.status());
    if (!found.ok()) return std::nullopt;
    if (auto best = best_of(*std::move(found))) return best;
  }
  return std::nullopt;
}

std::optional<v1::MemberCard> CardShelf::find_member(const std::string& member_id) {
  absl::ReaderMutexLock lock(&mutex_);
  if (open_ == nullptr) return std::nullopt;
  const sqlite::ReaderLease reader = open_->readers->lease();
  auto found = find_by_member(*reader, open_->seal, member_id);
  note_failure(found.status());
  if (!found.ok() || !*found) return std::nullopt;
  std::vector<FoundCard> cards;
  cards.push_back(**std::move(found));
  return best_of(std::move(cards));
}

absl::StatusOr<std::vector<std::string>> CardShelf::without_card(
    absl::Span<const std::string> member_ids) {
  absl::ReaderMutexLock lock(&mutex_);
  if (open_ == nullptr) return absl::FailedPreconditionError("the file of cards is not open");
  const sqlite::ReaderLease reader = open_->readers->lease();
  std::vector<std::string> without;
  for (const std::string& member_id : member_ids) {
    const auto found = find_by_member(*reader, open_->seal, member_id);
    note_failure(found.status());
    if (!found.ok()) return found.status();
    if (!*found) without.push_back(member_id);
  }
  return without;
}

absl::Status CardShelf::try_write(Work work) {
  absl::ReaderMutexLock lock(&mutex_);
  if (open_ == nullptr) return absl::FailedPreconditionError("the file of cards is not open");
  sqlite::Connection& writer = *open_->writer;
  auto transaction = sqlite::Transaction::begin(writer);
  if (!transaction.ok()) return transaction.status();
  const absl::StatusOr<int64_t> grown = work(*open_);
  if (!grown.ok()) return grown.status();
  absl::Status done = transaction->commit();
  if (!done.ok()) return done;
  {
    absl::MutexLock state_lock(&state_mutex_);
    card_count_ += *grown;
  }
  const int64_t log_pages = feed().is_filling ? kFillingLogPages : kCardLogPages;
  if (writer.wal_pages() < log_pages) return absl::OkStatus();
  absl::Status copied = writer.checkpoint(sqlite::Checkpoint::kRestart);
  // What found no room is in the log, and is copied with one of the next pages.
  return sqlite::is_full_disk(copied) ? absl::OkStatus() : copied;
}

absl::Status CardShelf::write(Work work) {
  absl::Status done = try_write(work);
  if (!done.ok()) recover(done);
  return done;
}

absl::Status CardShelf::empty_log() {
  absl::Status done;
  {
    absl::ReaderMutexLock lock(&mutex_);
    if (open_ != nullptr) done = open_->writer->empty_wal().status();
  }
  if (!done.ok()) recover(done);
  return done;
}

absl::Status CardShelf::store(const std::vector<v1::MemberCard>& cards, const FeedState& state) {
  absl::MutexLock lock(&write_mutex_);
  absl::Status done = make_sure_open();
  if (!done.ok()) return done;
  done = write([&](Open& open) -> absl::StatusOr<int64_t> {
    int64_t grown = 0;
    for (const v1::MemberCard& card : cards) {
      const auto one = card.is_gone() ? remove_card_of(*open.writer, card.member_id())
                                      : put_card(*open.writer, open.seal, card, state.pass);
      if (!one.ok()) return one;
      grown += *one;
    }
    absl::Status written = write_feed(*open.writer, open.seal, state);
    if (!written.ok()) return written;
    return grown;
  });
  if (!done.ok()) return done;
  absl::MutexLock state_lock(&state_mutex_);
  feed_ = state;
  return absl::OkStatus();
}

absl::Status CardShelf::sweep(absl::FunctionRef<bool(const CardMark&)> may_stay,
                              absl::FunctionRef<bool()> goes_on) {
  absl::Status done;
  int64_t cursor = 0;
  do {
    absl::MutexLock lock(&write_mutex_);
    done = write([&](Open& open) -> absl::StatusOr<int64_t> {
      const auto removed = sweep_cards(*open.writer, kCardSweepStep, cursor, may_stay);
      if (!removed.ok()) return removed;
      return -*removed;
    });
  } while (done.ok() && cursor != 0 && goes_on());
  if (!done.ok()) return done;
  if (cursor != 0) return absl::CancelledError("the agent stops");
  absl::MutexLock lock(&write_mutex_);
  return empty_log();
}

absl::Status CardShelf::mend(absl::FunctionRef<bool()> goes_on) {
  absl::MutexLock lock(&write_mutex_);
  absl::Status failure;
  {
    absl::MutexLock state_lock(&state_mutex_);
    failure = failure_;
  }
  recover(failure);
  return shred_cards_aside(files_, goes_on);
}

absl::StatusOr<bool> CardShelf::drop_altered() {
  absl::MutexLock lock(&write_mutex_);
  std::vector<int64_t> altered;
  {
    absl::MutexLock state_lock(&state_mutex_);
    altered.swap(altered_);
  }
  if (altered.empty()) return false;
  spdlog::error("event=cards_altered count={}", altered.size());
  absl::Status done = write([&](Open& open) -> absl::StatusOr<int64_t> {
    int64_t grown = 0;
    for (const int64_t card_id : altered) {
      const auto one = remove_card(*open.writer, card_id);
      if (!one.ok()) return one;
      grown += *one;
    }
    return grown;
  });
  if (!done.ok()) return done;
  return true;
}

void CardShelf::recover(const absl::Status& failure) {
  // A full disk leaves the file as it was.
  if (!sqlite::is_fatal(failure) || sqlite::is_full_disk(failure)) return;
  spdlog::error("event=cards_failed message=\"{}\"", absl::Utf8SafeCEscape(failure.message()));
  std::optional<CardSecret> secret;
  {
    absl::ReaderMutexLock lock(&mutex_);
    if (open_ == nullptr) return;
    secret = open_->secret;
  }
  close();
  const absl::Status opened = is_malformed(failure) ? make_anew(*secret) : try_open(*secret);
  if (!opened.ok()) {
    spdlog::error("event=cards_not_opened message=\"{}\"", absl::Utf8SafeCEscape(opened.message()));
  }
}

absl::StatusOr<bool> CardShelf::destroy() {
  absl::MutexLock lock(&write_mutex_);
  const bool is_any = CardSecret::read(files_.secret_path).ok() || feed().pass > 0;
  close();
  next_secret_.reset();
  absl::Status removed = shred_all_cards(files_);
  if (!removed.ok()) return removed;
  return is_any;
}

}  // namespace moadon::agent
