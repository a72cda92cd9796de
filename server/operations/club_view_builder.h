// Makes views: from the database at the start, from the view before at every change.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "server/operations/club_view.h"
#include "server/storage/club_store.h"

namespace moadon {

// Builds one view. For one thread.
class ClubViewBuilder final {
 public:
  ClubViewBuilder() : view_(std::make_shared<ClubView>()) {}
  explicit ClubViewBuilder(const ClubView& before) : view_(std::make_shared<ClubView>(before)) {}

  // Everything that is kept. Empty secrets when the database is new.
  static absl::StatusOr<ClubViewPtr> load(sqlite::Connection& connection);

  void set_secrets(const storage::ClubRow& club);
  // Appends a version; INTERNAL when its zone cannot be loaded.
  absl::Status add_program(const v1::Program& program);
  void set_settings(v1::ClubSettings settings);
  void set_branch(const v1::Branch& branch);
  // Puts the register, whose branch must be there, in the place of the one with its id.
  absl::Status set_register(const storage::RegisterRow& row);

  ClubViewPtr build() { return std::move(view_); }

 private:
  std::shared_ptr<ClubView> view_;  // becomes the shared, immutable view
};

// The zone of an IANA name, FIELD_INVALID naming `field` when there is none.
absl::StatusOr<absl::TimeZone> load_zone(absl::string_view name, absl::string_view field);

}  // namespace moadon
