// One process per data directory.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace moadon::sqlite {

// Holds a data directory for this process: an exclusive lock on its file "lock", which also names
// the holder's process id. The kernel lets go when the process ends, however it ends. The file
// stays.
class DataLock final {
 public:
  // FAILED_PRECONDITION when another running process (or this one) holds `directory`; the text
  // names its process id if known. The directory must exist.
  static absl::StatusOr<DataLock> acquire(const std::string& directory);

  DataLock(DataLock&& other) noexcept;
  DataLock& operator=(DataLock&&) = delete;
  ~DataLock();

 private:
  explicit DataLock(int file) : file_(file) {}

  int file_;  // -1: moved from
};

}  // namespace moadon::sqlite
