#include "client/cli/program_templates.h"

#include "client/cli/json_output.h"
#include "rules/program.h"
#include "rules/program_findings.h"
#include "tests/catch.h"

namespace moadon::cli {
namespace {

bool has_hebrew(const std::string& text) { return text.find("\u05D4") != std::string::npos; }

TEST_CASE("every template is a program without errors and without warnings") {
  for (const std::string_view shop : kShops) {
    for (const std::string language : {"he", "en"}) {
      INFO(shop << " " << language);
      const v1::Program program =
          program_template({.language_code = language, .shop = std::string(shop)});
      CHECK(check_program(program).ok());
      for (const v1::ProgramFinding& finding : findings_of(program, absl::CivilDay(2026, 11, 22))) {
        FAIL_CHECK(finding.field() << ": " << finding.message());
      }
      CHECK(program.benefits_size() >= 9);
      CHECK(program.tiers_size() == 2);
      CHECK(program.rights_size() >= 1);
      CHECK(program.points().has_spending());
      CHECK(program.cash_rounding_minor() == 10);
    }
  }
}

TEST_CASE("a template speaks one language, Hebrew in Israel unless told otherwise") {
  for (const std::string_view shop : kShops) {
    INFO(shop);
    const v1::Program hebrew = program_template({.shop = std::string(shop)});
    CHECK(language_of(hebrew) == "he");
    CHECK(has_hebrew(to_json(hebrew)));
    const v1::Program english =
        program_template({.language_code = "en", .shop = std::string(shop)});
    CHECK(language_of(english) == "en");
    for (const v1::Benefit& benefit : english.benefits()) CHECK_FALSE(has_hebrew(benefit.title()));
    CHECK(to_json(hebrew).find('|') == std::string::npos);
    CHECK(to_json(english).find('|') == std::string::npos);
    CHECK(language_of(program_template({.country_code = "US", .shop = std::string(shop)})) == "en");
  }
}

TEST_CASE("a template read back is the same program") {
  for (const std::string_view shop : kShops) {
    const v1::Program program = program_template({.shop = std::string(shop)});
    v1::Program again;
    REQUIRE(from_json(to_readable_json(program), again).ok());
    CHECK(again.SerializeAsString() == program.SerializeAsString());
  }
  CHECK(template_text("bakery").empty());
}

TEST_CASE("without a shop there are no benefits yet") {
  const v1::Program program = program_template({});
  CHECK(check_program(program).ok());
  CHECK(program.benefits().empty());
  CHECK(program.stages().loyal_purchase_days() == 6);
}

}  // namespace
}  // namespace moadon::cli
