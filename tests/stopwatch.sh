#!/usr/bin/env bash
# Times the way of a newcomer: from nothing to a first tool of one's own that answers a call.
#
#   tests/stopwatch.sh [LANGUAGE…]      rust python js ts go c; all of them if left out
#
# Each language has a new folder, and a home with nothing in it: no caches, no packages, no Rust.
# What installs a toolchain is read in the README of the new project, as a newcomer would.
# What must be there is the `toolhost` binary and what a system has packages of: Python 3.10 with
# venv, Node.js 20.6 with npm, rustup, a C linker, curl. It asks the registries of Python, npm and Rust.
#
#   TOOLHOST=FILE       the binary; target/release/toolhost if left out
#   REPOSITORY=URL      measures the making of it, too: `git clone`, `make build`
#   UPDATE_DOCS=1       writes the result into docs/languages.md
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
toolhost=$(realpath "${TOOLHOST:-$root/target/release/toolhost}")
languages=("$@")
[ $# -gt 0 ] || languages=(rust python js ts go c)
if [ -n "${UPDATE_DOCS:-}" ] && [ $# -gt 0 ]; then
  echo 'the table in the docs has all languages; leave out the names' >&2
  exit 1
fi
document=$root/docs/languages.md
begin='<!-- What the stopwatch says, which `UPDATE_DOCS=1 make stopwatch` writes. -->'
end='<!-- The end of what the stopwatch says. -->'
# Longer than any server needs to start, with a build before.
serving_seconds=300

work=$(mktemp -d)
serving=
finish() {
  [ -z "$serving" ] || kill "$serving" 2>/dev/null || true
  # Some caches are write-protected.
  chmod -R u+w "$work" && rm -rf "$work"
}
trap finish EXIT

[ -x "$toolhost" ] || { echo "\`$toolhost\` is missing; run \`make build\`" >&2; exit 1; }
mkdir "$work/bin"
# A copy: another build may replace it meanwhile.
cp "$toolhost" "$work/bin/toolhost"

# The folder of a program, not that of a version manager's stand-in, which asks its own home.
folder_of() { dirname "$(command -v "$1")"; }
python=$(python3 -c 'import os, sys; print(os.path.dirname(os.path.realpath(sys.executable)))')
path=$work/bin:$python
for program in node npm rustup; do
  if command -v $program >/dev/null; then path=$path:$(folder_of $program); fi
done
path=$path:/usr/local/bin:/usr/bin:/bin

# Of the variables only those without which a network behind a proxy cannot be used.
kept=()
while IFS= read -r name; do kept+=("$name=${!name}"); done < <(compgen -e | grep -iE '^(https?|all|no)_proxy$|_CERT(_FILE|_DIR)?$|_CA_(BUNDLE|CERTS)$|_CAINFO$|^SSL_CERT_' || true)

now() { date +%s.%N; }
since() { awk -v from="$1" -v to="$(now)" 'BEGIN { printf "%.1f", to - from }'; }

# Runs one command in the folder where the newcomer is; `seconds` and `commands` grow.
step() {
  local command=$1 from
  from=$(now)
  if ! (cd "$here" && env -i "${kept[@]}" HOME="$home" PATH="$path" LANG=C.UTF-8 CARGO_HOME="$home/.cargo" RUSTUP_HOME="$home/.rustup" \
    bash -c "$command") >"$work/said" 2>&1; then
    cat "$work/said" >&2
    echo "\`$command\` failed" >&2
    exit 1
  fi
  count "$command" "$(since "$from")"
}

count() {
  took=$2
  printf '  %8s s  %s\n' "$took" "$1"
  commands=$((commands + 1))
  seconds=$(awk -v a="$seconds" -v b="$took" 'BEGIN { printf "%.1f", a + b }')
}

# Begins a way in a folder of its own.
begin_way() {
  echo "$1"
  home=$work/$1/home here=$work/$1/tools commands=0 seconds=0
  mkdir -p "$home" "$here"
}

# Serves the project in `here` until it says where, which is left in `address`.
serve() {
  local from
  from=$(now)
  (cd "$here" && exec env -i "${kept[@]}" HOME="$home" PATH="$path" LANG=C.UTF-8 CARGO_HOME="$home/.cargo" RUSTUP_HOME="$home/.rustup" \
    toolhost dev --port 0) >"$work/served" 2>&1 &
  serving=$!
  address=
  while [ -z "$address" ]; do
    if ! kill -0 "$serving" 2>/dev/null || [ "$(since "$from" | cut -d. -f1)" -ge "$serving_seconds" ]; then
      cat "$work/served" >&2
      echo '`toolhost dev` does not serve' >&2
      exit 1
    fi
    sleep 0.05
    address=$(grep -oE -m1 'http://127\.0\.0\.1:[0-9]+' "$work/served" || true)
  done
  count 'toolhost dev --port 0' "$(since "$from")"
}

# What the README of the project in `here` says to install.
installs() {
  # Rust itself is not in it. Its installer is the system's, so it has nothing to update.
  if [ "$1" = rust ]; then echo 'rustup toolchain install stable --profile minimal --no-self-update'; fi
  grep -oE '(python3 -m venv|\.venv/bin/pip install|npm install|rustup target add)[^`&]*' "$here/README.md" | sed 's/ *$//'
}

rows=()
measure() {
  local language=$1 toolchain made built served call from
  begin_way "$language"
  step "toolhost new first-tool --lang $language"
  made=$took
  here=$here/first-tool
  count 'cd first-tool' 0.0
  from=$seconds
  while IFS= read -r install; do step "$install"; done < <(installs "$language")
  toolchain=$(awk -v a="$from" -v b="$seconds" 'BEGIN { printf "%.1f", b - a }')
  step 'toolhost build'
  built=$took
  serve
  served=$took
  call="curl -s $address/v1/tool-runtime/invoke -H 'content-type: application/json' -d '{\"tool_name\": \"first_tool\", \"kwargs\": {\"name\": \"Ada\"}}'"
  step "$call"
  kill "$serving"
  wait "$serving" || true
  serving=
  if ! grep -q '"content":"Hello, Ada!"' "$work/said"; then
    cat "$work/said" >&2
    echo "the tool in $language gave a wrong answer" >&2
    exit 1
  fi
  megabytes=$(du -sm "$home" "$work/$language/tools" | awk '{ sum += $1 } END { print sum }')
  echo "  $commands commands, $seconds s, $megabytes MB on disk"
  rows+=("| \`$language\` | $commands | $made s | $toolchain s | $built s | $served s | $took s | $seconds s | $megabytes MB |")
  chmod -R u+w "$work/$language" && rm -rf "${work:?}/$language"
}

made='`toolhost` itself is not in it: `REPOSITORY` was not set.'
if [ -n "${REPOSITORY:-}" ]; then
  begin_way toolhost
  step "git clone --quiet '$REPOSITORY' toolhost"
  here=$here/toolhost
  # Its compiler is that of the machine.
  home=$HOME
  from=$(now)
  (cd "$here" && env CARGO_HOME="$work/toolhost/cargo" make build) >"$work/said" 2>&1 || { cat "$work/said" >&2; exit 1; }
  count 'make build' "$(since "$from")"
  made="\`toolhost\` itself is not in it: \`git clone\` and \`make build\` took $seconds s more, with an installed Rust and no crates."
fi
for language in "${languages[@]}"; do measure "$language"; done

table=$(
  cpu=$(awk -F': *' '/^model name/ { print $2; exit }' /proc/cpuinfo)
  echo "Measured on $(date +%Y-%m-%d) on $(nproc) cores of $cpu, Linux $(uname -r)."
  echo "$made"
  echo
  echo '| Language | Commands | `toolhost new` | Toolchain | `toolhost build` | `toolhost dev` | `curl` | All | On disk |'
  echo '|---|---|---|---|---|---|---|---|---|'
  printf '%s\n' "${rows[@]}"
)
printf '\n%s\n' "$table"
if [ -n "${UPDATE_DOCS:-}" ]; then
  # The text goes by the environment, since awk reads escapes in what it is given otherwise.
  begin=$begin end=$end table=$table awk '
    $0 == ENVIRON["begin"] { print; print ""; print ENVIRON["table"]; print ""; inside = 1; next }
    $0 == ENVIRON["end"] { inside = 0 }
    !inside' "$document" >"$work/document"
  cat "$work/document" >"$document"
fi
