#include "sqlite/wal_file.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace moadon::sqlite {
namespace {

constexpr uint32_t kMagic = 0x377f0682;  // its last bit: the checksum reads big-endian words
constexpr uint32_t kBigEndianBit = 1;
constexpr size_t kUsualPageBytes = 4096;
constexpr size_t kMinPageBytes = 512;
constexpr size_t kMaxPageBytes = 65536;
constexpr size_t kSummedHeaderBytes = 24;
constexpr size_t kSummedFrameHeaderBytes = 8;
constexpr size_t kSaltsAt = 8;
constexpr size_t kSaltsBytes = 8;
constexpr size_t kSumAt = 16;

uint32_t byte_at(absl::string_view bytes, size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

uint32_t big_endian(absl::string_view bytes, size_t at) {
  return byte_at(bytes, at) << 24 | byte_at(bytes, at + 1) << 16 | byte_at(bytes, at + 2) << 8 |
         byte_at(bytes, at + 3);
}

uint32_t little_endian(absl::string_view bytes, size_t at) {
  return byte_at(bytes, at + 3) << 24 | byte_at(bytes, at + 2) << 16 | byte_at(bytes, at + 1) << 8 |
         byte_at(bytes, at);
}

using Sum = std::array<uint32_t, 2>;

Sum sum_of(absl::string_view bytes, Sum sum, bool is_big_endian) {
  const auto word = is_big_endian ? big_endian : little_endian;
  for (size_t at = 0; at + 8 <= bytes.size(); at += 8) {
    sum[0] += word(bytes, at) + sum[1];
    sum[1] += word(bytes, at + 4) + sum[0];
  }
  return sum;
}

struct Header {
  size_t page_bytes = 0;
  bool is_big_endian = false;
  std::string salts;
  Sum sum = {};
};

bool is_page_size(size_t bytes) {
  return bytes >= kMinPageBytes && bytes <= kMaxPageBytes && (bytes & (bytes - 1)) == 0;
}

// Nothing: it is none.
std::optional<Header> header_in(absl::string_view bytes) {
  const uint32_t magic = big_endian(bytes, 0);
  if ((magic & ~kBigEndianBit) != kMagic) return std::nullopt;
  Header header;
  header.is_big_endian = (magic & kBigEndianBit) != 0;
  header.page_bytes = big_endian(bytes, 8);
  header.salts = std::string(bytes.substr(16, kSaltsBytes));
  header.sum = sum_of(bytes.substr(0, kSummedHeaderBytes), {}, header.is_big_endian);
  const Sum said = {big_endian(bytes, 24), big_endian(bytes, 28)};
  if (header.sum != said || !is_page_size(header.page_bytes)) return std::nullopt;
  return header;
}

// Walks the frames in the order of the file.
class FrameJudge final {
 public:
  explicit FrameJudge(const Header& header) : header_(header), sum_(header.sum) {}

  // `frame`: its header and its page.
  void take(absl::string_view frame, WalFrames& found) {
    const bool is_true = follows(frame);
    const bool is_commit = big_endian(frame, 4) != 0;
    sum_ = {big_endian(frame, kSumAt), big_endian(frame, kSumAt + 4)};
    ++count_;
    if (is_whole_ && is_true) {
      if (is_commit) found.committed_count = count_;
      return;
    }
    is_whole_ = false;
    if (!is_true) return;
    // A later transaction begins only when the one before is durable.
    if (has_later_commit_) found.is_damaged = true;
    has_later_commit_ = has_later_commit_ || is_commit;
  }

 private:
  // Whether it is of this log and comes right after the frame before it.
  bool follows(absl::string_view frame) const {
    if (frame.substr(kSaltsAt, kSaltsBytes) != header_.salts) return false;
    const Sum said = {big_endian(frame, kSumAt), big_endian(frame, kSumAt + 4)};
    const Sum sum = sum_of(frame.substr(0, kSummedFrameHeaderBytes), sum_, header_.is_big_endian);
    return said == sum_of(frame.substr(kWalFrameHeaderBytes), sum, header_.is_big_endian);
  }

  const Header& header_;
  Sum sum_;  // as the frame before says
  size_t count_ = 0;
  bool is_whole_ = true;  // so far
  bool has_later_commit_ = false;
};

}  // namespace

absl::StatusOr<WalFrames> read_wal(const std::string& path) {
  WalFrames found;
  std::error_code missing;
  const auto file_bytes = std::filesystem::file_size(path, missing);
  if (missing || file_bytes <= kWalHeaderBytes + kWalFrameHeaderBytes) return found;
  std::ifstream file(path, std::ios::binary);
  std::string bytes(kWalHeaderBytes, '\0');
  if (!file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) {
    return absl::DataLossError(absl::StrCat("cannot read ", path));
  }
  const std::optional<Header> header = header_in(bytes);
  // The header is durable before the first frame is written.
  found.is_damaged = !header;
  found.page_bytes = header ? header->page_bytes : kUsualPageBytes;
  std::optional<FrameJudge> judge;
  if (header) judge.emplace(*header);
  bytes.resize(kWalFrameHeaderBytes + found.page_bytes);
  for (uint64_t at = kWalHeaderBytes; at + bytes.size() <= file_bytes; at += bytes.size()) {
    if (!file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) {
      return absl::DataLossError(absl::StrCat("cannot read ", path));
    }
    found.frames.push_back({static_cast<int64_t>(at + kWalFrameHeaderBytes), big_endian(bytes, 0)});
    if (judge) judge->take(bytes, found);
  }
  found.is_damaged = found.is_damaged && !found.frames.empty();
  return found;
}

}  // namespace moadon::sqlite
