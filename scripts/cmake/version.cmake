# Writes version.h; rewritten only when something changed, so nothing is rebuilt for nothing.
execute_process(COMMAND git -C ${SOURCE} rev-parse --short=12 HEAD
  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT commit)
  set(commit "unknown")
endif()
execute_process(COMMAND git -C ${SOURCE} status --porcelain --untracked-files=no
  OUTPUT_VARIABLE dirty OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(dirty)
  string(APPEND commit "+")
endif()
file(WRITE ${OUT}.new "/* Made by the build. */
#define CONTEND_VERSION \"${VERSION}\"
#define CONTEND_COMMIT \"${commit}\"
#define CONTEND_COMPILER \"${COMPILER}\"
#define CONTEND_FLAGS \"${FLAGS}\"
#define CONTEND_BUILD_TYPE \"${BUILD_TYPE}\"
#define CONTEND_SANITIZER \"${SANITIZER}\"
")
execute_process(COMMAND ${CMAKE_COMMAND} -E copy_if_different ${OUT}.new ${OUT})
