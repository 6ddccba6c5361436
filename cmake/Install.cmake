# What `cmake --install` puts where. The manual page and the completions are made by the program itself, from the same
# definitions as its --help.
include(GNUInstallDirs)

set(generated ${CMAKE_BINARY_DIR}/generated)
file(MAKE_DIRECTORY ${generated})
set(outputs "")
foreach(pair man:payferry.1 bash:payferry zsh:_payferry fish:payferry.fish)
  string(REPLACE ":" ";" pair ${pair})
  list(GET pair 0 what)
  list(GET pair 1 file)
  add_custom_command(OUTPUT ${generated}/${file} COMMAND payferry generate ${what} > ${generated}/${file}
    DEPENDS payferry VERBATIM)
  list(APPEND outputs ${generated}/${file})
endforeach()
add_custom_target(payferry_generated ALL DEPENDS ${outputs})

install(TARGETS payferry payferry-simulator RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES ${generated}/payferry.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${generated}/payferry DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${generated}/_payferry DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES ${generated}/payferry.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES ${CMAKE_SOURCE_DIR}/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY ${CMAKE_SOURCE_DIR}/docs ${CMAKE_SOURCE_DIR}/jobs ${CMAKE_SOURCE_DIR}/config
  ${CMAKE_SOURCE_DIR}/deploy/prometheus ${CMAKE_SOURCE_DIR}/deploy/grafana DESTINATION ${CMAKE_INSTALL_DOCDIR})
