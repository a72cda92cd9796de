// A real club in a temporary directory, for tests: operations as plain calls, a clock that stands
// still until it is moved.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "moadon/v1/sale.pb.h"
#include "moadon/v1/sync_service.pb.h"
#include "server/clock.h"
#include "server/operations/club.h"
#include "sqlite/test_files.h"

namespace moadon {

// Thread-safe.
class StoppedClock final : public Clock {
 public:
  explicit StoppedClock(int64_t now_us) : now_us_(now_us) {}
  int64_t now_us() const override ABSL_LOCKS_EXCLUDED(mutex_) {
    const int64_t read_us = now_us_.load();
    if (const std::function<void()> event = take_event()) event();
    return read_us;
  }
  void set(int64_t now_us) { now_us_ = now_us; }
  // What happens right after the next reading, before its reader goes on.
  void after_reading(std::function<void()> event) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    event_ = std::move(event);
  }

 private:
  std::function<void()> take_event() const ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return std::exchange(event_, nullptr);
  }

  std::atomic<int64_t> now_us_;
  mutable absl::Mutex mutex_;
  mutable std::function<void()> event_ ABSL_GUARDED_BY(mutex_);
};

// RFC 3339, such as 2026-03-01T10:00:00Z.
int64_t us(absl::string_view time);
google::protobuf::Timestamp at(absl::string_view time);

// Runs an operation `start(answer)` and waits for its answer.
template <typename Response, typename Start>
absl::StatusOr<Response> wait_for(Start start) {
  absl::StatusOr<Response> response = absl::UnknownError("no answer");
  absl::Notification done;
  start(Answer<Response>([&](absl::StatusOr<Response> answered) {
    response = std::move(answered);
    done.Notify();
  }));
  done.WaitForNotification();
  return response;
}

// A club with a program (UTC, IL), branch b1 and, as asked, registers. Times are in 2026 unless
// set.
class TestClub final {
 public:
  explicit TestClub(const std::vector<std::string>& registers = {"r1"})
      : TestClub(program(), registers) {}
  // With another program, in force from the beginning of time.
  explicit TestClub(const v1::Program& first, const std::vector<std::string>& registers = {"r1"});

  Club& club() { return *club_; }
  StoppedClock& clock() { return clock_; }
  const std::string& directory() const { return directory_.path(); }
  // Stops the club and opens the same directory again.
  void reopen();

  // A register that believes its own times unless `replays_history` is false.
  void add_register(const std::string& register_id, bool replays_history = true);
  v1::Program publish(const v1::Program& program);
  static v1::Program program();

  // The answer's only outcome.
  v1::RecordOutcome record(const std::string& register_id, const v1::Sale& sale,
                           const v1::RecordContext& context = {});
  v1::RecordOutcome record(const std::string& register_id, const v1::Return& returned,
                           const v1::RecordContext& context = {});
  v1::RecordResponse record(const std::string& register_id, const v1::RecordRequest& request);
  // Enrolls by card and answers with the member's id.
  std::string enroll(const std::string& card, absl::string_view time);
  void erase(const std::string& member_id);
  // Ages until nobody is due; how many were.
  int64_t age();
  // All disagreements that verify finds, as text.
  std::vector<std::string> verify();
  v1::GetMemberResponse member(const std::string& card);
  // What an agent that priced for the member just now would send with the sale.
  v1::RecordContext context(const std::string& card);
  v1::RecordedSale recorded(const std::string& register_id, const std::string& receipt);

  // The only integer of a query on the file, for what no operation shows.
  int64_t query(const std::string& sql);
  // Runs SQL behind the club's back.
  void tamper(const std::string& sql);

 private:
  sqlite::TestDirectory directory_;
  StoppedClock clock_;
  std::unique_ptr<Club> club_;
};

struct TestLine {
  std::string sku;
  int64_t quantity_milli = 1000;
  int64_t unit_price_minor = 1000;
};

v1::Sale sale(const std::string& receipt, absl::string_view time, const std::string& card,
              const std::vector<TestLine>& lines);
v1::Return returned(const std::string& receipt, absl::string_view time,
                    const std::vector<TestLine>& lines);
v1::Return returned_from(const std::string& original_register, const std::string& original_receipt,
                         v1::Return document);

}  // namespace moadon
