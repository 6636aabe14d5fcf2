# Writes OUTPUT, a header with the version and the commit, only if its contents change. CMakeLists.txt runs
# this at each build. Outside a git checkout the commit is empty.
execute_process(COMMAND git rev-parse HEAD WORKING_DIRECTORY ${SOURCE}
  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
set(dirty false)
if(failed)
  set(commit "")
else()
  # Changed tables do not make the checkout dirty, because writing them is the purpose of the program.
  execute_process(COMMAND git status --porcelain -- . ":(exclude)results" WORKING_DIRECTORY ${SOURCE}
    OUTPUT_VARIABLE changes ERROR_QUIET)
  if(NOT changes STREQUAL "")
    set(dirty true)
  endif()
endif()
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT [[#pragma once
#define MAXTRICK_VERSION "@VERSION@"
#define MAXTRICK_COMMIT "@commit@"
#define MAXTRICK_DIRTY @dirty@
]])
