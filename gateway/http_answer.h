// Errors as HTTP answers, as the Connect protocol has them.
//
// Pure functions, safe from any thread.
#pragma once

#include "absl/status/status.h"
#include "gateway/http_message.h"

namespace moadon {

// The HTTP code that Connect prescribes for a status code.
int http_status_of(absl::StatusCode code);

// error_json(status) under http_status_of(status.code()), or under `http_status` where HTTP itself
// has a better word (404, 405, 413, 415, 431).
HttpAnswer error_answer(const absl::Status& status);
HttpAnswer error_answer(const absl::Status& status, int http_status);

}  // namespace moadon
