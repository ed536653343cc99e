;; Looks for what it was not given: environment, arguments, folders and standard input. Each
;; tool answers with the names that it found, or with `none`.
;;
;; The host must show it nothing of itself, and give it random numbers that nobody knows.
(component
  (import "wasi:cli/environment@0.2.0" (instance $environment
    (export "get-environment" (func (result (list (tuple string string)))))
    (export "get-arguments" (func (result (list string))))
    (export "initial-cwd" (func (result (option string))))))
  (import "wasi:io/error@0.2.0" (instance $error
    (export "error" (type (sub resource)))))
  (alias export $error "error" (type $error))
  (import "wasi:io/streams@0.2.0" (instance $streams
    (export "input-stream" (type $input-stream (sub resource)))
    (alias outer 1 $error (type $outer))
    (export "error" (type $error (eq $outer)))
    (type $failure (variant (case "last-operation-failed" (own $error)) (case "closed")))
    (export "stream-error" (type $stream-error (eq $failure)))
    (export "[method]input-stream.blocking-read" (func
      (param "self" (borrow $input-stream)) (param "len" u64)
      (result (result (list u8) (error $stream-error)))))))
  (alias export $streams "input-stream" (type $input-stream))
  (import "wasi:cli/stdin@0.2.0" (instance $stdin
    (alias outer 1 $input-stream (type $outer))
    (export "input-stream" (type $input-stream (eq $outer)))
    (export "get-stdin" (func (result (own $input-stream))))))
  (import "wasi:filesystem/types@0.2.0" (instance $files
    (export "descriptor" (type (sub resource)))))
  (alias export $files "descriptor" (type $descriptor))
  (import "wasi:filesystem/preopens@0.2.0" (instance $preopens
    (alias outer 1 $descriptor (type $outer))
    (export "descriptor" (type $descriptor (eq $outer)))
    (export "get-directories" (func (result (list (tuple (own $descriptor) string)))))))
  (import "wasi:random/random@0.2.0" (instance $random
    (export "get-random-u64" (func (result u64)))))

  ;; By itself, because what the host is lent must be there before the host is called.
  (core module $room
    (memory (export "memory") 16)
    (global $free (export "free") (mut i32) (i32.const 65536))
    ;; Beyond the memory it is the host that must notice.
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (local $at i32)
      (local.set $at (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
      (global.set $free (i32.add (local.get $at) (local.get 3)))
      local.get $at))
  (core instance $room (instantiate $room))
  (alias core export $room "memory" (core memory $memory))
  (alias core export $room "realloc" (core func $realloc))
  (core func $get-environment (canon lower
    (func $environment "get-environment") (memory $memory) (realloc $realloc)))
  (core func $get-arguments (canon lower
    (func $environment "get-arguments") (memory $memory) (realloc $realloc)))
  (core func $initial-cwd (canon lower
    (func $environment "initial-cwd") (memory $memory) (realloc $realloc)))
  (core func $get-stdin (canon lower (func $stdin "get-stdin")))
  (core func $read (canon lower
    (func $streams "[method]input-stream.blocking-read") (memory $memory) (realloc $realloc)))
  (core func $get-directories (canon lower
    (func $preopens "get-directories") (memory $memory) (realloc $realloc)))
  (core func $get-random (canon lower (func $random "get-random-u64")))

  (core module $peeks
    (import "room" "memory" (memory 16))
    (import "room" "free" (global $free (mut i32)))
    (import "host" "get-environment" (func $get-environment (param i32)))
    (import "host" "get-arguments" (func $get-arguments (param i32)))
    (import "host" "initial-cwd" (func $initial-cwd (param i32)))
    (import "host" "get-stdin" (func $get-stdin (result i32)))
    (import "host" "read" (func $read (param i32 i64 i32)))
    (import "host" "get-directories" (func $get-directories (param i32)))
    (import "host" "get-random" (func $get-random (result i64)))
    (data (i32.const 0) "none ")
    ;; The answer grows from 4096 to 61440; what the host answers lies at 16.
    (global $end (mut i32) (i32.const 4096))

    ;; An instance may have been called before.
    (func $begin
      (global.set $end (i32.const 4096))
      (global.set $free (i32.const 65536)))

    (func $say (param $text i32) (param $length i32)
      (if (i32.lt_u (i32.add (global.get $end) (local.get $length)) (i32.const 61440))
        (then
          (memory.copy (global.get $end) (local.get $text) (local.get $length))
          (global.set $end (i32.add (global.get $end) (local.get $length))))))

    ;; Says a text of each item of a list, which stands at the beginning of the item.
    (func $say-each (param $item i32) (param $count i32) (param $stride i32)
      (block $over
        (loop $again
          (br_if $over (i32.eqz (local.get $count)))
          (call $say (i32.load (local.get $item)) (i32.load offset=4 (local.get $item)))
          (call $say (i32.const 4) (i32.const 1))
          (local.set $item (i32.add (local.get $item) (local.get $stride)))
          (local.set $count (i32.sub (local.get $count) (i32.const 1)))
          (br $again))))

    (func $answer (result i32)
      (if (i32.eq (global.get $end) (i32.const 4096))
        (then (call $say (i32.const 0) (i32.const 4))))
      (i32.store (i32.const 8) (i32.const 4096))
      (i32.store (i32.const 12) (i32.sub (global.get $end) (i32.const 4096)))
      i32.const 8)

    (func (export "environment") (result i32)
      (call $begin)
      (call $get-environment (i32.const 16))
      (call $say-each (i32.load (i32.const 16)) (i32.load (i32.const 20)) (i32.const 16))
      (call $answer))

    (func (export "arguments") (result i32)
      (call $begin)
      (call $get-arguments (i32.const 16))
      (call $say-each (i32.load (i32.const 16)) (i32.load (i32.const 20)) (i32.const 8))
      (call $answer))

    (func (export "working-folder") (result i32)
      (call $begin)
      (call $initial-cwd (i32.const 16))
      (call $say-each (i32.const 20) (i32.load8_u (i32.const 16)) (i32.const 0))
      (call $answer))

    (func (export "standard-input") (result i32)
      (call $begin)
      (call $read (call $get-stdin) (i64.const 32768) (i32.const 16))
      (if (i32.eqz (i32.load8_u (i32.const 16)))
        (then (call $say (i32.load (i32.const 20)) (i32.load (i32.const 24)))))
      (call $answer))

    ;; An item is a handle and a text.
    (func (export "folders") (result i32)
      (call $begin)
      (call $get-directories (i32.const 16))
      (call $say-each
        (i32.add (i32.load (i32.const 16)) (i32.const 4)) (i32.load (i32.const 20)) (i32.const 12))
      (call $answer))

    (func (export "random") (result i64) (call $get-random)))

  (core instance $i (instantiate $peeks
    (with "room" (instance $room))
    (with "host" (instance
      (export "get-environment" (func $get-environment))
      (export "get-arguments" (func $get-arguments))
      (export "initial-cwd" (func $initial-cwd))
      (export "get-stdin" (func $get-stdin))
      (export "read" (func $read))
      (export "get-directories" (func $get-directories))
      (export "get-random" (func $get-random))))))
  (func $environment (result string)
    (canon lift (core func $i "environment") (memory $memory)))
  (func $arguments (result string)
    (canon lift (core func $i "arguments") (memory $memory)))
  (func $working-folder (result string)
    (canon lift (core func $i "working-folder") (memory $memory)))
  (func $standard-input (result string)
    (canon lift (core func $i "standard-input") (memory $memory)))
  (func $folders (result string)
    (canon lift (core func $i "folders") (memory $memory)))
  (func $random (result u64) (canon lift (core func $i "random")))

  (instance $attacks
    (export "environment" (func $environment))
    (export "arguments" (func $arguments))
    (export "working-folder" (func $working-folder))
    (export "standard-input" (func $standard-input))
    (export "folders" (func $folders))
    (export "random" (func $random)))
  (export "hostile:peeks/attacks@0.1.0" (instance $attacks)))
