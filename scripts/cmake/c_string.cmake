# c_string(OUT FILE): the file's text as the inside of a C string, a literal for each line.
function(c_string out file)
  # Not file(STRINGS): lines with brackets would be joined as lists.
  file(READ ${file} content)
  string(REPLACE "\\" "\\\\" content "${content}")
  string(REPLACE "\"" "\\\"" content "${content}")
  string(REPLACE "\n" "\\n\" \\\n     \"" content "${content}")
  set(${out} "${content}" PARENT_SCOPE)
endfunction()
