// A write-ahead log as its bytes tell it, read without SQLite.
//
// Source: https://sqlite.org/fileformat2.html section 4. SQLite takes the frames before the first
// one whose checksum fails, up to the last commit among them, and silently drops the rest: that is
// what is left of a transaction that was cut short. It is also what is left of many that were
// durable, when a byte of an early one changes on the disk. This tells the two apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace moadon::sqlite {

inline constexpr size_t kWalHeaderBytes = 32;
inline constexpr size_t kWalFrameHeaderBytes = 24;

struct WalFrame {
  int64_t image_offset = 0;  // of the page's image in the file
  uint32_t page = 0;         // its number, from 1
};

struct WalFrames {
  // All whole frames in the file, of whatever age.
  std::vector<WalFrame> frames;
  size_t page_bytes = 0;
  // So many of the first are what SQLite takes.
  size_t committed_count = 0;
  // Whether something that was durable is not among them. A change in the last two transactions of
  // the log cannot be told from a cut and is not seen.
  bool is_damaged = false;
};

// Reads the file once. A file that is missing or has no frames: none. Nobody may write to it
// meanwhile. Safe from any thread. Errors: those of the system, and DATA_LOSS when the file ends
// while it is read.
absl::StatusOr<WalFrames> read_wal(const std::string& path);

}  // namespace moadon::sqlite
