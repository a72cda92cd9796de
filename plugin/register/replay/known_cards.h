// The cards whose member ids a replay has learned.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace moadon {

// Shared by the workers of one replay; locks itself. The cards' texts must outlive it.
class KnownCards final {
 public:
  // The member who holds the card, if that was learned.
  std::optional<std::string> member_of(std::string_view card) const {
    const std::lock_guard lock(mutex_);
    const auto found = members_.find(card);
    if (found == members_.end()) return std::nullopt;
    return found->second;
  }

  // Remembers who holds the card.
  void learn(std::string_view card, const std::string& member_id) {
    const std::lock_guard lock(mutex_);
    members_.insert_or_assign(card, member_id);
  }

  // Notes that this replay enrolled the card; true the first time, for two registers may both have
  // found it unknown.
  bool note_enrolled(std::string_view card) {
    const std::lock_guard lock(mutex_);
    return enrolled_.insert(card).second;
  }

 private:
  mutable std::mutex mutex_;
  // Under mutex_.
  std::unordered_map<std::string_view, std::string> members_;
  std::unordered_set<std::string_view> enrolled_;
};

}  // namespace moadon
