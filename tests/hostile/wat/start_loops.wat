;; Loops before anyone calls it: in the start function of its module.
;;
;; The limits of the call must cover making the instance.
(component
  (core module $m
    (func $start (loop $l br $l))
    (start $start)
    (func (export "never") (result i32) i32.const 1))
  (core instance $i (instantiate $m))
  (func $never (result u32) (canon lift (core func $i "never")))
  (instance $attacks (export "never" (func $never)))
  (export "hostile:start-loops/attacks@0.1.0" (instance $attacks)))
