# Writes version.h; rewritten only when something changed, so nothing is rebuilt for nothing.
#
# The commit is git's where the sources are a repository themselves, and not just below one; in an archive
# that git made it stands in commit.txt.
set(commit)
execute_process(COMMAND git -C ${SOURCE} rev-parse --show-prefix
  OUTPUT_VARIABLE below OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE status)
if(status EQUAL 0 AND below STREQUAL "")
  execute_process(COMMAND git -C ${SOURCE} rev-parse --short=12 HEAD
    OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  execute_process(COMMAND git -C ${SOURCE} status --porcelain --untracked-files=no
    OUTPUT_VARIABLE dirty OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(dirty)
    string(APPEND commit "+")
  endif()
else()
  file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/commit.txt written REGEX "^[0-9a-f]+$")
  string(SUBSTRING "${written}" 0 12 commit)
endif()
if(NOT commit)
  set(commit "unknown")
endif()
file(WRITE ${OUT}.new "/* Made by the build. */
#define CONTEND_VERSION \"${VERSION}\"
#define CONTEND_COMMIT \"${commit}\"
#define CONTEND_COMPILER \"${COMPILER}\"
#define CONTEND_FLAGS \"${FLAGS}\"
#define CONTEND_BUILD_TYPE \"${BUILD_TYPE}\"
#define CONTEND_SANITIZER \"${SANITIZER}\"
#define CONTEND_FEATURES \"${FEATURES}\"
#define CONTEND_LACKING \"${LACKING}\"
")
execute_process(COMMAND ${CMAKE_COMMAND} -E copy_if_different ${OUT}.new ${OUT})
