;; Has a parameter whose type is two of a type that is two of a type, 16 times over: a few
;; hundred bytes of component, and 65,536 fields.
;;
;; The host must refuse it before it writes down the schema.
(component
  (core module $m
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 1024)
    (func (export "take") (param i32 i32)))
  (core instance $i (instantiate $m))
  (alias core export $i "memory" (core memory $memory))
  (type $0 (option u8))
  (type $1 (tuple $0 $0)) (type $2 (tuple $1 $1)) (type $3 (tuple $2 $2))
  (type $4 (tuple $3 $3)) (type $5 (tuple $4 $4)) (type $6 (tuple $5 $5))
  (type $7 (tuple $6 $6)) (type $8 (tuple $7 $7)) (type $9 (tuple $8 $8))
  (type $10 (tuple $9 $9)) (type $11 (tuple $10 $10)) (type $12 (tuple $11 $11))
  (type $13 (tuple $12 $12)) (type $14 (tuple $13 $13)) (type $15 (tuple $14 $14))
  (type $16 (tuple $15 $15))
  (func $take (param "all" (list $16))
    (canon lift (core func $i "take") (memory $memory) (realloc (func $i "realloc"))))
  (instance $attacks (export "take" (func $take)))
  (export "hostile:wide-types/attacks@0.1.0" (instance $attacks)))
