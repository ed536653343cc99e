;; A provider of a version of the contract that no host speaks yet.
(component
  (instance $provider)
  (export "toolhost:tool/provider@0.9.0" (instance $provider)))
