// A line on a terminal that shows how far long work is. On anything but a terminal it prints
// nothing.
#pragma once

#include <cstdint>
#include <string>

namespace moadon::cli {

// Draws on stderr, over its own line, and wipes it at the end. Not thread-safe.
class ProgressBar final {
 public:
  explicit ProgressBar(std::string label);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // total 0: not known.
  void show(std::int64_t done, std::int64_t total);

 private:
  const std::string label_;
  const bool on_terminal_;
  std::string drawn_;
};

// The bar itself, such as "[#####.....]  50%  1,200 / 2,400".
std::string progress_text(std::int64_t done, std::int64_t total);

}  // namespace moadon::cli
