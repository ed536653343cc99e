;; Makes the host write, draw and copy more than it should: output without end, a terabyte of
;; random bytes, and an answer of seven million texts, all of them empty.
;;
;; The host must stop each at a limit, before it has spent the room for it.
(component
  (import "wasi:io/error@0.2.0" (instance $error
    (export "error" (type (sub resource)))))
  (alias export $error "error" (type $error))
  (import "wasi:io/streams@0.2.0" (instance $streams
    (export "output-stream" (type $output-stream (sub resource)))
    (alias outer 1 $error (type $outer))
    (export "error" (type $error (eq $outer)))
    (type $failure (variant (case "last-operation-failed" (own $error)) (case "closed")))
    (export "stream-error" (type $stream-error (eq $failure)))
    (export "[method]output-stream.blocking-write-and-flush" (func
      (param "self" (borrow $output-stream)) (param "contents" (list u8))
      (result (result (error $stream-error)))))))
  (alias export $streams "output-stream" (type $output-stream))
  (import "wasi:cli/stdout@0.2.0" (instance $stdout
    (alias outer 1 $output-stream (type $outer))
    (export "output-stream" (type $output-stream (eq $outer)))
    (export "get-stdout" (func (result (own $output-stream))))))
  (import "wasi:random/random@0.2.0" (instance $random
    (export "get-random-bytes" (func (param "len" u64) (result (list u8))))))

  ;; By itself, because what the host is lent must be there before the host is called.
  (core module $room
    ;; Enough for seven million pairs of pointer and length.
    (memory (export "memory") 900)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 65536))
  (core instance $room (instantiate $room))
  (alias core export $room "memory" (core memory $memory))
  (alias core export $room "realloc" (core func $realloc))
  (core func $write (canon lower
    (func $streams "[method]output-stream.blocking-write-and-flush") (memory $memory)))
  (core func $get-stdout (canon lower (func $stdout "get-stdout")))
  (core func $get-random-bytes (canon lower
    (func $random "get-random-bytes") (memory $memory) (realloc $realloc)))

  (core module $floods
    (import "room" "memory" (memory 900))
    (import "host" "write" (func $write (param i32 i32 i32 i32)))
    (import "host" "get-stdout" (func $get-stdout (result i32)))
    (import "host" "get-random-bytes" (func $get-random-bytes (param i64 i32)))

    ;; Goes on whether it is told that it failed or not.
    (func (export "print-forever")
      (local $stdout i32)
      (memory.fill (i32.const 4096) (i32.const 0x78) (i32.const 4096))
      (local.set $stdout (call $get-stdout))
      (loop $again
        (call $write (local.get $stdout) (i32.const 4096) (i32.const 4096) (i32.const 8))
        (br $again)))

    (func (export "draw-terabyte") (result i32)
      (call $get-random-bytes (i64.const 0x10000000000) (i32.const 8))
      (i32.load (i32.const 12)))

    ;; Memory that nobody wrote to is a list of empty texts.
    (func (export "seven-million-texts") (result i32)
      (i32.store (i32.const 8) (i32.const 65536))
      (i32.store (i32.const 12) (i32.const 7000000))
      i32.const 8))

  (core instance $i (instantiate $floods
    (with "room" (instance $room))
    (with "host" (instance
      (export "write" (func $write))
      (export "get-stdout" (func $get-stdout))
      (export "get-random-bytes" (func $get-random-bytes))))))
  (func $print-forever (canon lift (core func $i "print-forever")))
  (func $draw-terabyte (result u32) (canon lift (core func $i "draw-terabyte")))
  (func $seven-million-texts (result (list string))
    (canon lift (core func $i "seven-million-texts") (memory $memory)))

  (instance $attacks
    (export "print-forever" (func $print-forever))
    (export "draw-terabyte" (func $draw-terabyte))
    (export "seven-million-texts" (func $seven-million-texts)))
  (export "hostile:floods/attacks@0.1.0" (instance $attacks)))
