#include "client/agent/agent_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/agent/journal_seal.h"
#include "rules/check.h"
#include "rules/refusal.h"

namespace moadon::agent {
namespace {

constexpr mode_t kDirectoryMode = 0700;
constexpr mode_t kFileMode = 0600;
constexpr absl::string_view kLocalToken = ".local-token";
constexpr absl::string_view kServerToken = ".server-token";

// An open descriptor, closed at the end.
class File final {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int get() const { return descriptor_; }
  bool is_open() const { return descriptor_ >= 0; }

 private:
  const int descriptor_;
};

absl::Status make_directory(const std::string& path) {
  if (::mkdir(path.c_str(), kDirectoryMode) == 0 || errno == EEXIST) return absl::OkStatus();
  return absl::ErrnoToStatus(errno, absl::StrCat("make directory ", path));
}

bool is_token(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxTokenBytes &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return absl::ascii_isgraph(c); });
}

// The token in a file; empty when there is none that could be one.
std::string read_token(const std::string& path) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.is_open()) return "";
  std::array<char, kMaxTokenBytes + 2> buffer;
  const ssize_t size = ::read(file.get(), buffer.data(), buffer.size());
  if (size <= 0) return "";
  const absl::string_view text =
      absl::StripAsciiWhitespace(absl::string_view(buffer.data(), static_cast<size_t>(size)));
  return is_token(text) ? std::string(text) : "";
}

absl::Status write_all(int file, absl::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(file, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return absl::ErrnoToStatus(errno, "write");
    content.remove_prefix(static_cast<size_t>(written));
  }
  return ::fsync(file) == 0 ? absl::OkStatus() : absl::ErrnoToStatus(errno, "sync");
}

absl::StatusOr<std::string> random_bytes(size_t count) {
  std::string bytes(count, '\0');
  if (::getrandom(bytes.data(), count, 0) != static_cast<ssize_t>(count)) {
    return absl::ErrnoToStatus(errno, "read random bytes");
  }
  return bytes;
}

absl::StatusOr<std::string> new_local_token() {
  const absl::StatusOr<std::string> bytes = random_bytes(kLocalTokenRandomBytes);
  if (!bytes.ok()) return bytes.status();
  return absl::WebSafeBase64Escape(*bytes);
}

// What is in the file, of any size; NOT_FOUND: no such file.
absl::StatusOr<std::string> read_key(const std::string& path) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.is_open()) return absl::ErrnoToStatus(errno, absl::StrCat("open ", path));
  std::array<char, kJournalKeyBytes + 1> buffer;
  const ssize_t size = ::read(file.get(), buffer.data(), buffer.size());
  if (size < 0) return absl::ErrnoToStatus(errno, absl::StrCat("read ", path));
  return std::string(buffer.data(), static_cast<size_t>(size));
}

}  // namespace

absl::Status AgentDirectory::create() const {
  for (size_t end = path_.find('/', 1); end != std::string::npos; end = path_.find('/', end + 1)) {
    absl::Status made = make_directory(path_.substr(0, end));
    if (!made.ok()) return made;
  }
  absl::Status made = make_directory(path_);
  if (made.ok()) made = make_directory(registers_path());
  return made;
}

absl::StatusOr<std::string> AgentDirectory::journal_key() const {
  const std::string path = path_ + "/journal.key";
  absl::StatusOr<std::string> key = read_key(path);
  if (key.ok() && key->size() == kJournalKeyBytes) return key;
  if (!key.ok() && !absl::IsNotFound(key.status())) return key;
  if (key.ok() && ::rename(path.c_str(), (path + ".unusable").c_str()) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("rename ", path));
  }
  key = random_bytes(kJournalKeyBytes);
  if (!key.ok()) return key;
  absl::Status written = write_file(path, *key);
  if (!written.ok()) return written;
  return key;
}

absl::Status AgentDirectory::write_port(std::uint16_t port) const {
  return write_file(path_ + "/agent.port", absl::StrCat(port, "\n"));
}

void AgentDirectory::remove_port() const { ::unlink((path_ + "/agent.port").c_str()); }

absl::StatusOr<std::vector<RegisterFiles>> AgentDirectory::registers() const {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(registers_path().c_str()),
                                                      &::closedir);
  if (directory == nullptr) return absl::ErrnoToStatus(errno, registers_path());
  std::vector<RegisterFiles> registers;
  while (const dirent* file = ::readdir(directory.get())) {
    absl::string_view id = file->d_name;
    if (!absl::ConsumeSuffix(&id, kLocalToken) || !check_id(id, "register_id").ok()) continue;
    if (static_cast<int>(registers.size()) == kMaxRegisters) break;
    const std::string stem = absl::StrCat(registers_path(), "/", id);
    registers.push_back({std::string(id), read_token(absl::StrCat(stem, kLocalToken)),
                         read_token(absl::StrCat(stem, kServerToken))});
  }
  std::sort(registers.begin(), registers.end(), [](const RegisterFiles& a, const RegisterFiles& b) {
    return a.register_id < b.register_id;
  });
  return registers;
}

int64_t AgentDirectory::registers_mark() const {
  struct stat facts {};
  if (::stat(registers_path().c_str(), &facts) != 0) return 0;
  return int64_t{facts.st_mtim.tv_sec} * 1'000'000'000 + facts.st_mtim.tv_nsec;
}

absl::Status AgentDirectory::add_register(absl::string_view register_id,
                                          absl::string_view server_token) const {
  absl::Status checked = check_id(register_id, "register_id");
  if (!checked.ok()) return checked;
  if (!is_token(server_token)) {
    return refuse(server_token.empty() ? v1::REASON_FIELD_MISSING : v1::REASON_FIELD_INVALID,
                  "the register's token must be one line of visible ASCII", {{"field", "token"}});
  }
  absl::Status created = create();
  if (!created.ok()) return created;
  const std::string stem = absl::StrCat(registers_path(), "/", register_id);
  // The server's first: a register that the agent sees has both.
  absl::Status written =
      write_file(absl::StrCat(stem, kServerToken), absl::StrCat(server_token, "\n"));
  if (!written.ok() || !read_token(absl::StrCat(stem, kLocalToken)).empty()) return written;
  const absl::StatusOr<std::string> local_token = new_local_token();
  if (!local_token.ok()) return local_token.status();
  return write_file(absl::StrCat(stem, kLocalToken), absl::StrCat(*local_token, "\n"));
}

absl::Status AgentDirectory::write_file(const std::string& path, absl::string_view content) {
  const std::string draft = absl::StrCat(path, ".new-", ::getpid());
  {
    const File file(
        ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, kFileMode));
    if (!file.is_open()) return absl::ErrnoToStatus(errno, absl::StrCat("create ", draft));
    absl::Status written = write_all(file.get(), content);
    if (!written.ok()) {
      ::unlink(draft.c_str());
      return written;
    }
  }
  if (::rename(draft.c_str(), path.c_str()) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("rename to ", path));
  }
  const size_t slash = path.rfind('/');
  const File directory(::open(slash == std::string::npos ? "." : path.substr(0, slash + 1).c_str(),
                              O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.is_open()) ::fsync(directory.get());
  return absl::OkStatus();
}

}  // namespace moadon::agent
