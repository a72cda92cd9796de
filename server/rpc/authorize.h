// Who may call what.
#pragma once

#include <grpcpp/server_context.h>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "server/operations/club_view.h"

namespace moadon::rpc {

enum class Role {
  kOwner,
  kRegister,
};

// Which role one method is for. Nobody else may call it: the owner does not record sales in a
// register's name.
struct MethodRole {
  absl::string_view path;  // "/moadon.v1.XService/Method"
  Role role;
};

// The one table: every method of every service of this process.
absl::Span<const MethodRole> method_roles();
absl::optional<Role> role_of(absl::string_view path);

// Who holds the token of a call.
struct Caller {
  Role role = Role::kOwner;
  // Of a register: it, as in `view`, which is held so that it stays. Null for the owner.
  const RegisterView* at = nullptr;
  ClubViewPtr view;
};

// The token in the metadata `authorization: Bearer TOKEN`; empty when there is none or more than
// one.
absl::string_view token_of(const grpc::CallbackServerContext& context);

// The caller of a method for `role`: first the token (TOKEN_UNKNOWN, TOKEN_REVOKED), then whether
// it is good for the method (NOT_ALLOWED). Reads memory only. Tokens are looked up by their hash,
// so the time that takes says nothing of how much of a guess was right.
absl::StatusOr<Caller> authorize(ClubViewPtr view, absl::string_view token, Role role);

}  // namespace moadon::rpc
