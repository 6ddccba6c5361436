# Debian 12 packages only; nothing is fetched at configure time.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(Boost 1.81 CONFIG REQUIRED COMPONENTS headers url)
find_package(OpenSSL 3 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(RapidJSON CONFIG REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
find_package(SQLite3 REQUIRED)
# The headers of the server, which the module asks for too, nobody here includes.
set(PostgreSQL_TYPE_INCLUDE_DIR /usr/include/postgresql)
find_package(PostgreSQL 14 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(rabbitmq-c 0.11 CONFIG REQUIRED)

# What one thread allocates the other frees, all day long: glibc's allocator takes a fifth of a run's instructions for that.
# The sanitizers bring their own.
add_library(payferry_allocator INTERFACE)
if(NOT PAYFERRY_SANITIZE)
  find_package(mimalloc 2.0 CONFIG REQUIRED)
  target_link_libraries(payferry_allocator INTERFACE -Wl,--push-state,--no-as-needed mimalloc -Wl,--pop-state)
endif()

add_library(payferry_asio INTERFACE)
target_link_libraries(payferry_asio INTERFACE Boost::headers Threads::Threads)
# Frames of coroutines come from the allocator: the two that Asio keeps of a thread's are mostly not of the size that is asked for.
target_compile_definitions(payferry_asio INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_AWAITABLE_FRAME_RECYCLING)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # At -O2, g++ 12 takes the operators new and delete of Asio's coroutine frames for a mismatched pair once one is inlined.
  target_compile_options(payferry_asio INTERFACE -Wno-mismatched-new-delete)
endif()

# RapidJSON 1.1 exports no target. Without RAPIDJSON_SSE2: that reads up to fifteen bytes past the end of a text.
add_library(payferry_rapidjson INTERFACE)
target_include_directories(payferry_rapidjson SYSTEM INTERFACE ${RAPIDJSON_INCLUDE_DIRS})
target_compile_definitions(payferry_rapidjson INTERFACE RAPIDJSON_HAS_STDSTRING=1)

find_path(LIBCSV_INCLUDE_DIR csv.h REQUIRED)
find_library(LIBCSV_LIBRARY csv REQUIRED)
add_library(payferry_libcsv INTERFACE)
target_include_directories(payferry_libcsv SYSTEM INTERFACE ${LIBCSV_INCLUDE_DIR})
target_link_libraries(payferry_libcsv INTERFACE ${LIBCSV_LIBRARY})

find_path(LIBRDKAFKA_INCLUDE_DIR librdkafka/rdkafka.h REQUIRED)
find_library(LIBRDKAFKA_LIBRARY rdkafka REQUIRED)
add_library(payferry_rdkafka INTERFACE)
target_include_directories(payferry_rdkafka SYSTEM INTERFACE ${LIBRDKAFKA_INCLUDE_DIR})
target_link_libraries(payferry_rdkafka INTERFACE ${LIBRDKAFKA_LIBRARY})
