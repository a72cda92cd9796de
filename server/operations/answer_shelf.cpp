#include "server/operations/answer_shelf.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "absl/hash/hash.h"
#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "spdlog/spdlog.h"

namespace moadon {
namespace {

constexpr mode_t kOwnerOnly = S_IRUSR | S_IWUSR;

// A file without a name; -1: errno says why not.
int open_unnamed(const std::string& directory) {
  const int file = ::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, kOwnerOnly);
  if (file >= 0) return file;
  // Not every file system can.
  std::string path = absl::StrCat(directory, "/answers.XXXXXX");
  const int named = ::mkostemp(path.data(), O_CLOEXEC);
  if (named >= 0) ::unlink(path.c_str());
  return named;
}

bool has_room(int file, uint64_t bytes) {
  struct statvfs disk {};
  return ::fstatvfs(file, &disk) == 0 && disk.f_bavail * disk.f_frsize >= bytes;
}

// Of a call that moved `bytes`; else errno says why not.
bool is_page(ssize_t bytes) {
  if (bytes >= 0) errno = EIO;
  return bytes == static_cast<ssize_t>(AnswerPage::kBytes);
}

off_t place_of(size_t page) { return static_cast<off_t>(page * AnswerPage::kBytes); }

}  // namespace

std::unique_ptr<AnswerShelf> AnswerShelf::open(const std::string& directory, size_t key_count) {
  const size_t page_count = std::min(key_count / kKeysPerPage + 1, kMaxPages);
  const int file = open_unnamed(directory);
  if (file < 0) {
    spdlog::warn("answer_shelf=none error=\"{}\"", absl::ErrnoToStatus(errno, "open").ToString());
    return nullptr;
  }
  auto shelf = absl::WrapUnique(new AnswerShelf(file, page_count));
  const uint64_t bytes = page_count * AnswerPage::kBytes;
  if (!has_room(file, kMinFreeShelves * bytes)) {
    spdlog::warn("answer_shelf=none error=\"little room on the disk\" wanted_bytes={}",
                 kMinFreeShelves * bytes);
    return nullptr;
  }
  if (::ftruncate(file, place_of(page_count)) != 0) {
    spdlog::warn("answer_shelf=none error=\"{}\"", absl::ErrnoToStatus(errno, "size").ToString());
    return nullptr;
  }
  ::posix_fadvise(file, 0, 0, POSIX_FADV_RANDOM);
  return shelf;
}

AnswerShelf::~AnswerShelf() { ::close(file_); }

std::optional<RememberedMember> AnswerShelf::find(absl::string_view key) const {
  if (!is_on_.load(std::memory_order_relaxed)) return std::nullopt;
  AnswerPage page;
  if (!read_page(page_of(key), page)) return std::nullopt;
  return page.find(key);
}

void AnswerShelf::keep(absl::string_view key, const RememberedMember& member,
                       absl::FunctionRef<bool()> is_current) {
  const size_t number = page_of(key);
  bool worked = true;
  {
    absl::MutexLock lock(&writing(number));
    AnswerPage page;
    if (!is_on_.load() || !is_current()) return;
    worked = read_page(number, page) && (!page.put(key, member) || write_page(number, page));
  }
  if (!worked) turn_off("keep").IgnoreError();
}

absl::Status AnswerShelf::forget(const absl::flat_hash_set<int64_t>& member_ids) {
  for (size_t number = 0; number < page_count_; ++number) {
    bool worked = true;
    {
      absl::MutexLock lock(&writing(number));
      AnswerPage page;
      if (!is_on_.load()) return absl::OkStatus();
      worked = read_page(number, page) && (!page.drop(member_ids) || write_page(number, page));
    }
    if (!worked) return turn_off("forget");
  }
  return absl::OkStatus();
}

std::string AnswerShelf::bytes() const {
  std::string bytes;
  AnswerPage page;
  for (size_t number = 0; number < page_count_ && read_page(number, page); ++number) {
    bytes.append(page.data(), AnswerPage::kBytes);
  }
  return bytes;
}

bool AnswerShelf::read_page(size_t number, AnswerPage& page) const {
  return is_page(::pread(file_, page.data(), AnswerPage::kBytes, place_of(number)));
}

bool AnswerShelf::write_page(size_t number, const AnswerPage& page) {
  return is_page(::pwrite(file_, page.data(), AnswerPage::kBytes, place_of(number)));
}

size_t AnswerShelf::page_of(absl::string_view key) const {
  return absl::Hash<absl::string_view>()(key) % page_count_;
}

absl::Status AnswerShelf::turn_off(absl::string_view doing) {
  const absl::Status failed = absl::ErrnoToStatus(errno, absl::StrCat(doing, " an answer"));
  if (is_on_.exchange(false)) spdlog::warn("answer_shelf=off error=\"{}\"", failed.ToString());
  // Those who have not seen it are waited for: what they write goes, too.
  for (absl::Mutex& each : writing_) absl::MutexLock lock(&each);
  return ::ftruncate(file_, 0) == 0 ? absl::OkStatus() : absl::ErrnoToStatus(errno, "empty a file");
}

}  // namespace moadon
