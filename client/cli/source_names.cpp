#include "client/cli/source_names.h"

#include "absl/strings/str_cat.h"

namespace moadon::cli {
namespace {

struct SourceName {
  v1::SourceKind kind;
  std::string_view code;
  Text label;
};

constexpr std::array kSources = {
    SourceName{v1::SOURCE_KIND_REGISTER, "register", {"register", "קופה"}},
    SourceName{v1::SOURCE_KIND_LANDING_PAGE, "landing_page", {"landing page", "דף נחיתה"}},
    SourceName{v1::SOURCE_KIND_CAMPAIGN, "campaign", {"campaign", "קמפיין"}},
    SourceName{v1::SOURCE_KIND_EVENT, "event", {"event", "אירוע"}},
    SourceName{v1::SOURCE_KIND_REFERRAL, "referral", {"another customer", "לקוח אחר"}},
    SourceName{v1::SOURCE_KIND_LIST, "list", {"imported list", "רשימה מיובאת"}},
};

constexpr Text kNotSaid = {"not said", "לא נמסר"};

}  // namespace

std::string source_code(v1::SourceKind kind) {
  for (const SourceName& source : kSources) {
    if (source.kind == kind) return std::string(source.code);
  }
  return "";
}

std::optional<v1::SourceKind> source_of(std::string_view code) {
  for (const SourceName& source : kSources) {
    if (source.code == code) return source.kind;
  }
  return std::nullopt;
}

std::string source_label(const v1::Source& source, Language language) {
  for (const SourceName& known : kSources) {
    if (known.kind != source.kind()) continue;
    std::string label(known.label.in(language));
    if (!source.name().empty()) absl::StrAppend(&label, " ", source.name());
    return label;
  }
  return std::string(kNotSaid.in(language));
}

}  // namespace moadon::cli
