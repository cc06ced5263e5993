# Puts files into a header, each as one C string: "chart.css" becomes the macro CONTEND_CHART_CSS.
#   cmake -DOUT=header "-DFILES=a;b" -P embed_text.cmake
include(${CMAKE_CURRENT_LIST_DIR}/c_string.cmake)
set(text "/* Made by the build. */\n")
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME)
  string(TOUPPER "CONTEND_${name}" macro)
  string(REGEX REPLACE "[^A-Z0-9]" "_" macro "${macro}")
  c_string(content ${file})
  string(APPEND text "#define ${macro} \\\n    \"${content}\"\n")
endforeach()
file(WRITE ${OUT}.new "${text}\n")
execute_process(COMMAND ${CMAKE_COMMAND} -E copy_if_different ${OUT}.new ${OUT})
