#include "client/cli/progress_bar.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "client/cli/amounts.h"

namespace moadon::cli {
namespace {

constexpr std::int64_t kBarColumns = 30;
constexpr const char* kStartOfLine = "\r\x1b[K";  // and wipe the line

}  // namespace

ProgressBar::ProgressBar(std::string label)
    : label_(std::move(label)), on_terminal_(isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() {
  if (!drawn_.empty()) std::cerr << kStartOfLine << std::flush;
}

void ProgressBar::show(std::int64_t done, std::int64_t total) {
  if (!on_terminal_) return;
  std::string text = label_ + "  " + progress_text(done, total);
  if (text == drawn_) return;
  drawn_ = std::move(text);
  std::cerr << kStartOfLine << drawn_ << std::flush;
}

std::string progress_text(std::int64_t done, std::int64_t total) {
  if (total <= 0) return format_count(done);
  const std::int64_t shown = std::clamp<std::int64_t>(done, 0, total);
  const std::int64_t filled = shown * kBarColumns / total;
  const std::int64_t percent = shown * 100 / total;
  return "[" + std::string(static_cast<std::size_t>(filled), '#') +
         std::string(static_cast<std::size_t>(kBarColumns - filled), '.') + "] " +
         std::to_string(percent) + "%  " + format_count(done) + " / " + format_count(total);
}

}  // namespace moadon::cli
