#include "plugin/src/agent_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <ctime>

namespace moadon::pos {
namespace {

constexpr std::size_t kSmallFileMaxBytes = 4096;

// The first line of a small file, without its end.
std::optional<std::string> read_line(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (file < 0) return std::nullopt;
  std::array<char, kSmallFileMaxBytes> buffer;
  ssize_t count = 0;
  do {
    count = ::read(file, buffer.data(), buffer.size());
  } while (count < 0 && errno == EINTR);
  ::close(file);
  if (count <= 0) return std::nullopt;
  const std::string_view text(buffer.data(), static_cast<std::size_t>(count));
  std::string_view line = text.substr(0, text.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return std::string(line);
}

}  // namespace

std::optional<std::uint16_t> read_agent_port(const std::string& agent_dir) {
  const auto line = read_line(agent_dir + "/agent.port");
  if (!line) return std::nullopt;
  std::uint16_t port = 0;
  const char* end = line->data() + line->size();
  const auto parsed = std::from_chars(line->data(), end, port);
  if (parsed.ec != std::errc() || parsed.ptr != end || port == 0) return std::nullopt;
  return port;
}

std::optional<std::string> read_local_token(const std::string& agent_dir,
                                            const std::string& register_id) {
  auto line = read_line(agent_dir + "/registers/" + register_id + ".local-token");
  const auto visible = [](char c) { return c > ' ' && c < '\x7F'; };
  if (!line || line->empty() || !std::all_of(line->begin(), line->end(), visible)) {
    return std::nullopt;
  }
  return line;
}

void append_log(const std::string& path, std::string_view line) {
  if (path.empty()) return;
  const int file =
      ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
  if (file < 0) return;
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  std::array<char, 32> stamp{};
  gmtime_r(&now, &parts);
  std::strftime(stamp.data(), stamp.size(), "%Y-%m-%dT%H:%M:%SZ ", &parts);
  const std::string text = std::string(stamp.data()).append(line).append("\n");
  // One write, so that lines of several registers do not mix.
  const ssize_t written = ::write(file, text.data(), text.size());
  static_cast<void>(written);
  ::close(file);
}

}  // namespace moadon::pos
