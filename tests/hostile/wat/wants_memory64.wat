;; Needs 64-bit memory, which the host does not offer.
(component
  (core module $m
    (memory i64 1)
    (func (export "boast") (result i64) memory.size))
  (core instance $i (instantiate $m))
  (func $boast (result u64) (canon lift (core func $i "boast")))
  (instance $attacks (export "boast" (func $boast)))
  (export "hostile:wants-memory64/attacks@0.1.0" (instance $attacks)))
