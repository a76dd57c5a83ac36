// Holds the precompiled headers that the unit tests share (tests/CMakeLists.txt); has no tests of its own.
