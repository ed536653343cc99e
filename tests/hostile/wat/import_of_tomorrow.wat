;; A tool that imports something of a version of the contract that no host speaks yet.
(component
  (import "toolhost:tool/log@0.9.0" (instance
    (export "log" (func (param "message" string))))))
