/// Memory that is taken and never given back: an instance ends with its call.
#ifndef __wasm__
#include <stdlib.h>
#endif
#include <string.h>

#include "abi.h"

#define ALIGNMENT ((size_t)16)

#ifdef __wasm__

#define PAGE ((size_t)65536)

/// What small calls do with, in the pages that the module has anyway.
static _Alignas(16) char first[32768];
static char *at = first, *end = first + sizeof first;
/// The last that was handed out, which alone can grow where it is.
static char *last;

__attribute__((noinline, noreturn)) static void out_of_memory(void) { __builtin_trap(); }

// Weak, so that these alone do not bring the allocator of the C library in.
__attribute__((weak)) void *malloc(size_t size);
__attribute__((weak)) void free(void *memory);

/// Lets an allocator that the tool has take its first memory. That of some C libraries takes all
/// there is then, and must do so before there is memory of ours behind it.
static void start_allocator(void) {
    static bool started;
    // Volatile, for a compiler may drop a pair of `malloc` and `free`.
    static void *volatile taken;
    if (!started && malloc != NULL && free != NULL) {
        taken = malloc(1);
        free(taken);
    }
    started = true;
}

/// Makes room for so many bytes at `at`, or elsewhere with the old ones left behind.
static void reserve(size_t size) {
    if (size <= (size_t)(end - at)) {
        return;
    }
    start_allocator();
    size_t pages = (size + PAGE - 1) / PAGE;
    size_t grown = __builtin_wasm_memory_grow(0, pages);
    if (grown == SIZE_MAX) {
        out_of_memory();
    }
    char *start = (char *)(grown * PAGE);
    // Somebody else may have grown the memory in between, such as `malloc`.
    if (start != end) {
        at = start;
    }
    end = start + pages * PAGE;
}

void *toolhost_alloc(size_t size) {
    if (size > SIZE_MAX / 2) {
        out_of_memory();
    }
    size = (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
    reserve(size);
    last = at;
    at += size;
    return last;
}

void *toolhost_extend(void *memory, size_t old_size, size_t new_size) {
    if (memory != NULL && memory == last && new_size <= SIZE_MAX / 2) {
        size_t size = (new_size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
        if (size <= (size_t)(end - last)) {
            at = last + size > at ? last + size : at;
            return memory;
        }
    }
    void *moved = toolhost_alloc(new_size);
    if (old_size > 0) {
        memcpy(moved, memory, old_size < new_size ? old_size : new_size);
    }
    return moved;
}

/// How the host puts what it returns into the memory. The zero byte behind makes it a text.
__attribute__((export_name("cabi_realloc"))) void *cabi_realloc(void *memory, size_t old_size,
                                                                size_t alignment, size_t new_size) {
    (void)alignment;
    return toolhost_extend(memory, old_size, new_size + 1);
}

#else

// One block for each, so that a sanitizer sees where it ends. Tests are short and free nothing,
// but keep all of it reachable, so that no leak is reported.
typedef struct block {
    struct block *next;
} block;

static block *blocks;

void *toolhost_alloc(size_t size) {
    if (size > SIZE_MAX / 2) {
        abort();
    }
    block *taken = calloc(1, sizeof(block) + ALIGNMENT - sizeof(block) % ALIGNMENT + size);
    if (taken == NULL) {
        abort();
    }
    taken->next = blocks;
    blocks = taken;
    return (char *)taken + sizeof(block) + ALIGNMENT - sizeof(block) % ALIGNMENT;
}

void *toolhost_extend(void *memory, size_t old_size, size_t new_size) {
    void *moved = toolhost_alloc(new_size);
    if (old_size > 0) {
        memcpy(moved, memory, old_size < new_size ? old_size : new_size);
    }
    return moved;
}

#endif
