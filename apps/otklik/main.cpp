#include <cstdio>

#include "base/build_info.hpp"

int main() { std::printf("otklik %s\n", otklik::build::version); }
