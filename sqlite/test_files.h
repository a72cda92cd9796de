// What the tests of this folder share: a directory that goes with the test, and a disk that can
// fail.
#pragma once

#include <atomic>
#include <string>

namespace moadon::sqlite {

// A fresh directory, removed with its content at the end.
class TestDirectory final {
 public:
  TestDirectory();
  ~TestDirectory();
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// A SQLite file system, registered under kFaultyVfs by register_faulty_vfs(), that is the default
// one with syncs and writes that are counted and fail on demand. Process-wide, so one test at a
// time.
inline constexpr char kFaultyVfs[] = "faulty";
struct Faults {
  std::atomic<bool> syncs_fail = false;
  std::atomic<bool> disk_is_full = false;
  // A page is refused for lack of room, and is there all the same.
  std::atomic<bool> pages_are_kept_when_full = false;
  std::atomic<int> syncs = 0;
  std::atomic<int> writes = 0;
};
Faults& faults();
// Registers on first use, and sets all faults and counts back.
void register_faulty_vfs();

}  // namespace moadon::sqlite
