#include "client/cli/sandbox/tool_run.h"

#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "client/cli/sandbox/child_process.h"
#include "rules/refusal.h"

namespace moadon::cli {

absl::Status run_tool(Interrupts& interrupts, const std::vector<std::string>& arguments,
                      const std::string& input) {
  const absl::StatusOr<Descriptor> text = open_text(input);
  if (!text.ok()) return text.status();
  absl::StatusOr<ChildProcess> tool = ChildProcess::start({.arguments = arguments,
                                                           .environment = {},
                                                           .input = text->number(),
                                                           .output = STDERR_FILENO,
                                                           .errors = STDERR_FILENO,
                                                           .own_group = true,
                                                           .mask = interrupts.mask_for_children()});
  if (!tool.ok()) return tool.status();
  for (;;) {
    if (const auto end = tool->ended()) {
      if (exit_code_of(*end) == 0) return absl::OkStatus();
      return refuse(v1::REASON_INTERNAL, absl::StrCat(arguments[0], " ", arguments[1],
                                                      " ended with ", describe_end(*end)));
    }
    if (absl::Status wait = interrupts.wait(); !wait.ok()) return wait;
  }
}

}  // namespace moadon::cli
