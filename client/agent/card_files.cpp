#include "client/agent/card_files.h"

#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/agent/file_shredder.h"
#include "client/agent/sibling_files.h"

namespace moadon::agent {
namespace {

namespace fs = std::filesystem;

constexpr absl::string_view kAside = ".aside-";

// The file itself last: a log that outlives it would be taken for the next one's.
std::vector<std::string> names_of_cards(const CardFiles& files) {
  const std::string& path = files.cards_path;
  return {path + "-wal", path + "-shm", path + "-journal", path};
}

absl::Status failed(const std::error_code& code, absl::string_view doing, const std::string& path) {
  return absl::ErrnoToStatus(code.value(), absl::StrCat(doing, " ", path));
}

std::string unused_name(const CardFiles& files) {
  std::error_code unknown;
  for (int number = 1;; ++number) {
    std::string name = absl::StrCat(files.cards_path, kAside, number);
    if (!fs::exists(fs::symlink_status(name, unknown))) return name;
  }
}

bool always() { return true; }

}  // namespace

absl::Status set_cards_aside(const CardFiles& files) {
  for (const std::string& name : names_of_cards(files)) {
    std::error_code code;
    fs::rename(name, unused_name(files), code);
    if (code && code != std::errc::no_such_file_or_directory) return failed(code, "rename", name);
  }
  return absl::OkStatus();
}

absl::Status shred_cards_aside(const CardFiles& files, absl::FunctionRef<bool()> goes_on) {
  const auto names = files_starting_with(absl::StrCat(files.cards_path, kAside));
  if (!names.ok()) return names.status();
  absl::Status shredded;
  for (const std::string& name : *names) shredded.Update(shred_file(name, goes_on));
  return shredded;
}

absl::Status shred_all_cards(const CardFiles& files) {
  // The secret first: without it the cards tell nothing.
  absl::Status shredded = shred_file(files.secret_path, always);
  for (const std::string& name : names_of_cards(files)) shredded.Update(shred_file(name, always));
  shredded.Update(shred_cards_aside(files, always));
  return shredded;
}

}  // namespace moadon::agent
