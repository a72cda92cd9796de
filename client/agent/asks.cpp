#include "client/agent/asks.h"

#include "absl/strings/str_cat.h"

namespace moadon::agent {

bool AskMemory::note(absl::string_view member_id, absl::string_view field, absl::Duration now) {
  std::string ask = absl::StrCat(member_id, " ", field);
  absl::MutexLock lock(&mutex_);
  while (!order_.empty() &&
         (order_.size() >= kMaxRememberedAsks || now - order_.front().first >= kAskedRecently)) {
    asked_at_.erase(order_.front().second);
    order_.pop_front();
  }
  if (!asked_at_.emplace(ask, now).second) return false;
  order_.emplace_back(now, std::move(ask));
  return true;
}

void AskReports::add(v1::Asked asked) {
  absl::MutexLock lock(&mutex_);
  if (waiting_.size() >= kMaxUnreportedAsks) waiting_.pop_front();
  waiting_.push_back(std::move(asked));
}

v1::NoteAskedRequest AskReports::begin_report() {
  absl::MutexLock lock(&mutex_);
  while (!waiting_.empty() && under_way_.asks_size() < kMaxAsksPerReport) {
    *under_way_.add_asks() = std::move(waiting_.front());
    waiting_.pop_front();
  }
  return under_way_;
}

void AskReports::end_report() {
  absl::MutexLock lock(&mutex_);
  under_way_.Clear();
  failures_ = 0;
}

void AskReports::fail_report() {
  absl::MutexLock lock(&mutex_);
  if (++failures_ < kMaxReportTries) return;
  under_way_.Clear();
  failures_ = 0;
}

}  // namespace moadon::agent
