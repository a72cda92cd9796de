#include "client/agent/journal_wreck.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "sqlite/page_rows.h"
#include "sqlite/wal_file.h"

namespace moadon::agent {
namespace {

using sqlite::PageRow;
using sqlite::PageValue;
using sqlite::RowVerdict;

// The columns of `entry`, in the order of its table. Versions before have fewer, and one to come
// may have more after them.
enum Column {
  kRegisterId = 1,
  kSequence,
  kReceipt,
  kKind,
  kContent,
  kContext,
  kAmountMinor,
  kCommitTimeUs,
  kSaleRegisterId,
  kSaleReceipt,
  kBranchId,
  kBusinessDay,
  kMinuteOfDay,
  kPointsMinor,
  kPointsMilli,
  kGiftBalanceMinor,
  kForm,
  kPreviousChain,
  kChain,
  kColumnCount,
};
constexpr int kFirstVersionColumns = kSaleReceipt + 1;
constexpr sqlite::PageRowForm kEntryRow{.min_columns = kFirstVersionColumns, .max_columns = 32};

constexpr size_t kUsualPageBytes = 4096;
constexpr size_t kMinPageBytes = 512;
constexpr size_t kMaxPageBytes = 65536;

// As SQLite reads a row that is older than its table's last columns.
void add_missing_columns(PageRow& row) {
  for (size_t column = row.values.size(); column < kColumnCount; ++column) {
    const bool has_default = column >= kPointsMinor && column <= kForm;
    row.values.push_back(has_default ? PageValue(int64_t{0}) : PageValue());
  }
}

bool is_null(const PageRow& row, size_t column) {
  return std::holds_alternative<std::monostate>(row.values[column]);
}

// False: the column holds another type.
bool take_number(const PageRow& row, size_t column, int64_t& number) {
  const auto* const value = std::get_if<int64_t>(&row.values[column]);
  if (value != nullptr) number = *value;
  return value != nullptr;
}
bool take_bytes(const PageRow& row, size_t column, std::string& bytes) {
  const auto* const value = std::get_if<std::string>(&row.values[column]);
  if (value != nullptr) bytes = *value;
  return value != nullptr;
}
bool take_number(const PageRow& row, size_t column, std::optional<int64_t>& number) {
  return is_null(row, column) || take_number(row, column, number.emplace());
}
bool take_bytes(const PageRow& row, size_t column, std::optional<std::string>& bytes) {
  return is_null(row, column) || take_bytes(row, column, bytes.emplace());
}

bool take_form(const PageRow& row, StoredEntry& entry) {
  int64_t form = 0;
  if (!take_number(row, kForm, form)) return false;
  entry.form = static_cast<EntryForm>(form);
  if (entry.form == EntryForm::kInClear || entry.form == EntryForm::kSealed) {
    return is_null(row, kPreviousChain) && is_null(row, kChain);
  }
  return entry.form == EntryForm::kChained &&
         take_bytes(row, kPreviousChain, entry.previous_chain) &&
         take_bytes(row, kChain, entry.chain);
}

bool take_columns(const PageRow& row, FoundEntry& found) {
  StoredEntry& entry = found.entry;
  found.entry_id = row.row_id;
  return take_bytes(row, kReceipt, entry.receipt) && take_number(row, kKind, entry.kind) &&
         take_bytes(row, kContent, found.sealed_content) &&
         take_bytes(row, kContext, found.sealed_context) &&
         take_number(row, kAmountMinor, entry.amounts.amount_minor) &&
         take_number(row, kCommitTimeUs, entry.commit_time_us) &&
         take_bytes(row, kSaleRegisterId, entry.sale_register_id) &&
         take_bytes(row, kSaleReceipt, entry.sale_receipt) &&
         take_bytes(row, kBranchId, entry.branch_id) &&
         take_number(row, kBusinessDay, entry.business_day) &&
         take_number(row, kMinuteOfDay, entry.minute_of_day) &&
         take_number(row, kPointsMinor, entry.amounts.points_minor) &&
         take_number(row, kPointsMilli, entry.amounts.points_milli) &&
         take_number(row, kGiftBalanceMinor, entry.amounts.gift_balance_minor) &&
         take_form(row, entry);
}

// Opens what a version before sealed, or seals what it left in clear. False: it is not true.
bool take_content(FoundEntry& found, const JournalSeal& seal) {
  StoredEntry& entry = found.entry;
  const std::string content_place = entry_place("content", entry.register_id, entry.sequence);
  const std::string context_place = entry_place("context", entry.register_id, entry.sequence);
  if (entry.form == EntryForm::kInClear) {
    entry.content = std::move(found.sealed_content);
    entry.context = std::move(found.sealed_context);
    auto content = seal.seal(entry.content, content_place);
    auto context = seal.seal(entry.context, context_place);
    if (!is_in_clear(entry) || !content.ok() || !context.ok()) return false;
    found.was_in_clear = true;
    found.sealed_content = *std::move(content);
    found.sealed_context = *std::move(context);
    entry.form = EntryForm::kSealed;
    return true;
  }
  auto content = seal.open(found.sealed_content, content_place);
  auto context = seal.open(found.sealed_context, context_place);
  if (!content || !context) return false;
  entry.content = *std::move(content);
  entry.context = *std::move(context);
  return true;
}

// Nothing: it is not true in itself.
std::optional<FoundEntry> true_entry_in(const PageRow& row, FoundEntry found,
                                        const JournalSeal& seal) {
  StoredEntry& entry = found.entry;
  if (!take_columns(row, found) || !take_content(found, seal)) return std::nullopt;
  entry.is_true = entry.form == EntryForm::kSealed ||
                  (entry.previous_chain.size() == kChainBytes &&
                   entry.chain == chain_of(entry.previous_chain, chained(entry)));
  if (!entry.is_true) return std::nullopt;
  return found;
}

// The images of pages in a file and its log.
class Wreck final {
 public:
  Wreck(const std::string& path, sqlite::WalFrames log)
      : log_(std::move(log)),
        file_(path, std::ios::binary),
        log_file_(path + "-wal", std::ios::binary) {
    for (size_t i = 0; i < log_.frames.size(); ++i) newest_[log_.frames[i].page] = i;
    std::error_code missing;
    file_bytes_ = std::filesystem::file_size(path, missing);
    if (missing) file_bytes_ = 0;
  }

  // As their heads say, and as it usually is: the heads may be what was damaged.
  std::vector<size_t> page_sizes() {
    std::vector<size_t> sizes = {kUsualPageBytes};
    if (log_.page_bytes != 0) sizes.push_back(log_.page_bytes);
    constexpr int64_t kSizeAt = 16;
    const std::string head = bytes_of(file_, kSizeAt, 2);
    if (head.size() == 2) {
      const size_t said =
          static_cast<unsigned char>(head[0]) * size_t{256} + static_cast<unsigned char>(head[1]);
      sizes.push_back(said == 1 ? kMaxPageBytes : said);
    }
    std::sort(sizes.begin(), sizes.end());
    sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
    std::erase_if(sizes, [](size_t size) {
      return size < kMinPageBytes || size > kMaxPageBytes || (size & (size - 1)) != 0;
    });
    return sizes;
  }

  // What was committed last comes first.
  void for_each_row(size_t page_bytes, absl::FunctionRef<RowVerdict(PageRow)> take) {
    page_bytes_ = page_bytes;
    const bool has_log = page_bytes == log_.page_bytes;
    const size_t committed = has_log ? log_.committed_count : 0;
    for (size_t i = committed; i > 0; --i) look_at(frame(i - 1), Pages::kNewest, take);
    const auto pages = static_cast<uint32_t>(file_bytes_ / page_bytes);
    std::vector<uint32_t> again;
    for (uint32_t page = 1; page <= pages; ++page) {
      has_met_log_ = false;
      look_at(page_of_file(page), Pages::kNewest, take);
      if (has_met_log_) again.push_back(page);
    }
    if (!has_log) return;
    // Rows that go on in a page whose newer image is the damaged one.
    for (const uint32_t page : again) look_at(page_of_file(page), Pages::kOfFile, take);
    for (size_t i = committed; i < log_.frames.size(); ++i) {
      look_at(frame(i), Pages::kNewest, take);
    }
  }

 private:
  enum class Pages { kNewest, kOfFile };

  static std::string bytes_of(std::ifstream& file, int64_t offset, size_t count) {
    std::string bytes(count, '\0');
    file.clear();
    file.seekg(offset);
    file.read(bytes.data(), static_cast<std::streamsize>(count));
    bytes.resize(static_cast<size_t>(std::max<std::streamsize>(file.gcount(), 0)));
    return bytes;
  }
  std::string frame(size_t index) {
    return bytes_of(log_file_, log_.frames[index].image_offset, page_bytes_);
  }
  std::string page_of_file(uint32_t page) {
    return bytes_of(file_, static_cast<int64_t>(page - 1) * static_cast<int64_t>(page_bytes_),
                    page_bytes_);
  }
  std::string newest(uint32_t page) {
    const auto found = newest_.find(page);
    const bool is_logged = found != newest_.end() && page_bytes_ == log_.page_bytes;
    has_met_log_ = has_met_log_ || is_logged;
    return is_logged ? frame(found->second) : page_of_file(page);
  }

  void look_at(const std::string& image, Pages pages, absl::FunctionRef<RowVerdict(PageRow)> take) {
    if (image.size() < page_bytes_) return;
    std::string other;
    sqlite::for_each_row(
        image, kEntryRow,
        [&](uint32_t page) -> absl::string_view {
          other = pages == Pages::kNewest ? newest(page) : page_of_file(page);
          return other;
        },
        take);
  }

  const sqlite::WalFrames log_;
  std::ifstream file_;
  std::ifstream log_file_;
  uint64_t file_bytes_ = 0;
  size_t page_bytes_ = kUsualPageBytes;
  bool has_met_log_ = false;  // whether an image was looked for that the log has
  absl::flat_hash_map<uint32_t, size_t> newest_;  // the last frame of each page
};

}  // namespace

absl::Status for_each_entry_in_wreck(const std::string& path, const JournalSeal& seal,
                                     absl::FunctionRef<absl::Status(const FoundEntry&)> take) {
  auto log = sqlite::read_wal(path + "-wal");
  if (!log.ok()) return log.status();
  Wreck wreck(path, *std::move(log));
  absl::Status taken;
  absl::flat_hash_set<std::pair<std::string, int64_t>> known;
  for (const size_t page_bytes : wreck.page_sizes()) {
    wreck.for_each_row(page_bytes, [&](PageRow row) -> RowVerdict {
      FoundEntry found;
      StoredEntry& entry = found.entry;
      if (!taken.ok() || !take_bytes(row, kRegisterId, entry.register_id) ||
          !take_number(row, kSequence, entry.sequence) ||
          known.contains(std::make_pair(entry.register_id, entry.sequence))) {
        return RowVerdict::kMayBeChance;
      }
      add_missing_columns(row);
      const auto whole = true_entry_in(row, std::move(found), seal);
      if (!whole) return RowVerdict::kMayBeChance;
      known.emplace(whole->entry.register_id, whole->entry.sequence);
      taken = take(*whole);
      // What was in clear nothing vouches for.
      return whole->was_in_clear ? RowVerdict::kMayBeChance : RowVerdict::kIsRow;
    });
  }
  return taken;
}

}  // namespace moadon::agent
