# Puts files into a header as C strings: rows { "name", "text" } of the macro MACRO.
#   cmake -DOUT=header -DMACRO=NAME "-DFILES=a;b" -P embed.cmake
include(${CMAKE_CURRENT_LIST_DIR}/c_string.cmake)
set(text "/* Made by the build. */\n#define ${MACRO} \\\n")
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME)
  c_string(content ${file})
  string(APPEND text "    {\"${name}\", \\\n     \"${content}\" \\\n    }, \\\n")
endforeach()
file(WRITE ${OUT}.new "${text}\n")
execute_process(COMMAND ${CMAKE_COMMAND} -E copy_if_different ${OUT}.new ${OUT})
