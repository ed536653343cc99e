;; Begins with all the memory that 32 bits can address.
;;
;; The host must refuse it without touching that much.
(component
  (core module $m
    (memory 65536)
    (func (export "boast") (result i32) memory.size))
  (core instance $i (instantiate $m))
  (func $boast (result u32) (canon lift (core func $i "boast")))
  (instance $attacks (export "boast" (func $boast)))
  (export "hostile:declares-memory/attacks@0.1.0" (instance $attacks)))
