// One function compiled for several instruction sets, chosen when the program starts. Sanitized builds keep the plain
// one: their run time is not yet there when the choice is made.
#pragma once

#ifndef HEADROOM_CLONES  // a test compiles for one of them at a time
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define HEADROOM_CLONES __attribute__((target_clones("arch=x86-64-v4", "avx2", "default")))
#else
#define HEADROOM_CLONES
#endif
#endif
