# Puts files into a header as C strings: rows { "name", "text" } of the macro MACRO.
#   cmake -DOUT=header -DMACRO=NAME "-DFILES=a;b" -P embed.cmake
set(text "/* Made by the build. */\n#define ${MACRO} \\\n")
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME)
  # Not file(STRINGS): lines with brackets would be joined as lists.
  file(READ ${file} content)
  string(REPLACE "\\" "\\\\" content "${content}")
  string(REPLACE "\"" "\\\"" content "${content}")
  string(REPLACE "\n" "\\n\" \\\n     \"" content "${content}")
  string(APPEND text "    {\"${name}\", \\\n     \"${content}\" \\\n    }, \\\n")
endforeach()
file(WRITE ${OUT}.new "${text}\n")
execute_process(COMMAND ${CMAKE_COMMAND} -E copy_if_different ${OUT}.new ${OUT})
