;; Leaves a pattern wherever it can, and looks for anything that is not as a fresh instance has
;; it: memory, memory that was grown, globals and tables.
;;
;; Whatever one call leaves, the next must find nothing.
(component
  (core module $residue
    (memory 1)
    (table $t 64 funcref)
    (global $g (mut i64) (i64.const 0))
    (global $h (mut i64) (i64.const 0))
    (elem declare func $leave)

    ;; Writes over all memory, grown by so many pages, both globals and the table.
    (func $leave (export "leave") (param $pages i32) (param $pattern i64)
      (local $at i32) (local $end i32)
      (if (i32.eq (memory.grow (local.get $pages)) (i32.const -1)) (then unreachable))
      (if (i32.eq (table.grow $t (ref.func $leave) (i32.const 64)) (i32.const -1))
        (then unreachable))
      (local.set $end (i32.shl (memory.size) (i32.const 16)))
      (loop $again
        (i64.store (local.get $at) (local.get $pattern))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (br_if $again (i32.lt_u (local.get $at) (local.get $end))))
      (table.fill $t (i32.const 0) (ref.func $leave) (table.size $t))
      (global.set $g (local.get $pattern))
      (global.set $h (local.get $pattern)))

    ;; Counts words of memory, globals and elements that are not zero or null.
    (func $look (export "look") (param $pages i32) (result i64)
      (local $at i32) (local $end i32) (local $found i64)
      (if (i32.eq (memory.grow (local.get $pages)) (i32.const -1)) (then unreachable))
      (drop (table.grow $t (ref.null func) (i32.const 64)))
      (local.set $end (i32.shl (memory.size) (i32.const 16)))
      (loop $again
        (local.set $found (i64.add (local.get $found)
          (i64.extend_i32_u (i64.ne (i64.load (local.get $at)) (i64.const 0)))))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (br_if $again (i32.lt_u (local.get $at) (local.get $end))))
      (local.set $at (i32.const 0))
      (loop $more
        (local.set $found (i64.add (local.get $found)
          (i64.extend_i32_u (i32.eqz (ref.is_null (table.get $t (local.get $at)))))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br_if $more (i32.lt_u (local.get $at) (table.size $t))))
      (local.set $found (i64.add (local.get $found)
        (i64.extend_i32_u (i64.ne (global.get $g) (i64.const 0)))))
      (i64.add (local.get $found)
        (i64.extend_i32_u (i64.ne (global.get $h) (i64.const 0)))))

    ;; Both in one call: what the pattern looks like where it still stands.
    (func (export "leave-and-look") (param $pages i32) (param $pattern i64) (result i64)
      (call $leave (local.get $pages) (local.get $pattern))
      (call $look (i32.const 0)))

    ;; Leaves the pattern and crashes, so that nothing is tidied up.
    (func (export "leave-and-crash") (param $pages i32) (param $pattern i64)
      (call $leave (local.get $pages) (local.get $pattern))
      unreachable)

    ;; Leaves the pattern and loops, so that the host breaks it off.
    (func (export "leave-and-loop") (param $pages i32) (param $pattern i64)
      (call $leave (local.get $pages) (local.get $pattern))
      (loop $l br $l)))

  (core instance $i (instantiate $residue))
  (func $leave (param "pages" u32) (param "pattern" u64)
    (canon lift (core func $i "leave")))
  (func $look (param "pages" u32) (result u64)
    (canon lift (core func $i "look")))
  (func $leave-and-look (param "pages" u32) (param "pattern" u64) (result u64)
    (canon lift (core func $i "leave-and-look")))
  (func $leave-and-crash (param "pages" u32) (param "pattern" u64)
    (canon lift (core func $i "leave-and-crash")))
  (func $leave-and-loop (param "pages" u32) (param "pattern" u64)
    (canon lift (core func $i "leave-and-loop")))

  (instance $attacks
    (export "leave" (func $leave))
    (export "look" (func $look))
    (export "leave-and-look" (func $leave-and-look))
    (export "leave-and-crash" (func $leave-and-crash))
    (export "leave-and-loop" (func $leave-and-loop)))
  (export "hostile:residue/attacks@0.1.0" (instance $attacks)))
