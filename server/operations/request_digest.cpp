#include "server/operations/request_digest.h"

#include "rules/refusal.h"
#include "server/operations/facts_seal.h"
#include "server/operations/tokens.h"

namespace moadon {

std::string request_digest(const ClubView& view, const google::protobuf::Message& request) {
  return keyed_digest(view.digest_key(),
                      {request.GetDescriptor()->name(), canonical_bytes(request)});
}

absl::Status request_reused(absl::string_view request_id) {
  return refuse(v1::REASON_REQUEST_REUSED, "this request_id was used for something else",
                {{"request_id", request_id}});
}

}  // namespace moadon
