;; Describes a million tools, all of them empty:
;; zeroed memory is a list of whatever one likes.
;;
;; The host must stop copying at a limit when it loads the component.
(component
  (core module $m
    (memory (export "memory") 700)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 1024)
    (func (export "list-tools") (result i32)
      (i32.store (i32.const 8) (i32.const 65536))
      (i32.store (i32.const 12) (i32.const 1000000))
      i32.const 8)
    (func (export "invoke") (param i32 i32 i32 i32) (result i32) unreachable))
  (core instance $i (instantiate $m))
  (alias core export $i "memory" (core memory $memory))
  (alias core export $i "realloc" (core func $realloc))

  (type $tool-error (variant
    (case "invalid-input" string) (case "not-found" string) (case "failed" string)))
  (type $definition (record
    (field "name" string) (field "description" string)
    (field "input-schema" string) (field "output-schema" (option string))))
  (type $blob (record (field "data" (list u8)) (field "media-type" string)))
  (type $document-body (variant (case "text" string) (case "bytes" (list u8))))
  (type $document (record
    (field "uri" string) (field "media-type" (option string)) (field "body" $document-body)))
  (type $reference (record
    (field "uri" string) (field "name" string)
    (field "description" (option string)) (field "media-type" (option string))))
  (type $content (variant
    (case "text" string) (case "image" $blob) (case "audio" $blob)
    (case "document" $document) (case "link" $reference) (case "json" string)))

  (func $list-tools (result (list $definition))
    (canon lift (core func $i "list-tools") (memory $memory)))
  (func $invoke (param "name" string) (param "arguments" string)
    (result (result (list $content) (error $tool-error)))
    (canon lift (core func $i "invoke") (memory $memory) (realloc $realloc)))

  (instance $provider
    (export "tool-error" (type $tool-error))
    (export "definition" (type $definition))
    (export "blob" (type $blob))
    (export "document-body" (type $document-body))
    (export "document" (type $document))
    (export "reference" (type $reference))
    (export "content" (type $content))
    (export "list-tools" (func $list-tools))
    (export "invoke" (func $invoke)))
  (export "toolhost:tool/provider@0.1.0" (instance $provider)))
