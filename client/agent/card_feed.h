// Keeps the cards of members as the server has them.
#pragma once

#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/civil_time.h"
#include "absl/types/span.h"
#include "client/agent/card_shelf.h"
#include "client/agent/clock.h"
#include "client/agent/journal_enrolments.h"
#include "client/agent/journal_reserve.h"
#include "client/agent/program_shelf.h"
#include "client/agent/server_link.h"
#include "client/agent/tills.h"
#include "client/lib/cancellation.h"

namespace moadon::agent {

// A page that did not come in time is followed by one of half as many, one that did by one of twice
// as many.
inline constexpr int kCardPage = 2'000;
inline constexpr int kMinCardPage = 50;
inline constexpr absl::Duration kCardDeadline = absl::Seconds(10);
// How often the server is asked what changed, and how soon again after it did not answer well.
inline constexpr absl::Duration kCardPoll = absl::Seconds(3);
// How far the feed got is written at least this often while nothing changes.
inline constexpr int64_t kCardTimeKeptUs = 60'000'000;
// What a page, and the copy of a log of kFillingLogPages that it may bring about, take of the disk.
inline constexpr int64_t kCardRoomBytes = kFillingLogPages * 4'096;
// Facts price for cache_valid_hours after the server gave them, changed or not. So everything is
// fetched anew this many times in that time.
inline constexpr int64_t kRefillsPerValidity = 2;

// A thread that fetches cards in the name of one of this machine's registers and, once it has all,
// what changes. It goes on where it was after a restart. A refill is fetched beside what is there;
// who did not come with it is forgotten at its end, also as enrolled here: of those who were gone
// when it began nothing is told. When the server lets none of the registers in
// any more because they are revoked, the cards and their secret are destroyed: after the first call
// of whatever kind that is answered so.
//
// Thread-safe; everything handed over outlives it.
class CardFeed final {
 public:
  struct Parts {
    Tills& tills;
    ServerLink& link;
    CardShelf& cards;
    ProgramShelf& programs;
    EnrollmentBook& enrollments;
    // Without kCardRoomBytes to spare nothing is fetched: what room there is is the journal's.
    const JournalReserve& reserve;
    const Clock& clock;
    Cancellation& cancellation;  // cancelled before stop()
  };

  explicit CardFeed(const Parts& parts) : parts_(parts) {}
  ~CardFeed();  // stop()
  CardFeed(const CardFeed&) = delete;
  CardFeed& operator=(const CardFeed&) = delete;

  // Begins. Once.
  void start();
  // The server may be back.
  void try_now() ABSL_LOCKS_EXCLUDED(mutex_);
  void stop() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // What a turn came to.
  enum class Turn { kIdle, kMore };

  void run();
  bool wait_for_turn(Turn last) ABSL_LOCKS_EXCLUDED(mutex_);  // false: stop
  Turn work();
  // In the name of the first register that the server lets in.
  absl::StatusOr<Turn> fetch_for_any();
  bool are_all_revoked() const;
  // One page in the name of `till`.
  absl::StatusOr<Turn> fetch(Till& till);
  // `named`: whom those who were enrolled here were known to be when the page was asked for.
  absl::StatusOr<Turn> keep(const v1::FetchCardsResponse& page, FeedState next,
                            absl::Span<const std::string> named);
  absl::Status end_pass(FeedState state, absl::Span<const std::string> named);
  bool is_refill_due(const FeedState& state) const;
  void destroy();
  bool has_room() const;
  // What is damaged; and once a day whom the program does not name any more.
  absl::Status tidy();
  void note(const absl::Status& status);
  int64_t now_us() const;
  std::optional<absl::CivilDay> today(const v1::Program& program) const;

  // Fixed at construction.
  const Parts parts_;

  // Used by the thread only.
  std::optional<absl::CivilDay> tidied_on_;
  bool must_refill_ = false;
  int page_cards_ = kCardPage;
  v1::Reason logged_reason_ = v1::REASON_UNSPECIFIED;

  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool try_now_ ABSL_GUARDED_BY(mutex_) = false;

  std::thread thread_;
};

}  // namespace moadon::agent
