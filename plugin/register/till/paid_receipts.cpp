#include "plugin/register/till/paid_receipts.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include "plugin/register/till/refusal_text.h"

namespace moadon {
namespace {

constexpr int kDeliverTimeoutMs = 5'000;

std::string entry_line(const PaidReceipts::Entry& entry) {
  return json_line({{"method", entry.method}, {"request", entry.request}}) + "\n";
}

// Writes `text` at the end of `path` and syncs it.
bool write_synced(const std::string& path, const std::string& text, int flags) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);
  if (file < 0) return false;
  size_t written = 0;
  while (written < text.size()) {
    const ssize_t count = write(file, text.data() + written, text.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    written += static_cast<size_t>(count);
  }
  const bool synced = written == text.size() && fsync(file) == 0;
  return close(file) == 0 && synced;
}

bool sync_folder(const std::filesystem::path& folder) {
  const int file = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return false;
  const bool synced = fsync(file) == 0;
  close(file);
  return synced;
}

}  // namespace

PaidReceipts::PaidReceipts(std::string path) : path_(std::move(path)) {
  std::error_code ignored;  // A folder that cannot be made shows when the first entry is kept.
  const auto folder = std::filesystem::path(path_).parent_path();
  if (std::filesystem::create_directories(folder, ignored)) {
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, ignored);
  }
  std::ifstream file(path_);
  std::string line;
  while (std::getline(file, line)) {
    const Json entry = Json::parse(line, nullptr, false);
    if (text_of(entry, "method").empty()) continue;
    entries_.push_back({text_of(entry, "method"), part_of(entry, "request")});
  }
}

std::string PaidReceipts::keep(const Entry& entry) {
  entries_.push_back(entry);
  return save();
}

void PaidReceipts::forget_last() {
  entries_.pop_back();
  save();  // If the disk refuses, the entry is repeated later, and that changes nothing.
}

size_t PaidReceipts::deliver(Club& club, const OnRefused& on_refused) {
  while (!entries_.empty()) {
    const Entry entry = entries_.front();
    const Answer answer = club.call(entry.method, entry.request, kDeliverTimeoutMs);
    if (!answer.ok && is_absence(answer.refusal)) break;
    if (!answer.ok) {
      if (!write_synced(path_ + ".refused", entry_line(entry), O_APPEND)) break;
      on_refused(entry, answer.refusal);
    }
    entries_.erase(entries_.begin());
    save();
  }
  return entries_.size();
}

// Replaces the file as a whole, so that it is always either the old or the new one.
std::string PaidReceipts::save() const {
  std::string text;
  for (const Entry& entry : entries_) text += entry_line(entry);
  const std::string next = path_ + ".next";
  if (!write_synced(next, text, O_TRUNC) || rename(next.c_str(), path_.c_str()) != 0 ||
      !sync_folder(std::filesystem::path(path_).parent_path())) {
    return std::strerror(errno);
  }
  return {};
}

}  // namespace moadon
