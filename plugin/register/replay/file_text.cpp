#include "plugin/register/replay/file_text.h"

#include <fmt/format.h>
#include <zlib.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <type_traits>

namespace moadon {
namespace {

constexpr size_t kFileMaxBytes = size_t{4} << 30;
constexpr unsigned kBlockBytes = 1 << 20;

struct CloseFile {
  void operator()(gzFile file) const { gzclose(file); }
};

}  // namespace

std::optional<std::string> read_file_text(const std::string& path, std::string& problem) {
  const std::unique_ptr<std::remove_pointer_t<gzFile>, CloseFile> file(gzopen(path.c_str(), "rb"));
  if (file == nullptr) {
    problem = fmt::format("{}: {}", path, std::strerror(errno));
    return std::nullopt;
  }
  std::string text;
  for (;;) {
    const size_t before = text.size();
    text.resize(before + kBlockBytes);
    const int read = gzread(file.get(), text.data() + before, kBlockBytes);
    text.resize(before + static_cast<size_t>(read > 0 ? read : 0));
    int error = Z_OK;
    const char* message = gzerror(file.get(), &error);
    if (error != Z_OK) {  // Z_BUF_ERROR: the file ends in the middle of the compressed stream.
      // zlib names the file in its own messages.
      problem = error == Z_ERRNO ? fmt::format("{}: {}", path, std::strerror(errno)) : message;
      return std::nullopt;
    }
    if (read <= 0) return text;
    if (text.size() > kFileMaxBytes) {
      problem = fmt::format("{}: larger than {} bytes", path, kFileMaxBytes);
      return std::nullopt;
    }
  }
}

}  // namespace moadon
