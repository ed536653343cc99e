;; Answers with a list within a list, fifty deep, that contains itself.
;;
;; The host must stop lifting at a limit, long before it has all 2^50 innermost lists.
(component
  (core module $m
    (memory (export "memory") 1)
    ;; Two pairs of pointer and length, each the list of both.
    (data (i32.const 0) "\00\00\00\00\02\00\00\00" "\00\00\00\00\02\00\00\00")
    ;; One pair, the list of itself.
    (data (i32.const 16) "\10\00\00\00\01\00\00\00")
    (func (export "both") (result i32) i32.const 0)
    (func (export "one") (result i32) i32.const 16))
  (core instance $i (instantiate $m))
  (alias core export $i "memory" (core memory $memory))
  (type $1 (list u8)) (type $2 (list $1)) (type $3 (list $2)) (type $4 (list $3))
  (type $5 (list $4)) (type $6 (list $5)) (type $7 (list $6)) (type $8 (list $7))
  (type $9 (list $8)) (type $10 (list $9)) (type $11 (list $10)) (type $12 (list $11))
  (type $13 (list $12)) (type $14 (list $13)) (type $15 (list $14)) (type $16 (list $15))
  (type $17 (list $16)) (type $18 (list $17)) (type $19 (list $18)) (type $20 (list $19))
  (type $21 (list $20)) (type $22 (list $21)) (type $23 (list $22)) (type $24 (list $23))
  (type $25 (list $24)) (type $26 (list $25)) (type $27 (list $26)) (type $28 (list $27))
  (type $29 (list $28)) (type $30 (list $29)) (type $31 (list $30)) (type $32 (list $31))
  (type $33 (list $32)) (type $34 (list $33)) (type $35 (list $34)) (type $36 (list $35))
  (type $37 (list $36)) (type $38 (list $37)) (type $39 (list $38)) (type $40 (list $39))
  (type $41 (list $40)) (type $42 (list $41)) (type $43 (list $42)) (type $44 (list $43))
  (type $45 (list $44)) (type $46 (list $45)) (type $47 (list $46)) (type $48 (list $47))
  (type $49 (list $48)) (type $50 (list $49))
  (func $explode (result $50) (canon lift (core func $i "both") (memory $memory)))
  (func $nest (result $50) (canon lift (core func $i "one") (memory $memory)))
  (instance $attacks (export "explode" (func $explode)) (export "nest" (func $nest)))
  (export "hostile:deep-types/attacks@0.1.0" (instance $attacks)))
