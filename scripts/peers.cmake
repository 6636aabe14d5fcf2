# Libraries to compare with. Each is used if it is found. A build without one still lists its variants, as
# unavailable. scripts/setup --peers installs them.

function(maxtrick_peer name found)
  option(MAXTRICK_${name} "Compare with ${name} where it is found" ON)
  if(MAXTRICK_${name} AND found)
    message(STATUS "Peer ${name}: found")
    set(with_${name} TRUE PARENT_SCOPE)
  elseif(MAXTRICK_${name})
    message(STATUS "Peer ${name}: not found, left out")
  else()
    message(STATUS "Peer ${name}: left out, as asked")
  endif()
endfunction()

find_package(Eigen3 CONFIG QUIET)
maxtrick_peer(EIGEN "${Eigen3_FOUND}")
if(with_EIGEN)
  target_link_libraries(maxtrick_variants PRIVATE Eigen3::Eigen)
  set_property(SOURCE lib/variants/eigen.cpp APPEND PROPERTY COMPILE_DEFINITIONS MAXTRICK_EIGEN)
endif()

# Neither the header nor the library states a version. The header includes that of pthreadpool.
find_path(XNNPACK_INCLUDE_DIR xnnpack.h)
find_path(PTHREADPOOL_INCLUDE_DIR pthreadpool.h)
find_library(XNNPACK_LIBRARY XNNPACK)
mark_as_advanced(XNNPACK_INCLUDE_DIR PTHREADPOOL_INCLUDE_DIR XNNPACK_LIBRARY)
set(found FALSE)
if(XNNPACK_INCLUDE_DIR AND PTHREADPOOL_INCLUDE_DIR AND XNNPACK_LIBRARY)
  set(found TRUE)
endif()
maxtrick_peer(XNNPACK ${found})
if(with_XNNPACK)
  execute_process(COMMAND dpkg-query -W -f "\${Version}" libxnnpack-dev
    OUTPUT_VARIABLE xnnpack_version ERROR_QUIET)
  if(NOT xnnpack_version)
    set(xnnpack_version "of unknown version")
  endif()
  add_library(maxtrick_xnnpack INTERFACE)
  target_include_directories(maxtrick_xnnpack SYSTEM INTERFACE ${XNNPACK_INCLUDE_DIR} ${PTHREADPOOL_INCLUDE_DIR})
  target_link_libraries(maxtrick_xnnpack INTERFACE ${XNNPACK_LIBRARY})
  target_link_libraries(maxtrick_variants PUBLIC maxtrick_xnnpack)
  set_property(SOURCE lib/variants/xnnpack.cpp APPEND PROPERTY COMPILE_DEFINITIONS
    "MAXTRICK_XNNPACK=\"${xnnpack_version}\"")
endif()

# A module that is loaded at the first call, because loading libtorch takes most of a second. The CMake
# package of libtorch is not used, since it requires many packages that are not needed here.
find_path(TORCH_INCLUDE_DIR torch/csrc/api/include/torch/version.h)
find_library(TORCH_CPU_LIBRARY torch_cpu)
find_library(TORCH_C10_LIBRARY c10)
mark_as_advanced(TORCH_INCLUDE_DIR TORCH_CPU_LIBRARY TORCH_C10_LIBRARY)
set(found FALSE)
if(TORCH_INCLUDE_DIR AND TORCH_CPU_LIBRARY AND TORCH_C10_LIBRARY)
  set(found TRUE)
endif()
maxtrick_peer(TORCH ${found})
if(with_TORCH)
  add_library(maxtrick_torch MODULE lib/variants/torch/module.cpp)
  set_target_properties(maxtrick_torch PROPERTIES CXX_STANDARD 17)
  target_include_directories(maxtrick_torch SYSTEM PRIVATE ${TORCH_INCLUDE_DIR})
  target_link_libraries(maxtrick_torch PRIVATE maxtrick_flags ${TORCH_CPU_LIBRARY} ${TORCH_C10_LIBRARY})
  target_include_directories(maxtrick_variants SYSTEM PRIVATE ${TORCH_INCLUDE_DIR})
  target_link_libraries(maxtrick_variants PRIVATE ${CMAKE_DL_LIBS})
  set_property(SOURCE lib/variants/torch.cpp APPEND PROPERTY COMPILE_DEFINITIONS
    "MAXTRICK_TORCH=\"$<TARGET_FILE_NAME:maxtrick_torch>\"")
  # Programs look for the module in their own folder, and the tests one folder up.
  set(CMAKE_BUILD_RPATH "$ORIGIN;$ORIGIN/..")
endif()

# It is loaded at the first call, and needs no header. MAXTRICK_ONNXRUNTIME is the path of the library; OFF leaves
# it out.
find_library(MAXTRICK_ONNXRUNTIME NAMES onnxruntime libonnxruntime.so.1
  HINTS ${CMAKE_CURRENT_SOURCE_DIR}/build/onnxruntime)
if(MAXTRICK_ONNXRUNTIME)
  # The library states its version in the version of its symbols.
  execute_process(COMMAND ${CMAKE_OBJDUMP} -p ${MAXTRICK_ONNXRUNTIME} OUTPUT_VARIABLE about_onnxruntime)
  if(NOT about_onnxruntime MATCHES "VERS_([0-9.]+)")
    message(FATAL_ERROR "MAXTRICK_ONNXRUNTIME: ${MAXTRICK_ONNXRUNTIME} is not ONNX Runtime")
  endif()
  message(STATUS "Peer ONNXRUNTIME: found")
  target_link_libraries(maxtrick_variants PRIVATE ${CMAKE_DL_LIBS})
  set_property(SOURCE lib/variants/onnxruntime.cpp APPEND PROPERTY COMPILE_DEFINITIONS
    "MAXTRICK_ONNXRUNTIME=\"${MAXTRICK_ONNXRUNTIME}\"" "MAXTRICK_ONNXRUNTIME_VERSION=\"${CMAKE_MATCH_1}\"")
elseif(MAXTRICK_ONNXRUNTIME MATCHES "NOTFOUND$")
  message(STATUS "Peer ONNXRUNTIME: not found, left out")
else()
  message(STATUS "Peer ONNXRUNTIME: left out, as asked")
endif()
