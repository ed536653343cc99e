;; Grows memories and tables one after another, works on them in single instructions, and
;; answers with lists that say the same few bytes over and over.
;;
;; The host must count all memories and all tables together, interrupt or charge the long
;; instructions, and stop copying an answer at its limit.
(component
  (core module $swells
    (memory $a (export "memory") 1)
    (memory $b 1)
    (memory $c 1)
    (table $t 1 funcref)
    (table $u 1 funcref)
    (elem declare func $step)

    ;; Grows every memory by so many pages until each was refused once; the pages gained.
    (func $step (export "grow-memories") (param $pages i32) (result i32)
      (local $gained i32) (local $refused i32)
      (loop $again
        (local.set $refused (i32.const 0))
        (if (i32.eq (memory.grow $a (local.get $pages)) (i32.const -1))
          (then (local.set $refused (i32.add (local.get $refused) (i32.const 1))))
          (else (local.set $gained (i32.add (local.get $gained) (local.get $pages)))))
        (if (i32.eq (memory.grow $b (local.get $pages)) (i32.const -1))
          (then (local.set $refused (i32.add (local.get $refused) (i32.const 1))))
          (else (local.set $gained (i32.add (local.get $gained) (local.get $pages)))))
        (if (i32.eq (memory.grow $c (local.get $pages)) (i32.const -1))
          (then (local.set $refused (i32.add (local.get $refused) (i32.const 1))))
          (else (local.set $gained (i32.add (local.get $gained) (local.get $pages)))))
        (br_if $again (i32.lt_u (local.get $refused) (i32.const 3))))
      local.get $gained)

    ;; The old size in pages, or -1.
    (func (export "grow-memory") (param $pages i32) (result i32)
      (memory.grow $a (local.get $pages)))

    ;; The same for elements of a table.
    (func (export "grow-table") (param $elements i32) (result i32)
      (table.grow $t (ref.null func) (local.get $elements)))

    ;; Grows both tables by so many elements until each was refused once; the elements gained.
    (func (export "grow-tables") (param $elements i32) (result i32)
      (local $gained i32) (local $refused i32)
      (loop $again
        (local.set $refused (i32.const 0))
        (if (i32.eq (table.grow $t (ref.null func) (local.get $elements)) (i32.const -1))
          (then (local.set $refused (i32.add (local.get $refused) (i32.const 1))))
          (else (local.set $gained (i32.add (local.get $gained) (local.get $elements)))))
        (if (i32.eq (table.grow $u (ref.null func) (local.get $elements)) (i32.const -1))
          (then (local.set $refused (i32.add (local.get $refused) (i32.const 1))))
          (else (local.set $gained (i32.add (local.get $gained) (local.get $elements)))))
        (br_if $again (i32.lt_u (local.get $refused) (i32.const 2))))
      local.get $gained)

    ;; Overwrites all of a memory of so many pages, again and again.
    (func (export "fill-memory") (param $pages i32) (param $times i32)
      (drop (memory.grow $a (local.get $pages)))
      (loop $again
        (memory.fill $a
          (i32.const 0) (local.get $times) (i32.shl (memory.size $a) (i32.const 16)))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br_if $again (local.get $times))))

    ;; Moves all of it by one byte, again and again.
    (func (export "copy-memory") (param $pages i32) (param $times i32)
      (drop (memory.grow $a (local.get $pages)))
      (loop $again
        (memory.copy $a $a
          (i32.const 1) (i32.const 0)
          (i32.sub (i32.shl (memory.size $a) (i32.const 16)) (i32.const 1)))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br_if $again (local.get $times))))

    ;; Overwrites a table of so many elements, again and again.
    (func (export "fill-table") (param $elements i32) (param $times i32)
      (drop (table.grow $t (ref.null func) (local.get $elements)))
      (loop $again
        (table.fill $t (i32.const 0) (ref.func $step) (table.size $t))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br_if $again (local.get $times))))

    ;; A thousand pairs of the same pointer and length 1000.
    (func $thousand (param $at i32) (param $of i32)
      (local $left i32)
      (local.set $left (i32.const 1000))
      (loop $again
        (i32.store (local.get $at) (local.get $of))
        (i32.store offset=4 (local.get $at) (i32.const 1000))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (local.set $left (i32.sub (local.get $left) (i32.const 1)))
        (br_if $again (local.get $left))))

    ;; A list of 1000 lists of 1000 lists of 1000 lists of 1000 texts of 1000 bytes.
    (func (export "billion-texts") (result i32)
      (memory.fill (i32.const 1024) (i32.const 0x78) (i32.const 1000))
      (call $thousand (i32.const 4096) (i32.const 1024))
      (call $thousand (i32.const 16384) (i32.const 4096))
      (call $thousand (i32.const 28672) (i32.const 16384))
      (call $thousand (i32.const 40960) (i32.const 28672))
      (i32.store (i32.const 8) (i32.const 40960))
      (i32.store (i32.const 12) (i32.const 1000))
      i32.const 8)

    ;; A list of 1000 lists of 1000 bytes, all the same ones.
    (func (export "million-bytes") (result i32)
      (call $thousand (i32.const 4096) (i32.const 1024))
      (i32.store (i32.const 8) (i32.const 4096))
      (i32.store (i32.const 12) (i32.const 1000))
      i32.const 8))

  (core instance $i (instantiate $swells))
  (alias core export $i "memory" (core memory $m))

  (func $grow-memories (param "pages" u32) (result u32)
    (canon lift (core func $i "grow-memories")))
  (func $grow-memory (param "pages" u32) (result s32)
    (canon lift (core func $i "grow-memory")))
  (func $grow-table (param "elements" u32) (result s32)
    (canon lift (core func $i "grow-table")))
  (func $grow-tables (param "elements" u32) (result u32)
    (canon lift (core func $i "grow-tables")))
  (func $fill-memory (param "pages" u32) (param "times" u32)
    (canon lift (core func $i "fill-memory")))
  (func $copy-memory (param "pages" u32) (param "times" u32)
    (canon lift (core func $i "copy-memory")))
  (func $fill-table (param "elements" u32) (param "times" u32)
    (canon lift (core func $i "fill-table")))
  (func $billion-texts (result (list (list (list (list string)))))
    (canon lift (core func $i "billion-texts") (memory $m)))
  (func $million-bytes (result (list (list u8)))
    (canon lift (core func $i "million-bytes") (memory $m)))

  (instance $attacks
    (export "grow-memories" (func $grow-memories))
    (export "grow-memory" (func $grow-memory))
    (export "grow-table" (func $grow-table))
    (export "grow-tables" (func $grow-tables))
    (export "fill-memory" (func $fill-memory))
    (export "copy-memory" (func $copy-memory))
    (export "fill-table" (func $fill-table))
    (export "billion-texts" (func $billion-texts))
    (export "million-bytes" (func $million-bytes)))
  (export "hostile:swells/attacks@0.1.0" (instance $attacks)))
