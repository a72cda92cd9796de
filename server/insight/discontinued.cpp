#include "server/insight/discontinued.h"

#include "moadon/v1/sale.pb.h"
#include "rules/line_set.h"
#include "server/storage/review_store.h"
#include "server/storage/sale_store.h"

namespace moadon {
namespace {

absl::Status add_marks(sqlite::Connection& connection, int64_t member_id,
                       const storage::KeptLine& kept, v1::Line& line) {
  const auto sale = storage::find_sale(connection, member_id, kept.sale_id);
  if (!sale.ok()) return sale.status();
  v1::Sale content;
  if (!*sale || !content.ParseFromString((*sale)->content) || kept.line_no > content.lines_size()) {
    return absl::InternalError("a line's sale cannot be read");
  }
  *line.mutable_tags() = content.lines(static_cast<int>(kept.line_no) - 1).tags();
  return absl::OkStatus();
}

}  // namespace

DiscontinuedOnly::DiscontinuedOnly(const v1::ProductFilter& filter)
    : lists_anything_(filter.ByteSizeLong() > 0),
      asks_for_marks_(!filter.tags().empty() || !filter.excluded_tags().empty()),
      filter_(index_.add(filter)) {
  line_.Add();
}

bool DiscontinuedOnly::line_fits() const {
  LineSet articles(1);
  articles.insert(0);
  return index_.match(line_, articles).lines_of(filter_).contains(0);
}

absl::StatusOr<bool> DiscontinuedOnly::holds_for(sqlite::Connection& connection,
                                                 const std::vector<int64_t>& ids) {
  bool kept_any = false;
  bool all_fit = lists_anything_;
  for (size_t i = 0; i < ids.size() && all_fit; ++i) {
    const absl::Status read = storage::scan_kept_lines(
        connection, ids[i], [&](const storage::KeptLine& kept) -> absl::StatusOr<bool> {
          v1::Line& line = *line_.Mutable(0);
          line.set_sku(kept.sku);
          line.set_category(kept.category);
          line.set_brand(kept.brand);
          if (asks_for_marks_) {
            const absl::Status added = add_marks(connection, ids[i], kept, line);
            if (!added.ok()) return added;
          }
          kept_any = true;
          all_fit = line_fits();
          return all_fit;
        });
    if (!read.ok()) return read;
  }
  return kept_any && all_fit;
}

}  // namespace moadon
