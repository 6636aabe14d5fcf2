# What `cmake --install` installs: the program with its man page and its completion, and the library
# with its headers, its CMake package and its pkg-config file. The installed files can be moved to
# another folder: none of them contains an absolute path.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

if(TARGET maxtrick)
  install(TARGETS maxtrick)
  install(FILES ${CMAKE_CURRENT_LIST_DIR}/maxtrick.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
  install(FILES ${CMAKE_CURRENT_LIST_DIR}/maxtrick.bash
    DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME maxtrick)
endif()
if(TARGET maxtrick_torch)
  # The program loads this module by its name; nothing links against it.
  file(RELATIVE_PATH from_bin ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR}/maxtrick)
  set_target_properties(maxtrick PROPERTIES INSTALL_RPATH "$ORIGIN/${from_bin}")
  install(TARGETS maxtrick_torch LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/maxtrick)
endif()

# While the major version is 0, a new minor version may be incompatible. The soname therefore
# includes the minor version.
set(library_version ${PROJECT_VERSION_MAJOR})
set(compatible SameMajorVersion)
if(PROJECT_VERSION_MAJOR EQUAL 0)
  set(library_version ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  set(compatible SameMinorVersion)
endif()
set_target_properties(maxtrick_api PROPERTIES OUTPUT_NAME maxtrick EXPORT_NAME maxtrick
  VERSION ${PROJECT_VERSION} SOVERSION ${library_version})
install(TARGETS maxtrick_api EXPORT maxtrick-targets INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

# A new header in lib/api/maxtrick/ needs no entry here.
install(DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/lib/api/maxtrick
  ${CMAKE_CURRENT_BINARY_DIR}/generated/api/maxtrick DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.hpp" PATTERN "*.h")

# A shared library links OpenMP itself; a program that links the static library must link OpenMP
# too.
get_target_property(library_type maxtrick_api TYPE)
set(needs_openmp OFF)
set(pkg_config_openmp "")
if(MAXTRICK_OPENMP AND library_type STREQUAL STATIC_LIBRARY)
  set(needs_openmp ON)
  set(pkg_config_openmp " ${OpenMP_CXX_FLAGS}")
endif()

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/maxtrick)
set(made ${CMAKE_CURRENT_BINARY_DIR}/generated/package)
install(EXPORT maxtrick-targets NAMESPACE maxtrick:: DESTINATION ${package})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/maxtrick-config.cmake.in
  ${made}/maxtrick-config.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(${made}/maxtrick-config-version.cmake COMPATIBILITY ${compatible})
install(FILES ${made}/maxtrick-config.cmake ${made}/maxtrick-config-version.cmake DESTINATION ${package})

set(pkg_config_folder ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
foreach(folder PREFIX FULL_INCLUDEDIR FULL_LIBDIR)
  file(RELATIVE_PATH to_${folder} ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_${folder}})
endforeach()
configure_file(${CMAKE_CURRENT_LIST_DIR}/maxtrick.pc.in ${made}/maxtrick.pc @ONLY)
install(FILES ${made}/maxtrick.pc DESTINATION ${pkg_config_folder})
