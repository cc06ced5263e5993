# What `cmake --install` puts where, and what `cpack -G DEB` makes of it.  Read by CMakeLists.txt.
install(TARGETS contend contend-raise)
install(TARGETS contend-watch DESTINATION ${CMAKE_INSTALL_LIBDIR}/contend)

# For authors of plug-ins: headers, and a .pc file that finds them from its own place, so that
# `cmake --install --prefix` and moved trees are right.
install(FILES bench/contend.h bench/contend_executor.h bench/contend_lock.h bench/contend_probe.h bench/contend_sync.h
  bench/contend_queue.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
file(RELATIVE_PATH CONTEND_PC_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS bench/contend.h)
file(STRINGS bench/contend.h CONTEND_ABI REGEX "^#define CONTEND_ABI ")
string(REGEX REPLACE "^#define CONTEND_ABI " "" CONTEND_ABI "${CONTEND_ABI}")
configure_file(scripts/cmake/contend.pc.in ${CMAKE_BINARY_DIR}/contend.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/contend.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

contend_glob(schema_files results/schema/*.json)
install(FILES ${schema_files} DESTINATION ${CMAKE_INSTALL_DATADIR}/contend)
contend_glob(suite_files workloads/suites/*.json)
install(FILES ${suite_files} DESTINATION ${CMAKE_INSTALL_DATADIR}/contend/suites)
install(DIRECTORY scripts/reference DESTINATION ${CMAKE_INSTALL_DATADIR}/contend
  PATTERN "__pycache__" EXCLUDE PATTERN "target" EXCLUDE)
install(DIRECTORY examples DESTINATION ${CMAKE_INSTALL_DATADIR}/contend
  PATTERN "*.so" EXCLUDE PATTERN ".gitignore" EXCLUDE)
# What is called where contend is installed.  The action lies beside the sources that it builds contend of.
install(PROGRAMS scripts/cluster/slurm.sh DESTINATION ${CMAKE_INSTALL_DATADIR}/contend/scripts/cluster)
install(PROGRAMS scripts/ci/gate.sh scripts/ci/keep-history.sh scripts/ci/regress.sh
        DESTINATION ${CMAKE_INSTALL_DATADIR}/contend/scripts/ci)
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

# Manual pages and completions are what the program says of its own tables.
install(FILES bench/raise/contend-raise.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
find_package(Python3 COMPONENTS Interpreter QUIET)
# Debian's zsh does not look where others do, except below /usr/local.
set(CONTEND_ZSH_FOLDER site-functions CACHE STRING "Below share/zsh: where zsh looks for completions")
if(Python3_FOUND AND NOT CMAKE_CROSSCOMPILING AND NOT CONTEND_SANITIZE AND NOT CONTEND_FUZZ)
  set(manual_directory ${CMAKE_BINARY_DIR}/manual)
  add_custom_command(OUTPUT ${manual_directory}/made
    COMMAND ${CMAKE_COMMAND} -DCONTEND=$<TARGET_FILE:contend> -DPYTHON=${Python3_EXECUTABLE}
            -DSOURCE=${CMAKE_SOURCE_DIR} -DOUT=${manual_directory}
            -P ${CMAKE_SOURCE_DIR}/scripts/cmake/manual.cmake
    DEPENDS contend scripts/manual.py scripts/completions.py scripts/cmake/manual.cmake VERBATIM)
  add_custom_target(contend_manual ALL DEPENDS ${manual_directory}/made)
  install(DIRECTORY ${manual_directory}/man1 DESTINATION ${CMAKE_INSTALL_MANDIR})
  install(FILES ${manual_directory}/completions/contend.bash RENAME contend
    DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  install(FILES ${manual_directory}/completions/_contend DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/${CONTEND_ZSH_FOLDER})
  install(FILES ${manual_directory}/completions/contend.fish
    DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endif()

# ---- The package: cmake --preset package && cpack ------------------------------------------------
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME contend)
set(CPACK_PACKAGE_CONTACT "The contend authors <contend@localhost>")
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
# Of folders, whatever umask whoever builds has.
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CMAKE_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS ${CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS})
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Loaded where placements are, so no program needs it in the sense that dpkg-shlibdeps looks for.
set(CPACK_DEBIAN_PACKAGE_DEPENDS libhwloc15)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS libsqlite3-0)
# What is loaded where it is there: counters, compilers of plug-ins, references, the check from outside.
set(CPACK_DEBIAN_PACKAGE_SUGGESTS
  "gcc, hyperfine, libpapi6.0, pkg-config, python3, libst1 | libst-dev, libpth20, libuv1, libglib2.0-0, libgomp1, libnsync1, libtbb12")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
  "contend runs the same work as threads, processes and coroutines, with and
without a lock like an interpreter's, and says what a unit costs to start,
to run and to contend, and how sure each number is.

It compares two builds interleaved in one run, shows the locks inside of
unmodified programs, and loads executors, locks, workloads and probes of
others.")
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_SOURCE_DIR}/scripts/cmake/package.cmake)
set(CPACK_CONTEND_SOURCE ${CMAKE_SOURCE_DIR})
include(CPack)
