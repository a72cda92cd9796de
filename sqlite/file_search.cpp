#include "sqlite/file_search.h"

#include <algorithm>
#include <bitset>
#include <cstdint>
#include <cstring>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace moadon::sqlite {
namespace {

constexpr size_t kBlockBytes = 1 << 20;

uint32_t first_word(const char* bytes) {
  uint32_t word = 0;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

// The texts by how they begin, behind a filter that nearly every place of a file fails.
class Search {
 public:
  explicit Search(absl::Span<const std::string> texts) : texts_(texts), found_(texts.size()) {
    for (size_t i = 0; i < texts.size(); ++i) {
      if (texts[i].size() < kMinSoughtBytes) continue;
      const uint32_t word = first_word(texts[i].data());
      filter_.set(place_of(word));
      by_first_word_[word].push_back(i);
      longest_ = std::max(longest_, texts[i].size());
    }
  }

  void look(absl::string_view bytes) {
    for (size_t i = 0; i + kMinSoughtBytes <= bytes.size(); ++i) {
      const uint32_t word = first_word(bytes.data() + i);
      if (filter_.test(place_of(word))) look_at(bytes.substr(i), word);
    }
  }

  size_t longest() const { return longest_; }
  std::vector<bool> found() && { return std::move(found_); }

 private:
  static constexpr int kFilterBits = 16;

  // Fibonacci hashing, Knuth, The Art of Computer Programming, volume 3, 6.4.
  static size_t place_of(uint32_t word) { return (word * 2654435769U) >> (32 - kFilterBits); }

  void look_at(absl::string_view bytes, uint32_t word) {
    const auto begun = by_first_word_.find(word);
    if (begun == by_first_word_.end()) return;
    for (const size_t i : begun->second) {
      if (bytes.substr(0, texts_[i].size()) == texts_[i]) found_[i] = true;
    }
  }

  const absl::Span<const std::string> texts_;
  std::vector<bool> found_;
  std::bitset<size_t{1} << kFilterBits> filter_;
  absl::flat_hash_map<uint32_t, std::vector<size_t>> by_first_word_;
  size_t longest_ = 0;
};

}  // namespace

absl::StatusOr<std::vector<bool>> find_in_file(Connection& connection,
                                               absl::Span<const std::string> texts) {
  Search search(texts);
  if (search.longest() == 0) return std::move(search).found();
  // Blocks overlap, so that a text across their border is in one of them.
  const size_t overlap = search.longest() - 1;
  std::string block(overlap + kBlockBytes, '\0');
  int64_t offset = 0;
  while (true) {
    const absl::StatusOr<size_t> count = connection.read_file(offset, absl::MakeSpan(block));
    if (!count.ok()) return count.status();
    search.look(absl::string_view(block.data(), *count));
    if (*count < block.size()) return std::move(search).found();
    offset += static_cast<int64_t>(kBlockBytes);
  }
}

}  // namespace moadon::sqlite
