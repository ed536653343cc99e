;; Needs memory that threads share, which no limit of the host covers (RUSTSEC-2025-0118).
(component
  (core module $m
    (memory 1 1 shared)
    (func (export "boast") (result i32) memory.size))
  (core instance $i (instantiate $m))
  (func $boast (result u32) (canon lift (core func $i "boast")))
  (instance $attacks (export "boast" (func $boast)))
  (export "hostile:wants-threads/attacks@0.1.0" (instance $attacks)))
