#include "server/operations/detail_fields.h"

#include <algorithm>

namespace moadon {
namespace {

using storage::DetailsRow;

template <auto kColumn>
constexpr DetailField field(absl::string_view name) {
  return {name, [](const DetailsRow& row) { return row.*kColumn != DetailsRow().*kColumn; },
          [](const DetailsRow& from, DetailsRow& to) { to.*kColumn = from.*kColumn; }};
}

constexpr DetailField kFields[] = {
    field<&DetailsRow::first_name>("first_name"),
    field<&DetailsRow::last_name>("last_name"),
    field<&DetailsRow::birth_date>("birth_date"),
    field<&DetailsRow::anniversary_date>("anniversary_date"),
    field<&DetailsRow::gender>("gender"),
    field<&DetailsRow::family_status>("family_status"),
    field<&DetailsRow::city>("city"),
    field<&DetailsRow::language_code>("language_code"),
    field<&DetailsRow::preferred_channel>("preferred_channel"),
};

}  // namespace

absl::Span<const DetailField> detail_fields() { return kFields; }

const DetailField* detail_field(absl::string_view name) {
  const auto found = std::find_if(std::begin(kFields), std::end(kFields),
                                  [&](const DetailField& each) { return each.name == name; });
  return found == std::end(kFields) ? nullptr : &*found;
}

std::vector<std::string> fill_unknown(const DetailsRow& given, DetailsRow& row) {
  std::vector<std::string> filled;
  for (const DetailField& each : kFields) {
    if (each.is_known(row) || !each.is_known(given)) continue;
    each.copy(given, row);
    filled.emplace_back(each.name);
  }
  return filled;
}

}  // namespace moadon
