# moadon_embed_migrations(TARGET DIRECTORY): builds the DIRECTORY's NNNN_what.sql files into TARGET and gives it
# "<TARGET>_migrations.h" with moadon::<TARGET>_migrations(). Numbers start at 0001 and have no gaps.
function(moadon_embed_migrations target directory)
  set(script ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/embed_migrations.cmake)
  get_filename_component(directory ${directory} ABSOLUTE)
  file(GLOB files CONFIGURE_DEPENDS ${directory}/*.sql)
  set(generated ${CMAKE_CURRENT_BINARY_DIR}/embedded)
  set(outputs ${generated}/${target}_migrations.h ${generated}/${target}_migrations.cpp)
  add_custom_command(OUTPUT ${outputs}
    COMMAND ${CMAKE_COMMAND} -D NAME=${target}_migrations -D DIRECTORY=${directory} -D OUTPUT=${generated}
            -P ${script}
    DEPENDS ${files} ${script} COMMENT "Embedding the migrations of ${target}" VERBATIM)
  target_sources(${target} PRIVATE ${outputs})
  target_include_directories(${target} PUBLIC ${generated})
  target_link_libraries(${target} PRIVATE moadon_sqlite)
endfunction()
