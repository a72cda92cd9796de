# cmake -D NAME=... -D DIRECTORY=... -D OUTPUT=... -P embed_migrations.cmake: see migrations.cmake.
file(GLOB files ${DIRECTORY}/*.sql)
list(SORT files)
set(expected 0)
set(entries "")
foreach(file IN LISTS files)
  get_filename_component(name ${file} NAME_WE)
  math(EXPR expected "${expected} + 1")
  if(NOT name MATCHES "^([0-9][0-9][0-9][0-9])_[a-z0-9_]+$")
    message(FATAL_ERROR "${file}: migrations are named NNNN_what.sql")
  endif()
  string(REGEX REPLACE "^0+" "" number ${CMAKE_MATCH_1})
  if(NOT number STREQUAL expected)
    message(FATAL_ERROR "${file}: the next migration has number ${expected}")
  endif()
  file(READ ${file} sql)
  string(APPEND entries "    {${number}, \"${name}\", R\"embedded(${sql})embedded\"},\n")
endforeach()
if(expected EQUAL 0)
  message(FATAL_ERROR "${DIRECTORY}: no migrations")
endif()

file(WRITE ${OUTPUT}/${NAME}.h "#pragma once

#include \"absl/types/span.h\"
#include \"sqlite/migrations.h\"

namespace moadon {

absl::Span<const sqlite::Migration> ${NAME}();

}  // namespace moadon
")
file(WRITE ${OUTPUT}/${NAME}.cpp "#include \"${NAME}.h\"

namespace moadon {
namespace {

constexpr sqlite::Migration kMigrations[] = {
${entries}};

}  // namespace

absl::Span<const sqlite::Migration> ${NAME}() { return kMigrations; }

}  // namespace moadon
")
