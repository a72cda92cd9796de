// Rows in the pages of a database file, read without SQLite: for a file that SQLite refuses.
//
// Source: https://sqlite.org/fileformat2.html sections 1.6 and 2.1. Whatever on a page has the form
// of a row is taken for one, wherever it stands, so a damaged page gives all its rows but the
// damaged ones. What is found may be altered, old or chance: its reader must be able to tell.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace moadon::sqlite {

// Longer rows are not looked for.
inline constexpr int64_t kMaxPageRowBytes = 32 * 1024 * 1024;

// NULL, an integer, or the bytes of a text or a blob. A floating-point value makes no row.
using PageValue = std::variant<std::monostate, int64_t, std::string>;

struct PageRow {
  int64_t row_id = 0;
  std::vector<PageValue> values;  // the column that stands for the row's id is NULL
};

// What a row of a table with an INTEGER PRIMARY KEY in its first column looks like. Rows
// whose list of types is longer than 126 bytes are not found.
struct PageRowForm {
  int min_columns = 0;
  int max_columns = 0;
};

// The image of a page by its number, or empty; good until the next call.
using FindPage = absl::FunctionRef<absl::string_view(uint32_t page)>;

// Whether a row is one: then no other is looked for among its bytes.
enum class RowVerdict { kMayBeChance, kIsRow };

// Calls `take` with each row that begins on the page `image`. Rows that go on elsewhere are put
// together from the pages that `find` gives. Pure; safe from any thread.
void for_each_row(absl::string_view image, const PageRowForm& form, FindPage find,
                  absl::FunctionRef<RowVerdict(PageRow)> take);

}  // namespace moadon::sqlite
