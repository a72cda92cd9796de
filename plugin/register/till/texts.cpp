#include "plugin/register/till/texts.h"

#include "plugin/register/till/texts_en.h"
#include "plugin/register/till/texts_he.h"

namespace moadon {

std::optional<Language> language_of(std::string_view code) {
  if (code == "he") return Language::kHebrew;
  if (code == "en") return Language::kEnglish;
  return std::nullopt;
}

const Texts& texts_of(Language language) {
  return language == Language::kHebrew ? kHebrewTexts : kEnglishTexts;
}

std::string stage_word(const Texts& texts, std::string_view stage) {
  if (stage == "STAGE_POTENTIAL") return texts.stage_potential;
  if (stage == "STAGE_INTERESTED") return texts.stage_interested;
  if (stage == "STAGE_NEW") return texts.stage_new;
  if (stage == "STAGE_ACTIVE") return texts.stage_active;
  if (stage == "STAGE_LOYAL") return texts.stage_loyal;
  if (stage == "STAGE_CHURNING") return texts.stage_churning;
  return {};
}

}  // namespace moadon
