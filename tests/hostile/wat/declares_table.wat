;; Begins with a table of ten million elements (RUSTSEC-2026-0114).
;;
;; The host must refuse it without touching that much.
(component
  (core module $m
    (table $t 10000000 funcref)
    (func (export "boast") (result i32) (table.size $t)))
  (core instance $i (instantiate $m))
  (func $boast (result u32) (canon lift (core func $i "boast")))
  (instance $attacks (export "boast" (func $boast)))
  (export "hostile:declares-table/attacks@0.1.0" (instance $attacks)))
