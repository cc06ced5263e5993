# What Debian wants beside what is installed: compressed manual pages and changes, and the license.  Called by
# cpack, when everything lies in its folder and nothing is packed yet.
set(root ${CPACK_TEMPORARY_DIRECTORY}/usr)
set(documents ${root}/share/doc/contend)
if(NOT EXISTS ${root}/bin/contend)
  message(FATAL_ERROR "package: there is no ${root}/bin/contend; configure with --preset package")
endif()

# Equal sources give equal packages: dates are those of the sources.
set(seconds $ENV{SOURCE_DATE_EPOCH})
if(NOT seconds)
  execute_process(COMMAND git -C ${CPACK_CONTEND_SOURCE} log -1 --format=%ct OUTPUT_VARIABLE seconds
    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(NOT seconds)
  file(TIMESTAMP ${CPACK_CONTEND_SOURCE}/CMakeLists.txt seconds "%s" UTC)
endif()
execute_process(COMMAND env LC_ALL=C date -u -d @${seconds} "+%a, %d %b %Y %H:%M:%S +0000"
  OUTPUT_VARIABLE date OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)

# It links Open MPI, which nobody is to install who has no cluster: whoever has one builds it there.
file(REMOVE ${root}/bin/contend-mpi)

function(compress)
  foreach(file IN LISTS ARGN)
    execute_process(COMMAND gzip -9nf ${file} COMMAND_ERROR_IS_FATAL ANY)
  endforeach()
endfunction()

file(GLOB pages ${root}/share/man/man1/*.1)
compress(${pages})
file(RENAME ${documents}/CHANGELOG.md ${documents}/changelog)
file(WRITE ${documents}/changelog.Debian
"contend (${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) unstable; urgency=medium

  * Version ${CPACK_PACKAGE_VERSION}; what changed stands in changelog.gz.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
compress(${documents}/changelog ${documents}/changelog.Debian)

file(STRINGS ${CPACK_CONTEND_SOURCE}/LICENSE lines)
set(license)
foreach(line IN LISTS lines)
  if(line MATCHES "^Copyright \\(c\\) (.*)$")
    set(holder ${CMAKE_MATCH_1})
  elseif(line STREQUAL "")
    string(APPEND license " .\n")
  elseif(NOT line STREQUAL "MIT License")
    string(APPEND license " ${line}\n")
  endif()
endforeach()
string(REGEX REPLACE "^( \\.\n)+" "" license "${license}")
file(WRITE ${documents}/copyright
"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: contend

Files: *
Copyright: ${holder}
License: Expat

License: Expat
${license}")

# What lintian would find and is meant stands in its own file, each with the reason.
file(COPY ${CPACK_CONTEND_SOURCE}/scripts/cmake/lintian-overrides DESTINATION ${root}/share/lintian/overrides)
file(RENAME ${root}/share/lintian/overrides/lintian-overrides ${root}/share/lintian/overrides/contend)
file(GLOB_RECURSE all LIST_DIRECTORIES true ${root}/*)
foreach(file IN LISTS all)
  if(IS_DIRECTORY ${file})
    file(CHMOD ${file} PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
  endif()
endforeach()
