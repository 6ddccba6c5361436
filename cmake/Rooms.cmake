# payferry_room(NAME SOURCES … LINK …): the library of one folder under src/. Includes are written from src/:
# #include "core/words.hpp".
function(payferry_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;LINK" ${ARGN})
  add_library(payferry_${name} STATIC ${ROOM_SOURCES})
  target_include_directories(payferry_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(payferry_${name} PUBLIC ${ROOM_LINK} PRIVATE payferry_warnings)
endfunction()

# payferry_test(NAME LABEL unit|integration SOURCES … LINK … [TIMEOUT seconds] [ONE_THREAD]): one test program. Every test has a time
# limit: a coroutine that is never resumed would hang for ever.
# ONE_THREAD: it never starts a second thread, so the thread sanitizer has nothing to find and it is not built for it. Where no
# sanitizer is in the way, it is held to that: a thread that it does start fails.
function(payferry_test name)
  cmake_parse_arguments(TEST "ONE_THREAD" "LABEL;TIMEOUT" "SOURCES;LINK" ${ARGN})
  if(NOT TEST_TIMEOUT)
    set(TEST_TIMEOUT 60)
  endif()
  if(TEST_ONE_THREAD AND PAYFERRY_SANITIZE MATCHES "thread")
    return()
  endif()
  if(TEST_ONE_THREAD AND NOT PAYFERRY_SANITIZE)
    list(APPEND TEST_SOURCES ${CMAKE_SOURCE_DIR}/tests/support/one_thread.cpp)
  endif()
  add_executable(${name} ${TEST_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(${name} PRIVATE ${TEST_LINK} payferry_warnings GTest::gtest GTest::gmock GTest::gtest_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 PROPERTIES LABELS ${TEST_LABEL} TIMEOUT ${TEST_TIMEOUT})
endfunction()
