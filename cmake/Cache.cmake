# A Beast+TLS translation unit takes up to a minute: never compile the same text twice.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Paths are hashed from the checkout on, so that a second clone or worktree finds what the first has compiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE_PROGRAM})
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()
# Two compilations of the heavy files take 2.6 GB under the sanitizers; more at once would swap small machines.
set_property(GLOBAL PROPERTY JOB_POOLS heavy=2)
