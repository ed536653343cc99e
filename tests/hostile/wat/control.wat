;; Attacks nobody: the tool that must keep answering while others attack.
;;
;; The host must answer every call of it, and soon.
(component
  (core module $m
    (memory (export "memory") 1)
    (data (i32.const 0) "\08\00\00\00" "\05\00\00\00" "alive")
    (func (export "answer") (result i32) i32.const 0))
  (core instance $i (instantiate $m))
  (alias core export $i "memory" (core memory $memory))
  (func $answer (result string) (canon lift (core func $i "answer") (memory $memory)))
  (instance $attacks (export "answer" (func $answer)))
  (export "hostile:control/attacks@0.1.0" (instance $attacks)))
