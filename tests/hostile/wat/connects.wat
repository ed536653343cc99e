;; Opens raw connections, and looks up a name, which alone can carry a secret out. The answer is
;; `connected` or `resolved`, or the name of the error that the host gave.
;;
;; The host must refuse both, unless they were granted.
(component
  (import "wasi:io/poll@0.2.0" (instance $poll
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.block" (func (param "self" (borrow $pollable))))))
  (alias export $poll "pollable" (type $pollable))
  (import "wasi:io/streams@0.2.0" (instance $streams
    (export "input-stream" (type (sub resource)))
    (export "output-stream" (type (sub resource)))))
  (alias export $streams "input-stream" (type $input-stream))
  (alias export $streams "output-stream" (type $output-stream))

  (import "wasi:sockets/network@0.2.0" (instance $network
    (export "network" (type (sub resource)))
    (type $error (enum
      "unknown" "access-denied" "not-supported" "invalid-argument" "out-of-memory"
      "timeout" "concurrency-conflict" "not-in-progress" "would-block" "invalid-state"
      "new-socket-limit" "address-not-bindable" "address-in-use" "remote-unreachable"
      "connection-refused" "connection-reset" "connection-aborted" "datagram-too-large"
      "name-unresolvable" "temporary-resolver-failure" "permanent-resolver-failure"))
    (export "error-code" (type (eq $error)))
    (type $family (enum "ipv4" "ipv6"))
    (export "ip-address-family" (type (eq $family)))
    (type $ipv4 (tuple u8 u8 u8 u8))
    (export "ipv4-address" (type $ipv4-address (eq $ipv4)))
    (type $ipv6 (tuple u16 u16 u16 u16 u16 u16 u16 u16))
    (export "ipv6-address" (type $ipv6-address (eq $ipv6)))
    (type $ip (variant (case "ipv4" $ipv4-address) (case "ipv6" $ipv6-address)))
    (export "ip-address" (type (eq $ip)))
    (type $ipv4-socket (record (field "port" u16) (field "address" $ipv4-address)))
    (export "ipv4-socket-address" (type $ipv4-socket-address (eq $ipv4-socket)))
    (type $ipv6-socket (record
      (field "port" u16) (field "flow-info" u32)
      (field "address" $ipv6-address) (field "scope-id" u32)))
    (export "ipv6-socket-address" (type $ipv6-socket-address (eq $ipv6-socket)))
    (type $ip-socket (variant
      (case "ipv4" $ipv4-socket-address) (case "ipv6" $ipv6-socket-address)))
    (export "ip-socket-address" (type (eq $ip-socket)))))
  (alias export $network "network" (type $network))
  (alias export $network "error-code" (type $error-code))
  (alias export $network "ip-address-family" (type $family))
  (alias export $network "ip-address" (type $ip-address))
  (alias export $network "ip-socket-address" (type $ip-socket-address))

  (import "wasi:sockets/instance-network@0.2.0" (instance $instance-network
    (alias outer 1 $network (type $outer))
    (export "network" (type $network (eq $outer)))
    (export "instance-network" (func (result (own $network))))))

  (import "wasi:sockets/tcp@0.2.0" (instance $tcp
    (alias outer 1 $input-stream (type $outer-input))
    (export "input-stream" (type $input-stream (eq $outer-input)))
    (alias outer 1 $output-stream (type $outer-output))
    (export "output-stream" (type $output-stream (eq $outer-output)))
    (alias outer 1 $pollable (type $outer-pollable))
    (export "pollable" (type $pollable (eq $outer-pollable)))
    (alias outer 1 $network (type $outer-network))
    (export "network" (type $network (eq $outer-network)))
    (alias outer 1 $error-code (type $outer-error))
    (export "error-code" (type $error-code (eq $outer-error)))
    (alias outer 1 $ip-socket-address (type $outer-address))
    (export "ip-socket-address" (type $ip-socket-address (eq $outer-address)))
    (export "tcp-socket" (type $socket (sub resource)))
    (export "[method]tcp-socket.start-connect" (func
      (param "self" (borrow $socket)) (param "network" (borrow $network))
      (param "remote-address" $ip-socket-address) (result (result (error $error-code)))))
    (export "[method]tcp-socket.finish-connect" (func
      (param "self" (borrow $socket))
      (result (result
        (tuple (own $input-stream) (own $output-stream)) (error $error-code)))))
    (export "[method]tcp-socket.subscribe" (func
      (param "self" (borrow $socket)) (result (own $pollable))))))
  (alias export $tcp "tcp-socket" (type $socket))

  (import "wasi:sockets/tcp-create-socket@0.2.0" (instance $create
    (alias outer 1 $error-code (type $outer-error))
    (export "error-code" (type $error-code (eq $outer-error)))
    (alias outer 1 $family (type $outer-family))
    (export "ip-address-family" (type $family (eq $outer-family)))
    (alias outer 1 $socket (type $outer-socket))
    (export "tcp-socket" (type $socket (eq $outer-socket)))
    (export "create-tcp-socket" (func
      (param "address-family" $family) (result (result (own $socket) (error $error-code)))))))

  (import "wasi:sockets/ip-name-lookup@0.2.0" (instance $lookup
    (alias outer 1 $pollable (type $outer-pollable))
    (export "pollable" (type $pollable (eq $outer-pollable)))
    (alias outer 1 $network (type $outer-network))
    (export "network" (type $network (eq $outer-network)))
    (alias outer 1 $error-code (type $outer-error))
    (export "error-code" (type $error-code (eq $outer-error)))
    (alias outer 1 $ip-address (type $outer-address))
    (export "ip-address" (type $ip-address (eq $outer-address)))
    (export "resolve-address-stream" (type $addresses (sub resource)))
    (export "resolve-addresses" (func
      (param "network" (borrow $network)) (param "name" string)
      (result (result (own $addresses) (error $error-code)))))
    (export "[method]resolve-address-stream.resolve-next-address" (func
      (param "self" (borrow $addresses))
      (result (result (option $ip-address) (error $error-code)))))
    (export "[method]resolve-address-stream.subscribe" (func
      (param "self" (borrow $addresses)) (result (own $pollable))))))

  ;; By itself, because what the host is lent must be there before the host is called.
  (core module $room (memory (export "memory") 1))
  (core instance $room (instantiate $room))
  (alias core export $room "memory" (core memory $memory))
  (core func $block (canon lower (func $poll "[method]pollable.block")))
  (core func $network (canon lower (func $instance-network "instance-network")))
  (core func $create (canon lower (func $create "create-tcp-socket") (memory $memory)))
  (core func $start (canon lower
    (func $tcp "[method]tcp-socket.start-connect") (memory $memory)))
  (core func $finish (canon lower
    (func $tcp "[method]tcp-socket.finish-connect") (memory $memory)))
  (core func $subscribe (canon lower (func $tcp "[method]tcp-socket.subscribe")))
  (core func $resolve (canon lower (func $lookup "resolve-addresses") (memory $memory)))
  (core func $next (canon lower
    (func $lookup "[method]resolve-address-stream.resolve-next-address") (memory $memory)))
  (core func $subscribe-lookup (canon lower
    (func $lookup "[method]resolve-address-stream.subscribe")))

  (core module $connects
    (import "room" "memory" (memory 1))
    (import "host" "block" (func $block (param i32)))
    (import "host" "network" (func $network (result i32)))
    (import "host" "create" (func $create (param i32 i32)))
    (import "host" "start" (func $start (param
      i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
    (import "host" "finish" (func $finish (param i32 i32)))
    (import "host" "subscribe" (func $subscribe (param i32) (result i32)))
    (import "host" "resolve" (func $resolve (param i32 i32 i32 i32)))
    (import "host" "next" (func $next (param i32 i32)))
    (import "host" "subscribe-lookup" (func $subscribe-lookup (param i32) (result i32)))
    ;; A text begins with its length; that of error `n` stands at 1024 + 32 * n.
    (data (i32.const 64) "\09connected")
    (data (i32.const 80) "\08resolved")
    (data (i32.const 96) "localhost")
    (data (i32.const 1024) "\07unknown")
    (data (i32.const 1056) "\0daccess-denied")
    (data (i32.const 1088) "\0dnot-supported")
    (data (i32.const 1120) "\10invalid-argument")
    (data (i32.const 1152) "\0dout-of-memory")
    (data (i32.const 1184) "\07timeout")
    (data (i32.const 1216) "\14concurrency-conflict")
    (data (i32.const 1248) "\0fnot-in-progress")
    (data (i32.const 1280) "\0bwould-block")
    (data (i32.const 1312) "\0dinvalid-state")
    (data (i32.const 1344) "\10new-socket-limit")
    (data (i32.const 1376) "\14address-not-bindable")
    (data (i32.const 1408) "\0eaddress-in-use")
    (data (i32.const 1440) "\12remote-unreachable")
    (data (i32.const 1472) "\12connection-refused")
    (data (i32.const 1504) "\10connection-reset")
    (data (i32.const 1536) "\12connection-aborted")
    (data (i32.const 1568) "\12datagram-too-large")
    (data (i32.const 1600) "\11name-unresolvable")
    (data (i32.const 1632) "\1atemporary-resolver-failure")
    (data (i32.const 1664) "\1apermanent-resolver-failure")

    (func $say (param $text i32) (result i32)
      (i32.store (i32.const 8) (i32.add (local.get $text) (i32.const 1)))
      (i32.store (i32.const 12) (i32.load8_u (local.get $text)))
      i32.const 8)

    (func $say-error (param $code i32) (result i32)
      (call $say (i32.add (i32.const 1024) (i32.mul (local.get $code) (i32.const 32)))))

    ;; What the host answers lies at 256. To 127.0.0.1 and a port.
    (func (export "connect") (param $port i32) (result i32)
      (local $socket i32)
      (call $create (i32.const 0) (i32.const 256))
      (if (i32.load8_u (i32.const 256))
        (then (return (call $say-error (i32.load8_u (i32.const 260))))))
      (local.set $socket (i32.load (i32.const 260)))
      (call $start (local.get $socket) (call $network) (i32.const 0)
        (local.get $port) (i32.const 127) (i32.const 0) (i32.const 0) (i32.const 1)
        (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
        (i32.const 256))
      (if (i32.load8_u (i32.const 256))
        (then (return (call $say-error (i32.load8_u (i32.const 257))))))
      (call $block (call $subscribe (local.get $socket)))
      (call $finish (local.get $socket) (i32.const 256))
      (if (i32.load8_u (i32.const 256))
        (then (return (call $say-error (i32.load8_u (i32.const 260))))))
      (call $say (i32.const 64)))

    ;; A name that every machine knows, so that no one else learns of it.
    (func (export "look-up") (result i32)
      (local $addresses i32)
      (call $resolve (call $network) (i32.const 96) (i32.const 9) (i32.const 256))
      (if (i32.load8_u (i32.const 256))
        (then (return (call $say-error (i32.load8_u (i32.const 260))))))
      (local.set $addresses (i32.load (i32.const 260)))
      (call $block (call $subscribe-lookup (local.get $addresses)))
      (call $next (local.get $addresses) (i32.const 256))
      (if (i32.load8_u (i32.const 256))
        (then (return (call $say-error (i32.load8_u (i32.const 258))))))
      (call $say (i32.const 80))))

  (core instance $i (instantiate $connects
    (with "room" (instance $room))
    (with "host" (instance
      (export "block" (func $block))
      (export "network" (func $network))
      (export "create" (func $create))
      (export "start" (func $start))
      (export "finish" (func $finish))
      (export "subscribe" (func $subscribe))
      (export "resolve" (func $resolve))
      (export "next" (func $next))
      (export "subscribe-lookup" (func $subscribe-lookup))))))
  (func $connect (param "port" u16) (result string)
    (canon lift (core func $i "connect") (memory $memory)))
  (func $look-up (result string)
    (canon lift (core func $i "look-up") (memory $memory)))

  (instance $attacks
    (export "connect" (func $connect))
    (export "look-up" (func $look-up)))
  (export "hostile:connects/attacks@0.1.0" (instance $attacks)))
