# `cpack -G DEB` in the build folder makes the Debian package of what cmake/Install.cmake installs, and the systemd units.
set(units ${CMAKE_SOURCE_DIR}/deploy/systemd)
install(FILES ${units}/payferry@.service ${units}/payferry@.timer DESTINATION lib/systemd/system)
install(FILES ${units}/payferry.sysusers DESTINATION lib/sysusers.d RENAME payferry.conf)
install(FILES ${units}/payferry.tmpfiles DESTINATION lib/tmpfiles.d RENAME payferry.conf)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME payferry)
set(CPACK_PACKAGE_VENDOR "Payferry")
set(CPACK_PACKAGE_CONTACT "Payferry maintainers <maintainers@payferry.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Clone a Stripe Connect platform's PaymentMethods to connected accounts")
set(CPACK_PACKAGE_DESCRIPTION
  "Moves saved cards and US bank accounts from the platform to the accounts that will charge them: in bulk, at the
highest rate that Stripe allows, exactly once, resumable after anything, with proof at the end.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "ca-certificates, tzdata")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_SOURCE_DIR}/deploy/debian/postinst)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
