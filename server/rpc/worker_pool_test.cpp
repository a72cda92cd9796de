#include "server/rpc/worker_pool.h"

#include <atomic>

#include "absl/synchronization/notification.h"
#include "rules/refusal.h"
#include "tests/catch.h"

namespace moadon::rpc {
namespace {

TEST_CASE("a full queue turns a task away at once and busy") {
  absl::Notification started;
  absl::Notification finish;
  std::atomic<int> ran{0};
  WorkerPool pool("test", 1, 1);
  pool.submit([&](const absl::Status& admitted) {
    CHECK(admitted.ok());
    started.Notify();
    finish.WaitForNotification();
    ++ran;
  });
  started.WaitForNotification();
  pool.submit([&](const absl::Status& admitted) { ran += admitted.ok() ? 1 : 0; });
  absl::Status turned_away;
  pool.submit([&](const absl::Status& admitted) { turned_away = admitted; });
  CHECK(reason_of(turned_away) == v1::REASON_BUSY);
  finish.Notify();
  pool.stop();
  CHECK(ran == 2);
}

TEST_CASE("a stopped pool has run what was queued and takes no more") {
  std::atomic<int> ran{0};
  WorkerPool pool("test", 3, 100);
  for (int i = 0; i < 50; ++i) {
    pool.submit([&](const absl::Status& admitted) { ran += admitted.ok() ? 1 : 0; });
  }
  pool.stop();
  CHECK(ran == 50);
  absl::Status turned_away;
  pool.submit([&](const absl::Status& admitted) { turned_away = admitted; });
  CHECK(reason_of(turned_away) == v1::REASON_STOPPING);
  pool.stop();
}

}  // namespace
}  // namespace moadon::rpc
