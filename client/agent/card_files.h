// The files of the cards: how one that is damaged steps aside, and how all of them are destroyed.
// Not thread-safe; nothing may have the files open.
#pragma once

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"

namespace moadon::agent {

struct CardFiles {
  std::string cards_path;  // also the name that its log and set aside files begin with
  std::string secret_path;
};

// Renames the file of cards and what SQLite keeps beside it to "<cards_path>.aside-N": at once,
// however large they are.
absl::Status set_cards_aside(const CardFiles& files);

// Shreds everything that was set aside, by whichever process. Ends early, CANCELLED, when `goes_on`
// says so; the next call goes on.
absl::Status shred_cards_aside(const CardFiles& files, absl::FunctionRef<bool()> goes_on);

// Shreds the secret, then the cards and what was set aside of them.
absl::Status shred_all_cards(const CardFiles& files);

}  // namespace moadon::agent
