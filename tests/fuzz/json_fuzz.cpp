// Any bytes as the JSON of a sale: refused, or the message that survives the way to JSON and back.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "gateway/transcode.h"
#include "moadon/v1/register_service.pb.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const moadon::Transcoder transcoder;
  moadon::v1::CommitRequest first, second;
  const std::string json(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<std::string> binary = transcoder.to_binary(first, json);
  if (!binary.ok() || !first.ParseFromString(*binary)) return 0;
  const absl::StatusOr<std::string> again = transcoder.to_json(first, *binary);
  if (!again.ok()) std::abort();
  const absl::StatusOr<std::string> repeated = transcoder.to_binary(second, *again);
  if (!repeated.ok() || !second.ParseFromString(*repeated)) std::abort();
  // Zeros may be spelled out in one and left out of the other; the messages are the same.
  if (first.SerializeAsString() != second.SerializeAsString()) std::abort();
  return 0;
}
