# What is installed where, and as two Debian packages: headroom, the manager with its command line, and headroom-agent for guests, which depends
# on nothing. ./package.sh builds them; tests/units installs them under a real systemd.
include(GNUInstallDirs)
set(share ${CMAKE_INSTALL_DATADIR}/headroom)
set(units lib/systemd/system)

set_target_properties(headroom headroomd PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)   # to the serial BLAS, where there are several
install(TARGETS headroom headroomd RUNTIME COMPONENT manager)
install(FILES models/ple.model DESTINATION ${share}/models COMPONENT manager)
install(DIRECTORY prices scenarios rules examples DESTINATION ${share} COMPONENT manager)
install(DIRECTORY web/dist DESTINATION ${share}/web COMPONENT manager OPTIONAL)   # there once scripts/page.sh has built it
install(FILES proto/headroom_api.proto DESTINATION ${share}/proto COMPONENT manager)
install(FILES packaging/systemd/headroomd.service DESTINATION ${units} COMPONENT manager)
install(FILES packaging/systemd/headroom.sysusers DESTINATION lib/sysusers.d RENAME headroom.conf COMPONENT manager)
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT manager FILES_MATCHING PATTERN "*.md")
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright COMPONENT manager)
install(DIRECTORY DESTINATION /etc/headroom COMPONENT manager)

install(TARGETS headroom-agent RUNTIME COMPONENT agent)
install(FILES packaging/systemd/headroom-agent.service DESTINATION ${units} COMPONENT agent)
install(FILES packaging/systemd/headroom-agent-port.conf docs/agent.md DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/headroom-agent COMPONENT agent)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/headroom-agent RENAME copyright COMPONENT agent)
install(DIRECTORY DESTINATION /etc/headroom-agent/hooks.d COMPONENT agent)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL manager agent)
set(CPACK_PACKAGE_CONTACT "The Headroom developers <headroom@localhost>")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE zstd)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)

set(CPACK_DEBIAN_MANAGER_PACKAGE_NAME headroom)
set(CPACK_DEBIAN_MANAGER_DESCRIPTION "keeps a fleet of virtual machines ahead of its load\n It forecasts what VMs will need, and scales or live-migrates them before a limit is hit.")
set(CPACK_DEBIAN_MANAGER_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_MANAGER_PACKAGE_DEPENDS "libopenblas0-serial, systemd")
set(CPACK_DEBIAN_AGENT_PACKAGE_NAME headroom-agent)
set(CPACK_DEBIAN_AGENT_DESCRIPTION "tells Headroom's manager how a virtual machine is doing\n One static program, which also helps its manager to resize the machine.")
foreach(component MANAGER AGENT)
  string(TOLOWER ${component} folder)
  set(CPACK_DEBIAN_${component}_PACKAGE_CONTROL_EXTRA ${CMAKE_SOURCE_DIR}/packaging/debian/${folder}/postinst
      ${CMAKE_SOURCE_DIR}/packaging/debian/${folder}/prerm ${CMAKE_SOURCE_DIR}/packaging/debian/${folder}/postrm)
endforeach()
include(CPack)
