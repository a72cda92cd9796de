#include "server/operations/facts_seal.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "server/operations/tokens.h"

namespace moadon {
namespace {

std::string digest_of(v1::MemberFacts& facts, absl::string_view digest_key) {
  facts.clear_seal();
  facts.clear_offline();
  return keyed_digest(digest_key, {"facts", canonical_bytes(facts)});
}

}  // namespace

std::string canonical_bytes(const google::protobuf::MessageLite& message) {
  std::string bytes;
  bytes.reserve(message.ByteSizeLong());
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

void seal(v1::MemberFacts& facts, absl::string_view digest_key) {
  facts.set_seal(digest_of(facts, digest_key));
}

bool is_sealed(const v1::MemberFacts& facts, absl::string_view digest_key) {
  if (facts.seal().empty()) return false;
  v1::MemberFacts unsealed = facts;
  return digest_of(unsealed, digest_key) == facts.seal();
}

}  // namespace moadon
