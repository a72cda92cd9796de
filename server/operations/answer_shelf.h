// The second shelf of member_cache.h: what memory has no room for.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "server/operations/answer_page.h"
#include "server/operations/known_member.h"

namespace moadon {

// What memory has no room for of today's answers is in a file that the system keeps in its page
// cache: to find one is one read of one page. The file is in the data directory, has no name, is
// for the owner's eyes only and is gone with the process. A key's hash says on which page it is; a
// page that is full forgets whom it was told of first.
//
// A disk that fails or is full turns the shelf off: then it finds nothing, keeps nothing, and holds
// nothing. That is logged once and costs nobody their answer.
//
// Thread-safe. Finding takes no lock.
class AnswerShelf final {
 public:
  static constexpr size_t kMaxPages = size_t{1} << 18;  // 1 GiB
  // How many keys a page is meant for. Half of what it has room for: hashes crowd some pages.
  static constexpr size_t kKeysPerPage = 5;
  // The shelf leaves the disk to the club unless so many of it have room.
  static constexpr uint64_t kMinFreeShelves = 4;

  // For a club of so many keys, of which it takes up disk for those asked for. Null, and said in
  // the log: the directory takes no such file, or the disk has little room.
  static std::unique_ptr<AnswerShelf> open(const std::string& directory, size_t key_count);
  ~AnswerShelf();
  AnswerShelf(const AnswerShelf&) = delete;
  AnswerShelf& operator=(const AnswerShelf&) = delete;

  std::optional<RememberedMember> find(absl::string_view key) const;

  // Keeps a member that `is_current`, which is asked when nobody else can write the page any more.
  void keep(absl::string_view key, const RememberedMember& member,
            absl::FunctionRef<bool()> is_current);

  // Takes these members off, to the last byte, whatever they were asked for by. Nothing of them
  // comes back that is not current. Reads the whole shelf. Fails when bytes may be left.
  absl::Status forget(const absl::flat_hash_set<int64_t>& member_ids);

  // For tests: all bytes of the file.
  std::string bytes() const;

 private:
  AnswerShelf(int file, size_t page_count) : file_(file), page_count_(page_count) {}

  bool read_page(size_t number, AnswerPage& page) const;
  bool write_page(size_t number, const AnswerPage& page);
  size_t page_of(absl::string_view key) const;
  absl::Mutex& writing(size_t page) { return writing_[page % writing_.size()]; }
  absl::Status turn_off(absl::string_view doing);

  const int file_;
  const size_t page_count_;
  std::atomic<bool> is_on_ = true;
  // Held from reading a page to writing it.
  std::array<absl::Mutex, 64> writing_;
};

}  // namespace moadon
