;; Has forty memories, each of them modest.
;;
;; The host must count them together, or refuse so many.
(component
  (core module $m
    (memory 16) (memory 16) (memory 16) (memory 16) (memory 16) (memory 16) (memory 16) (memory 16)
    (memory 16) (memory 16) (memory 16) (memory 16) (memory 16) (memory 16) (memory 16) (memory 16)
    (memory 16) (memory 16) (memory 16) (memory 16) (memory 16) (memory 16) (memory 16) (memory 16)
    (memory 16) (memory 16) (memory 16) (memory 16) (memory 16) (memory 16) (memory 16) (memory 16)
    (memory 16) (memory 16) (memory 16) (memory 16) (memory 16) (memory 16) (memory 16) (memory 16)
    (func (export "boast") (result i32) (memory.size 39)))
  (core instance $i (instantiate $m))
  (func $boast (result u32) (canon lift (core func $i "boast")))
  (instance $attacks (export "boast" (func $boast)))
  (export "hostile:many-memories/attacks@0.1.0" (instance $attacks)))
