# Manual pages and completions into OUT: cmake -DCONTEND= -DPYTHON= -DSOURCE= -DOUT= -P manual.cmake
#
# The pages' date is that of SOURCE_DATE_EPOCH, else of the commit, else of the sources.
execute_process(COMMAND git -C ${SOURCE} log -1 --format=%ct OUTPUT_VARIABLE date
  OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE status)
if(NOT status EQUAL 0 OR NOT date)
  file(TIMESTAMP ${SOURCE}/CMakeLists.txt date "%s" UTC)
endif()
file(MAKE_DIRECTORY ${OUT})
execute_process(COMMAND ${CONTEND} help --json OUTPUT_FILE ${OUT}/help.json COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${PYTHON} ${SOURCE}/scripts/manual.py ${OUT}/man1 --date ${date}
  INPUT_FILE ${OUT}/help.json COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${PYTHON} ${SOURCE}/scripts/completions.py ${OUT}/completions
  INPUT_FILE ${OUT}/help.json COMMAND_ERROR_IS_FATAL ANY)
file(TOUCH ${OUT}/made)
