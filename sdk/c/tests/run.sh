#!/bin/sh
# Tests the library and all examples on the machine itself, with the sanitizers if the compiler
# has them: `sh tests/run.sh`. `CC` names the compiler; what it makes goes to a folder of its own.
set -eu
cd "$(dirname "$0")/.."
CC=${CC:-cc}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

flags="-std=c11 -g -O1 -Wall -Wextra -Wpedantic -Werror"
sanitizers="-fsanitize=address,undefined -fno-sanitize-recover=all"
echo 'int main(void) { return 0; }' >"$out/empty.c"
if $CC $sanitizers "$out/empty.c" -o "$out/empty" 2>/dev/null && "$out/empty"; then
    flags="$flags $sanitizers"
else
    echo "without sanitizers, which $CC does not have"
fi

for test in tests/*_test.c; do
    echo "== $test"
    $CC $flags -Itoolhost "$test" toolhost/*.c -o "$out/test"
    "$out/test"
done
for example in examples/*; do
    echo "== $example"
    $CC $flags -Itoolhost -I"$example/src" "$example"/src/*.c toolhost/*.c "$example"/tests/*_test.c \
        -o "$out/test"
    "$out/test"
done

echo "== README.md"
awk -v out="$out" '/^```c$/ { inside = 1; count++; next } /^```$/ { inside = 0 }
    inside { print > (out "/block" count ".c") }' README.md
for block in "$out"/block*.c; do
    # A block may be a piece of a file: a function that nothing there calls.
    $CC -std=c11 -Wall -Wextra -Werror -Wno-unused-function -Itoolhost -fsyntax-only \
        -include assert.h -include string.h -include toolhost/fake.h "$block"
done
