#include "server/operations/club.h"

#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "server/operations/club_view_builder.h"
#include "server/operations/secret_file.h"
#include "server/operations/tokens.h"
#include "server/operations/writer_state.h"
#include "server/storage/member_details_store.h"
#include "server/storage/member_store.h"

namespace moadon {
namespace {

// Makes the secrets of a new club. The token's file comes first: a crash in between leaves a token
// that nothing knows, and the next start makes another.
absl::Status found_club(ClubDatabase& database, const std::string& directory) {
  absl::StatusOr<std::string> token = new_token();
  if (!token.ok()) return token.status();
  absl::StatusOr<std::string> digest_key = random_secret();
  if (!digest_key.ok()) return digest_key.status();
  const absl::Status written =
      write_secret_file(absl::StrCat(directory, "/", kOwnerTokenFileName), *token);
  if (!written.ok()) return written;
  const storage::ClubRow club{*std::move(digest_key), token_hash(*token)};
  return database.writer().run(
      [&club](sqlite::Connection& connection) { return storage::insert_club(connection, club); });
}

struct Loaded {
  ClubViewPtr view;
  int64_t last_change_us = 0;
  int64_t key_count = 0;
};

absl::StatusOr<Loaded> load(ClubDatabase& database) {
  sqlite::ReaderLease reader = database.readers().lease();
  absl::StatusOr<ClubViewPtr> view = ClubViewBuilder::load(*reader);
  if (!view.ok()) return view.status();
  const absl::StatusOr<int64_t> newest = storage::newest_change_us(*reader);
  if (!newest.ok()) return newest.status();
  const absl::StatusOr<int64_t> keys = storage::count_keys(*reader);
  if (!keys.ok()) return keys.status();
  return Loaded{*std::move(view), *newest, *keys};
}

// None where memory has room for everybody.
std::unique_ptr<AnswerShelf> open_shelf(const std::string& directory, int64_t key_count) {
  if (key_count <= static_cast<int64_t>(kSurelyCachedKeys)) return nullptr;
  return AnswerShelf::open(directory, static_cast<size_t>(key_count));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Club>> Club::open(const std::string& directory, const Clock& clock,
                                                 sqlite::GroupCommit::FailureHandler on_failure) {
  auto database = ClubDatabase::open(directory, std::move(on_failure));
  if (!database.ok()) return database.status();
  absl::StatusOr<Loaded> loaded = load(**database);
  if (loaded.ok() && loaded->view->digest_key().empty()) {
    const absl::Status founded = found_club(**database, directory);
    if (!founded.ok()) return founded;
    loaded = load(**database);
  }
  if (!loaded.ok()) return loaded.status();
  auto state = std::make_unique<WriterState>(clock, loaded->view, loaded->last_change_us);
  auto club = absl::WrapUnique(
      new Club(*std::move(database), clock, std::move(state), std::move(loaded->view)));
  club->members_.use_shelf(open_shelf(directory, loaded->key_count));
  return club;
}

Club::Club(std::unique_ptr<ClubDatabase> database, const Clock& clock,
           std::unique_ptr<WriterState> writer_state, ClubViewPtr view)
    : clock_(clock),
      writer_state_(std::move(writer_state)),
      view_(std::move(view)),
      database_(std::move(database)) {}

Club::~Club() { stop(); }

ClubViewPtr Club::view() const {
  absl::MutexLock lock(&mutex_);
  return view_;
}

void Club::stop() { database_->stop(); }

struct Club::Staged {
  ClubViewPtr view;  // null: the view stays
  WriterState::Changes changes;
};

void Club::begin_changes(const Staged& staged) {
  for (const int64_t member_id : staged.changes.members) members_.begin_change(member_id);
  if (staged.changes.all) members_.begin_change_of_all();
}

void Club::end_changes(const Staged& staged) {
  for (const int64_t member_id : staged.changes.members) members_.end_change(member_id);
  if (staged.changes.all) members_.end_change_of_all();
}

void Club::submit(absl::AnyInvocable<absl::Status(sqlite::Connection&, WriterState&) &&> work,
                  absl::AnyInvocable<void(absl::Status) &&> done) {
  // Filled on the writer's thread when the work succeeds. Owned by the completion's closure, which
  // outlives the operation.
  auto staged = std::make_unique<Staged>();
  Staged* const staged_by_work = staged.get();
  database_->writer().submit(
      [this, work = std::move(work), staged_by_work](sqlite::Connection& connection) mutable {
        const ClubViewPtr before = writer_state_->view();
        absl::Status worked = std::move(work)(connection, *writer_state_);
        WriterState::Changes changes = writer_state_->take_changes();
        if (worked.ok()) {
          staged_by_work->changes = std::move(changes);
          begin_changes(*staged_by_work);
        }
        if (writer_state_->view() == before) return worked;
        if (worked.ok()) {
          staged_by_work->view = writer_state_->view();
        } else {
          writer_state_->stage(before);
        }
        return worked;
      },
      [this, done = std::move(done), staged = std::move(staged)](absl::Status outcome) mutable {
        end_changes(*staged);
        if (staged->view != nullptr) settle(std::move(staged->view), outcome.ok());
        std::move(done)(std::move(outcome));
      });
}

void Club::settle(ClubViewPtr staged, bool durable) {
  if (!durable) {
    writer_state_->stage(view());
    return;
  }
  absl::MutexLock lock(&mutex_);
  view_ = std::move(staged);
}

}  // namespace moadon
