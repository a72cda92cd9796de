// People to speak to, as a table or a file.
#pragma once

#include <string>

#include "client/cli/session.h"
#include "client/cli/table.h"
#include "moadon/v1/lifecycle_service.pb.h"

namespace moadon::cli {

// Collects people with why each is worth a word, and prints them: a table at the end, a file as
// they come. Used from one thread; `session` must outlive it.
class CallTable final {
 public:
  enum class Form { kTable, kCsv };

  CallTable(Session& session, Money money, Form form);

  void add(const v1::Call& call, const std::string& why);
  void finish();

 private:
  void add_record(const v1::Call& call, const std::string& why);

  Session& session_;
  const Money money_;
  const Form form_;
  Table table_;
  bool has_heading_ = false;
};

}  // namespace moadon::cli
