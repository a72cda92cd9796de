#include "sqlite/page_rows.h"

#include <algorithm>
#include <optional>

namespace moadon::sqlite {
namespace {

constexpr size_t kMaxNumberBytes = 9;
constexpr size_t kPagePointerBytes = 4;
constexpr int64_t kFirstTextType = 12;
constexpr int64_t kZeroType = 8;
constexpr int64_t kOneType = 9;

// The variable-length number at `at`, which moves past it. Nothing: it does not end in `bytes`.
std::optional<int64_t> number_at(absl::string_view bytes, size_t& at) {
  uint64_t number = 0;
  for (size_t count = 1; at < bytes.size(); ++count) {
    const auto byte = static_cast<unsigned char>(bytes[at++]);
    if (count == kMaxNumberBytes) return static_cast<int64_t>(number << 8 | byte);
    number = number << 7 | (byte & 0x7f);
    if ((byte & 0x80) == 0) return static_cast<int64_t>(number);
  }
  return std::nullopt;
}

// Bytes of a value of this type. Nothing: it is floating-point or none.
std::optional<int64_t> bytes_of_type(int64_t type) {
  constexpr int64_t kIntegerBytes[] = {0, 1, 2, 3, 4, 6, 8};
  if (type >= kFirstTextType) return (type - kFirstTextType) / 2;
  if (type == kZeroType || type == kOneType) return 0;
  if (type < 0 || type > 6) return std::nullopt;
  return kIntegerBytes[type];
}

PageValue value_of(int64_t type, absl::string_view bytes) {
  if (type == 0) return std::monostate();
  if (type == kZeroType || type == kOneType) return type - kZeroType;
  if (type >= kFirstTextType) return std::string(bytes);
  uint64_t number = !bytes.empty() && (bytes[0] & 0x80) != 0 ? ~uint64_t{0} : 0;
  for (const char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
  return static_cast<int64_t>(number);
}

// Where a row's bytes are: how many, and how many of them on its own page.
struct Extent {
  int64_t row_id = 0;
  size_t begin = 0;  // on the page
  size_t bytes = 0;
  size_t bytes_here = 0;
};

// Source: section 1.6, "a table b-tree leaf cell".
size_t bytes_on_leaf(size_t bytes, size_t page_bytes) {
  const size_t most = page_bytes - 35;
  if (bytes <= most) return bytes;
  const size_t least = (page_bytes - 12) * 32 / 255 - 23;
  const size_t wanted = least + (bytes - least) % (page_bytes - kPagePointerBytes);
  return wanted <= most ? wanted : least;
}

std::optional<Extent> extent_at(absl::string_view image, size_t at) {
  const auto bytes = number_at(image, at);
  if (!bytes || *bytes < 2 || *bytes > kMaxPageRowBytes) return std::nullopt;
  const auto row_id = number_at(image, at);
  if (!row_id) return std::nullopt;
  Extent extent{*row_id, at, static_cast<size_t>(*bytes), 0};
  extent.bytes_here = bytes_on_leaf(extent.bytes, image.size());
  const bool goes_on = extent.bytes_here < extent.bytes;
  const size_t needed = extent.bytes_here + (goes_on ? kPagePointerBytes : 0);
  if (extent.begin + needed > image.size()) return std::nullopt;
  return extent;
}

// The types of the row's values, read from its head. Nothing: it is no such row.
std::optional<std::vector<int64_t>> types_of(absl::string_view head, size_t row_bytes,
                                             const PageRowForm& form) {
  size_t at = 0;
  const auto head_bytes = number_at(head, at);
  if (!head_bytes || *head_bytes < form.min_columns + 1 ||
      *head_bytes > static_cast<int64_t>(head.size())) {
    return std::nullopt;
  }
  head = head.substr(0, static_cast<size_t>(*head_bytes));
  if (at >= head.size() || head[at] != 0) return std::nullopt;  // the id is kept apart
  std::vector<int64_t> types;
  auto sum = static_cast<uint64_t>(*head_bytes);
  while (at < head.size() && static_cast<int>(types.size()) <= form.max_columns) {
    const auto type = number_at(head, at);
    const auto bytes = type ? bytes_of_type(*type) : std::nullopt;
    if (!bytes || (sum += static_cast<uint64_t>(*bytes)) > row_bytes) return std::nullopt;
    types.push_back(*type);
  }
  const auto columns = static_cast<int>(types.size());
  if (columns < form.min_columns || columns > form.max_columns || sum != row_bytes) {
    return std::nullopt;
  }
  return types;
}

uint32_t page_at(absl::string_view bytes) {
  uint32_t page = 0;
  for (size_t i = 0; i < kPagePointerBytes; ++i) {
    page = page << 8 | static_cast<unsigned char>(bytes[i]);
  }
  return page;
}

// The row's bytes. Nothing: a page of it is missing.
std::optional<std::string> gather(absl::string_view image, const Extent& extent, FindPage find) {
  std::string bytes(image.substr(extent.begin, extent.bytes_here));
  if (bytes.size() == extent.bytes) return bytes;
  uint32_t next = page_at(image.substr(extent.begin + extent.bytes_here));
  while (bytes.size() < extent.bytes) {
    const absl::string_view page = next == 0 ? absl::string_view() : find(next);
    if (page.size() <= kPagePointerBytes) return std::nullopt;
    next = page_at(page);
    const absl::string_view part = page.substr(kPagePointerBytes, extent.bytes - bytes.size());
    bytes.append(part.data(), part.size());
  }
  return bytes;
}

// Where a number that begins at `at` ends; the page's end when it does not.
size_t after_number(absl::string_view bytes, size_t at) {
  const size_t last = std::min(bytes.size(), at + kMaxNumberBytes) - 1;
  while (at < last && (bytes[at] & 0x80) != 0) ++at;
  return at + 1;
}

// Looks no further than to what nearly everything that is no row fails: the size of the head, which
// one byte holds, and the type NULL of the id after it.
bool may_be_row(absl::string_view image, size_t at, const PageRowForm& form) {
  const size_t row_id_at = after_number(image, at);
  if (row_id_at >= image.size()) return false;
  const size_t head_at = after_number(image, row_id_at);
  if (head_at + 1 >= image.size() || image[head_at + 1] != 0) return false;
  return image[head_at] > form.min_columns;
}

struct RowOnPage {
  PageRow row;
  size_t end = 0;  // of what stands of it here
};

std::optional<RowOnPage> row_at(absl::string_view image, size_t at, const PageRowForm& form,
                                FindPage find) {
  const auto extent = extent_at(image, at);
  if (!extent) return std::nullopt;
  const auto types = types_of(image.substr(extent->begin, extent->bytes_here), extent->bytes, form);
  if (!types) return std::nullopt;
  const auto bytes = gather(image, *extent, find);
  if (!bytes) return std::nullopt;
  PageRow row{extent->row_id, {}};
  size_t begin = 0;
  (void)number_at(*bytes, begin);
  for (size_t i = 0; i < types->size(); ++i) (void)number_at(*bytes, begin);
  for (const int64_t type : *types) {
    const auto length = static_cast<size_t>(*bytes_of_type(type));
    row.values.push_back(value_of(type, absl::string_view(*bytes).substr(begin, length)));
    begin += length;
  }
  return RowOnPage{std::move(row), extent->begin + extent->bytes_here};
}

}  // namespace

void for_each_row(absl::string_view image, const PageRowForm& form, FindPage find,
                  absl::FunctionRef<RowVerdict(PageRow)> take) {
  size_t at = 0;
  while (at + 2 < image.size()) {
    const size_t begin = at++;
    if (image[begin] == 0 || !may_be_row(image, begin, form)) continue;
    auto found = row_at(image, begin, form, find);
    if (found && take(std::move(found->row)) == RowVerdict::kIsRow) at = found->end;
  }
}

}  // namespace moadon::sqlite
