#include "client/wording/words.h"

#include "client/wording/words_en.h"
#include "client/wording/words_he.h"
#include "rules/program.h"

namespace moadon::wording {

const Words& words_of(const v1::Program& program) {
  return language_of(program) == "he" ? kHebrewWords : kEnglishWords;
}

}  // namespace moadon::wording
