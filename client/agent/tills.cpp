#include "client/agent/tills.h"

#include <spdlog/spdlog.h>

#include "absl/strings/escaping.h"

namespace moadon::agent {

Till* Tills::find(absl::string_view local_token) {
  absl::MutexLock lock(&mutex_);
  if (Till* till = till_with(local_token); till != nullptr) return till;
  const bool is_due = directory_.registers_mark() != mark_ ||
                      parts_.clock.monotonic() - scanned_at_ >= kRescanPause;
  if (!is_due || stopping_) return nullptr;
  scan();
  return till_with(local_token);
}

Till* Tills::till_with(absl::string_view local_token) const {
  const auto found = by_token_.find(local_token);
  return found == by_token_.end() ? nullptr : found->second;
}

void Tills::refresh() {
  absl::MutexLock lock(&mutex_);
  if (!stopping_ && directory_.registers_mark() != mark_) scan();
}

std::vector<Till*> Tills::all() const {
  absl::MutexLock lock(&mutex_);
  std::vector<Till*> tills;
  for (const auto& [id, till] : by_id_) tills.push_back(till.get());
  return tills;
}

void Tills::try_now() {
  absl::MutexLock lock(&mutex_);
  for (const auto& [id, till] : by_id_) till->courier.try_now();
}

void Tills::stop() {
  std::vector<Till*> tills;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    for (const auto& [id, till] : by_id_) tills.push_back(till.get());
  }
  for (Till* till : tills) till->courier.stop();
}

void Tills::scan() {
  mark_ = directory_.registers_mark();  // first: what changes meanwhile is seen the next time
  scanned_at_ = parts_.clock.monotonic();
  const absl::StatusOr<std::vector<RegisterFiles>> registers = directory_.registers();
  if (!registers.ok()) {
    spdlog::error("event=registers_unreadable message=\"{}\"",
                  absl::Utf8SafeCEscape(registers.status().message()));
    return;
  }
  by_token_.clear();
  int shared_tokens = 0;
  for (const RegisterFiles& files : *registers) {
    std::unique_ptr<Till>& till = by_id_[files.register_id];
    if (till == nullptr) {
      till = std::make_unique<Till>(files, parts_);
      spdlog::info("event=register_served register={}", files.register_id);
    }
    if (till->line.set_token(files.server_token)) till->courier.try_now();
    if (files.local_token.empty()) continue;
    const auto [holder, is_new] = by_token_.emplace(files.local_token, till.get());
    if (is_new) continue;
    holder->second = nullptr;
    ++shared_tokens;
  }
  if (shared_tokens > 0 && shared_tokens != shared_tokens_) {
    spdlog::error("event=local_token_shared duplicates={}", shared_tokens);
  }
  shared_tokens_ = shared_tokens;
}

}  // namespace moadon::agent
