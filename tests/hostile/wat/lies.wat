;; Breaks the rules of the canonical ABI, which no compiler would: pointers, lengths, encodings
;; and discriminants that cannot be, and code that runs where the caller does not look.
;;
;; The host must answer each with a typed failure. Only what the rules allow may pass: an
;; integer that is cut to its width, a bool of 2, flags that do not exist, a NaN.
(component
  (import "wasi:random/insecure@0.2.0" (instance $random
    (export "get-insecure-random-u64" (func (result u64)))))
  (core func $random (canon lower (func $random "get-insecure-random-u64")))

  (core module $lies
    (import "host" "random" (func $random (result i64)))
    (memory (export "memory") 1)
    (table 1 funcref)

    ;; Pairs of pointer and length.
    (data (i32.const 16) "\ff\ff\00\00" "\10\00\00\00") ;; begins in memory, ends outside
    (data (i32.const 24) "\f0\ff\ff\ff" "\20\00\00\00") ;; wraps around 2^32
    (data (i32.const 32) "\00\00\00\00" "\ff\ff\ff\7f") ;; 2 GiB
    (data (i32.const 40) "\00\02\00\00" "\04\00\00\00") ;; bytes at 512
    (data (i32.const 48) "\10\02\00\00" "\03\00\00\00") ;; bytes at 528
    (data (i32.const 56) "\20\02\00\00" "\03\00\00\00") ;; bytes at 544
    (data (i32.const 64) "\30\02\00\00" "\02\00\00\00") ;; UTF-16 at 560
    (data (i32.const 72) "\31\02\00\00" "\02\00\00\00") ;; UTF-16 at an odd address
    (data (i32.const 80) "\30\02\00\00" "\ff\ff\ff\ff") ;; a tagged length of 2^31 - 1
    (data (i32.const 88) "\00\00\00\00" "\00\00\00\20") ;; 2^29 times 8 bytes: 0 in 32 bits
    (data (i32.const 96) "\01\00\00\00" "\01\00\00\00") ;; not aligned
    (data (i32.const 104) "\40\02\00\00" "\05\00\00\00") ;; good text at 576
    (data (i32.const 512) "\ff\fe\c0\80") ;; no UTF-8 at all
    (data (i32.const 528) "\ed\a0\80") ;; half a surrogate pair
    (data (i32.const 544) "\f0\9f\8c") ;; three of four bytes
    (data (i32.const 560) "\00\d8a\00") ;; half a surrogate pair in UTF-16
    (data (i32.const 576) "hello")
    (data (i32.const 640) "\c8\01\02\03\04\05\06\07") ;; discriminant 200
    (data (i32.const 656) "\02\07") ;; discriminant 2 of 2

    (func (export "pair-at-16") (result i32) i32.const 16)
    (func (export "pair-at-24") (result i32) i32.const 24)
    (func (export "pair-at-32") (result i32) i32.const 32)
    (func (export "pair-at-40") (result i32) i32.const 40)
    (func (export "pair-at-48") (result i32) i32.const 48)
    (func (export "pair-at-56") (result i32) i32.const 56)
    (func (export "pair-at-64") (result i32) i32.const 64)
    (func (export "pair-at-72") (result i32) i32.const 72)
    (func (export "pair-at-80") (result i32) i32.const 80)
    (func (export "pair-at-88") (result i32) i32.const 88)
    (func (export "pair-at-96") (result i32) i32.const 96)
    (func (export "good-text") (result i32) i32.const 104)
    (func (export "discriminant-200") (result i32) i32.const 640)
    (func (export "discriminant-2") (result i32) i32.const 656)
    (func (export "pointer-outside") (result i32) i32.const 0xfffffffc)
    (func (export "pointer-odd") (result i32) i32.const 17)
    (func (export "half-surrogate") (result i32) i32.const 0xd800)
    (func (export "past-unicode") (result i32) i32.const 0x110000)
    (func (export "nine") (result i32) i32.const 9)
    (func (export "two") (result i32) i32.const 2)
    (func (export "all-bits") (result i32) i32.const -1)
    (func (export "three-hundred") (result i32) i32.const 300)
    (func (export "nan32") (result f32) f32.const nan:0x200001)
    (func (export "nan64") (result f64) f64.const -nan:0x4000000000001)
    (func (export "infinity") (result f64) f64.const -inf)

    (func (export "length") (param i32 i32) (result i32) local.get 1)
    (func (export "realloc-loops") (param i32 i32 i32 i32) (result i32) (loop $l br $l) unreachable)
    (func (export "realloc-traps") (param i32 i32 i32 i32) (result i32) unreachable)
    (func (export "realloc-wild") (param i32 i32 i32 i32) (result i32) i32.const 0xfffffff8)
    (func (export "realloc-odd") (param i32 i32 i32 i32) (result i32) i32.const 1025)
    (func (export "realloc-same") (param i32 i32 i32 i32) (result i32) i32.const 1024)
    (func (export "realloc-calls-out") (param i32 i32 i32 i32) (result i32)
      (drop (call $random))
      i32.const 1024)

    (func (export "post-loops") (param i32) (loop $l br $l))
    (func (export "post-traps") (param i32) unreachable)
    (func (export "post-calls-out") (param i32) (drop (call $random)))

    (func (export "trap-after-call") (result i64) (drop (call $random)) unreachable)
    (func (export "divide") (result i32) (i32.div_u (i32.const 1) (i32.const 0)))
    (func (export "call-null") (call_indirect (i32.const 0)))
    (func (export "read-outside") (result i32) (i32.load (i32.const 0xfffffff0))))

  (core instance $i (instantiate $lies
    (with "host" (instance (export "random" (func $random))))))
  (alias core export $i "memory" (core memory $m))

  (type $colour (enum "red" "green"))
  (type $shape (variant (case "circle" float64) (case "point")))
  (type $rights (flags "read" "write" "run"))

  (func $string-ends-outside (result string)
    (canon lift (core func $i "pair-at-16") (memory $m)))
  (func $string-wraps (result string)
    (canon lift (core func $i "pair-at-24") (memory $m)))
  (func $string-of-gibibytes (result string)
    (canon lift (core func $i "pair-at-32") (memory $m)))
  (func $string-not-utf8 (result string)
    (canon lift (core func $i "pair-at-40") (memory $m)))
  (func $string-half-surrogate (result string)
    (canon lift (core func $i "pair-at-48") (memory $m)))
  (func $string-cut-off (result string)
    (canon lift (core func $i "pair-at-56") (memory $m)))
  (func $utf16-half-surrogate (result string)
    (canon lift (core func $i "pair-at-64") (memory $m) string-encoding=utf16))
  (func $utf16-odd-address (result string)
    (canon lift (core func $i "pair-at-72") (memory $m) string-encoding=utf16))
  (func $latin1-of-gibibytes (result string)
    (canon lift (core func $i "pair-at-80") (memory $m) string-encoding=latin1+utf16))
  (func $list-overflows (result (list u64))
    (canon lift (core func $i "pair-at-88") (memory $m)))
  (func $list-odd-address (result (list u32))
    (canon lift (core func $i "pair-at-96") (memory $m)))
  (func $list-ends-outside (result (list u8))
    (canon lift (core func $i "pair-at-16") (memory $m)))
  (func $pointer-outside (result string)
    (canon lift (core func $i "pointer-outside") (memory $m)))
  (func $pointer-odd (result string)
    (canon lift (core func $i "pointer-odd") (memory $m)))
  (func $variant-unknown (result $shape)
    (canon lift (core func $i "discriminant-200") (memory $m)))
  (func $option-unknown (result (option u8))
    (canon lift (core func $i "discriminant-2") (memory $m)))
  (func $result-unknown (result (result u8 (error u8)))
    (canon lift (core func $i "discriminant-2") (memory $m)))
  (func $enum-unknown (result $colour) (canon lift (core func $i "nine")))
  (func $char-half-surrogate (result char) (canon lift (core func $i "half-surrogate")))
  (func $char-past-unicode (result char) (canon lift (core func $i "past-unicode")))

  (func $bool-of-two (result bool) (canon lift (core func $i "two")))
  (func $flags-unknown (result $rights) (canon lift (core func $i "all-bits")))
  (func $byte-of-three-hundred (result u8) (canon lift (core func $i "three-hundred")))
  (func $nan32 (result float32) (canon lift (core func $i "nan32")))
  (func $nan64 (result float64) (canon lift (core func $i "nan64")))
  (func $infinity (result float64) (canon lift (core func $i "infinity")))

  (func $realloc-loops (param "text" string) (result u32)
    (canon lift (core func $i "length") (memory $m) (realloc (func $i "realloc-loops"))))
  (func $realloc-traps (param "text" string) (result u32)
    (canon lift (core func $i "length") (memory $m) (realloc (func $i "realloc-traps"))))
  (func $realloc-wild (param "text" string) (result u32)
    (canon lift (core func $i "length") (memory $m) (realloc (func $i "realloc-wild"))))
  (func $realloc-odd (param "numbers" (list u64)) (result u32)
    (canon lift (core func $i "length") (memory $m) (realloc (func $i "realloc-odd"))))
  (func $realloc-same (param "texts" (list string)) (result u32)
    (canon lift (core func $i "length") (memory $m) (realloc (func $i "realloc-same"))))
  (func $realloc-calls-out (param "text" string) (result u32)
    (canon lift (core func $i "length") (memory $m) (realloc (func $i "realloc-calls-out"))))

  (func $post-return-loops (result string)
    (canon lift (core func $i "good-text") (memory $m) (post-return (func $i "post-loops"))))
  (func $post-return-traps (result string)
    (canon lift (core func $i "good-text") (memory $m) (post-return (func $i "post-traps"))))
  (func $post-return-calls-out (result string)
    (canon lift (core func $i "good-text") (memory $m) (post-return (func $i "post-calls-out"))))

  (func $trap-after-call (result u64) (canon lift (core func $i "trap-after-call")))
  (func $divide (result u32) (canon lift (core func $i "divide")))
  (func $call-null (canon lift (core func $i "call-null")))
  (func $read-outside (result u32) (canon lift (core func $i "read-outside")))
  (func $tell-truth (result string) (canon lift (core func $i "good-text") (memory $m)))

  (instance $attacks
    (export "colour" (type $colour))
    (export "shape" (type $shape))
    (export "rights" (type $rights))
    (export "string-ends-outside" (func $string-ends-outside))
    (export "string-wraps" (func $string-wraps))
    (export "string-of-gibibytes" (func $string-of-gibibytes))
    (export "string-not-utf8" (func $string-not-utf8))
    (export "string-half-surrogate" (func $string-half-surrogate))
    (export "string-cut-off" (func $string-cut-off))
    (export "utf16-half-surrogate" (func $utf16-half-surrogate))
    (export "utf16-odd-address" (func $utf16-odd-address))
    (export "latin1-of-gibibytes" (func $latin1-of-gibibytes))
    (export "list-overflows" (func $list-overflows))
    (export "list-odd-address" (func $list-odd-address))
    (export "list-ends-outside" (func $list-ends-outside))
    (export "pointer-outside" (func $pointer-outside))
    (export "pointer-odd" (func $pointer-odd))
    (export "variant-unknown" (func $variant-unknown))
    (export "option-unknown" (func $option-unknown))
    (export "result-unknown" (func $result-unknown))
    (export "enum-unknown" (func $enum-unknown))
    (export "char-half-surrogate" (func $char-half-surrogate))
    (export "char-past-unicode" (func $char-past-unicode))
    (export "bool-of-two" (func $bool-of-two))
    (export "flags-unknown" (func $flags-unknown))
    (export "byte-of-three-hundred" (func $byte-of-three-hundred))
    (export "nan32" (func $nan32))
    (export "nan64" (func $nan64))
    (export "infinity" (func $infinity))
    (export "realloc-loops" (func $realloc-loops))
    (export "realloc-traps" (func $realloc-traps))
    (export "realloc-wild" (func $realloc-wild))
    (export "realloc-odd" (func $realloc-odd))
    (export "realloc-same" (func $realloc-same))
    (export "realloc-calls-out" (func $realloc-calls-out))
    (export "post-return-loops" (func $post-return-loops))
    (export "post-return-traps" (func $post-return-traps))
    (export "post-return-calls-out" (func $post-return-calls-out))
    (export "trap-after-call" (func $trap-after-call))
    (export "divide" (func $divide))
    (export "call-null" (func $call-null))
    (export "read-outside" (func $read-outside))
    (export "tell-truth" (func $tell-truth)))
  (export "hostile:lies/attacks@0.1.0" (instance $attacks)))
