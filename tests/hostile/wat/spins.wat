;; Never comes to an end: in its own code, deeper and deeper in it, asleep, and in calls of the
;; host that cost it next to nothing.
;;
;; The host must end each call at a limit, and serve others meanwhile.
(component
  (import "wasi:io/poll@0.2.0" (instance $poll
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.block" (func (param "self" (borrow $pollable))))))
  (alias export $poll "pollable" (type $pollable))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
    (alias outer 1 $pollable (type $outer))
    (export "pollable" (type $pollable (eq $outer)))
    (export "now" (func (result u64)))
    (export "subscribe-duration" (func (param "when" u64) (result (own $pollable))))))
  (core func $now (canon lower (func $clock "now")))
  (core func $subscribe (canon lower (func $clock "subscribe-duration")))
  (core func $block (canon lower (func $poll "[method]pollable.block")))

  (core module $spins
    (import "host" "now" (func $now (result i64)))
    (import "host" "subscribe" (func $subscribe (param i64) (result i32)))
    (import "host" "block" (func $block (param i32)))

    (func (export "loop-forever") (loop $again (br $again)))

    ;; What it adds after each call keeps the call from being a jump.
    (func $recurse (export "recurse-forever") (result i64)
      (i64.add (call $recurse) (i64.const 1)))

    ;; 2^62 nanoseconds are 146 years.
    (func (export "sleep-forever")
      (call $block (call $subscribe (i64.const 0x4000000000000000))))

    (func (export "ask-forever")
      (loop $again
        (drop (call $now))
        (br $again)))

    ;; Each pollable is a resource that the host keeps until it is dropped.
    (func (export "hoard-forever")
      (loop $again
        (drop (call $subscribe (i64.const 0)))
        (br $again))))

  (core instance $i (instantiate $spins (with "host" (instance
    (export "now" (func $now))
    (export "subscribe" (func $subscribe))
    (export "block" (func $block))))))
  (func $loop-forever (canon lift (core func $i "loop-forever")))
  (func $recurse-forever (result u64) (canon lift (core func $i "recurse-forever")))
  (func $sleep-forever (canon lift (core func $i "sleep-forever")))
  (func $ask-forever (canon lift (core func $i "ask-forever")))
  (func $hoard-forever (canon lift (core func $i "hoard-forever")))

  (instance $attacks
    (export "loop-forever" (func $loop-forever))
    (export "recurse-forever" (func $recurse-forever))
    (export "sleep-forever" (func $sleep-forever))
    (export "ask-forever" (func $ask-forever))
    (export "hoard-forever" (func $hoard-forever)))
  (export "hostile:spins/attacks@0.1.0" (instance $attacks)))
