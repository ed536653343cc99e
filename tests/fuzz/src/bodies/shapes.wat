;; Tools that give back what they get, of many types, and one that adds.
;;
;; `echo` takes more than sixteen core values, so they come and go through memory, where they
;; lie in the same way: its code gives back the address.
(component
  (core module $m
    (memory (export "memory") 32)
    (global $next (mut i32) (i32.const 1024))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (local $at i32)
      (local.set $at (i32.and (i32.add (global.get $next) (i32.const 15)) (i32.const -16)))
      (global.set $next (i32.add (local.get $at) (local.get 3)))
      (local.get $at))
    (func (export "echo") (param i32) (result i32) (local.get 0))
    (func (export "text") (param i32 i32) (result i32)
      (i32.store (i32.const 16) (local.get 0))
      (i32.store (i32.const 20) (local.get 1))
      (i32.const 16))
    (func (export "add") (param i32 i32 i32) (result i32)
      (i32.add (local.get 0) (local.get 2))))
  (core instance $i (instantiate $m))
  (alias core export $i "memory" (core memory $memory))
  (alias core export $i "realloc" (core func $realloc))
  (type $shape (tuple
    bool s8 u8 s16 u16 s32 u32 s64 u64 float32 float64 char string
    (list string) (option (option u8)) (result u8 (error string)) (list (tuple u8 bool))))
  (func $echo (param "shape" $shape) (result $shape)
    (canon lift (core func $i "echo") (memory $memory) (realloc $realloc)))
  (func $text (param "some-text" string) (result string)
    (canon lift (core func $i "text") (memory $memory) (realloc $realloc)))
  (func $add (param "a" u32) (param "b" (option u32)) (result u32)
    (canon lift (core func $i "add")))
  (instance $shapes
    (export "echo" (func $echo))
    (export "text" (func $text))
    (export "add" (func $add)))
  (export "fuzz:shapes/shapes@0.1.0" (instance $shapes)))
