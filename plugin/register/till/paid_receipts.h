// Paid sales and returns that the club has not confirmed yet, on the till's own disk.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "plugin/register/club.h"

namespace moadon {

// A till writes down what was paid before it tells the club: a cut of power, a missing agent or a
// lost answer then loses nothing, because the same call is repeated, unchanged, until it is
// answered. One thread, and one till at a time per file.
class PaidReceipts final {
 public:
  // One call to repeat.
  struct Entry {
    std::string method;
    Json request;
  };

  // Reads what an earlier run left in `path`. The folder is made when needed.
  explicit PaidReceipts(std::string path);

  // Adds an entry and syncs it to the disk. An empty text, or why the disk would not: the entry is
  // then kept in memory only.
  std::string keep(const Entry& entry);

  // The last entry was answered, or was not accepted and not paid.
  void forget_last();

  // What became of an entry that the club refused for good: it leaves the queue, for the file
  // `path`.refused.
  using OnRefused = std::function<void(const Entry&, const Refusal&)>;
  // Repeats every entry, oldest first, until one finds no club. How many are left.
  size_t deliver(Club& club, const OnRefused& on_refused);

  size_t size() const { return entries_.size(); }

 private:
  std::string save() const;

  const std::string path_;
  std::vector<Entry> entries_;
};

}  // namespace moadon
