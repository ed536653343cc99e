//! What given code must not do, and how the host or the interpreter stops it.

use super::*;

/// Ends what does not end: by fuel, and by the clock where there is fuel enough.
async fn is_stopped_in_a_loop(name: &str, codes: &[&str]) {
    let tool = format!("run_{name}");
    let Some(host) = with(name, LIMITS).await else {
        return;
    };
    for code in codes {
        let failure = stopped(&host, &tool, code).await;
        assert!(
            matches!(failure, Failure::OutOfFuel { .. }),
            "{code}: {failure:?}"
        );
    }
    let config = "{limits: {timeout: 200ms, fuel: 1T, memory: 128MiB}}";
    let host = with(name, config).await.expect("it was there before");
    for code in codes {
        let failure = stopped(&host, &tool, code).await;
        assert!(
            matches!(failure, Failure::Timeout { .. }),
            "{code}: {failure:?}"
        );
    }
}

#[tokio::test]
async fn an_endless_loop_in_python_ends_by_fuel_or_time() {
    is_stopped_in_a_loop(
        "python",
        &[
            "while True: pass",
            "while True:\n  try:\n    while True: pass\n  except BaseException: pass",
            // In C, without a step of the interpreter.
            "import re; re.match(r'(a*)*b', 'a' * 60)",
        ],
    )
    .await;
}

#[tokio::test]
async fn an_endless_loop_in_javascript_ends_by_fuel_or_time() {
    is_stopped_in_a_loop(
        "javascript",
        &[
            "for (;;);",
            "for (;;) try { for (;;); } catch {}",
            "/(a*)*b/.test('a'.repeat(60))",
        ],
    )
    .await;
}

#[tokio::test]
async fn python_ends_at_a_time_of_its_own_with_what_it_printed() {
    let Some(host) = with("python", LIMITS).await else {
        return;
    };
    let args = json!({"code": "print('so far')\nwhile True: pass", "timeout": 0.05});
    let data = data(&host, "run_python", args).await;
    assert_eq!(data["stdout"], "so far\n");
    assert_eq!(data["error"]["type"], "TimeoutError");
    assert_eq!(data["error"]["line"], 2);
}

#[tokio::test]
async fn a_memory_bomb_in_python_ends_the_call() {
    let Some(host) = with("python", LIMITS).await else {
        return;
    };
    for code in [
        "a = []\nwhile True: a.append('x' * 1_000_000)",
        "def f():\n  a = []\n  while True: a.append(len(a) * 'x')\nf()",
        "a = None\nwhile True: a = (a, bytes(1_000))",
    ] {
        let failure = stopped(&host, "run_python", code).await;
        let limit_bytes = 128 * 1024 * 1024;
        assert_eq!(failure, Failure::OutOfMemory { limit_bytes }, "{code}");
    }
    // One request that cannot be met leaves room to go on.
    for code in ["bytearray(1 << 30)", "a = 'x'\nwhile True: a += a + 'y'"] {
        let (kind, _) = error(&host, "run_python", code).await;
        assert_eq!(kind, "MemoryError", "{code}");
    }
}

#[tokio::test]
async fn a_memory_bomb_in_javascript_ends_the_call() {
    let Some(host) = with("javascript", LIMITS).await else {
        return;
    };
    for code in [
        "var a = []; for (;;) a.push(new Uint8Array(1 << 20))",
        "globalThis.a = []; for (;;) a.push({ left: new Array(1000).fill(a.length) })",
    ] {
        let failure = stopped(&host, "run_javascript", code).await;
        let limit_bytes = 128 * 1024 * 1024;
        assert_eq!(failure, Failure::OutOfMemory { limit_bytes }, "{code}");
    }
    // What only the failed code held is free again, as it is after one request too large.
    for code in [
        "const a = []; for (;;) a.push(new Uint8Array(1 << 20))",
        "new Uint8Array(1 << 30)",
    ] {
        let (kind, message) = error(&host, "run_javascript", code).await;
        assert_eq!((&*kind, &*message), ("InternalError", "out of memory"));
    }
}

#[tokio::test]
async fn python_sees_no_file_and_no_variable_of_the_host() {
    let Some(host) = with("python", LIMITS).await else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "of the host").expect("written");
    let secret = secret.display().to_string();
    for path in [
        &secret,
        "/etc/passwd",
        "/proc/self/environ",
        "../../etc/passwd",
    ] {
        for reading in [
            "open(PATH).read()",
            "__import__('posix').open(PATH, 0)",
            "__import__('_io').FileIO(PATH)",
            "__import__('os').stat(PATH)",
            "__import__('shutil').copy(PATH, 'copy')",
        ] {
            let code = reading.replace("PATH", &format!("{path:?}"));
            let (kind, _) = error(&host, "run_python", &code).await;
            assert_eq!(kind, "FileNotFoundError", "{code}");
        }
    }
    let code = format!(
        "import os, sqlite3\nos.mkdir('d')\nprint(*sorted(at for at, *_ in os.walk('/')), dict(os.environ), os.path.exists({secret:?}))\nsqlite3.connect({secret:?}).execute('select 1 from sqlite_master')"
    );
    let data = data(&host, "run_python", json!({"code": code})).await;
    assert_eq!(data["stdout"], "/ /tmp /workspace /workspace/d {} False\n");
    assert_eq!(data["error"]["type"], "sqlite3.OperationalError");
    let code = format!("open({:?}, 'w')", format!("{secret}.new"));
    let (kind, _) = error(&host, "run_python", &code).await;
    assert_eq!(kind, "FileNotFoundError");
    let left = std::fs::read_dir(folder.path()).expect("there").count();
    assert_eq!(left, 1);
}

#[tokio::test]
async fn javascript_sees_no_file_of_the_host() {
    let Some(host) = with("javascript", LIMITS).await else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "of the host").expect("written");
    for path in [&*secret.display().to_string(), "/etc/passwd", "../x"] {
        let code = format!("require('fs').readFileSync({path:?}, 'utf8')");
        let (_, message) = error(&host, "run_javascript", &code).await;
        assert!(message.starts_with("ENOENT: no such file"), "{message}");
    }
    let code = "[typeof std, typeof os, typeof process, require('fs').readdirSync('/')]";
    let data = data(&host, "run_javascript", json!({"code": code})).await;
    assert_eq!(
        data["value"],
        json!(["undefined", "undefined", "undefined", []])
    );
}

#[tokio::test]
async fn a_socket_in_python_is_an_exception_and_a_denial() {
    let Some(host) = with("python", LIMITS).await else {
        return;
    };
    for (code, kind, target) in [
        (
            "import socket; socket.socket()",
            "PermissionError",
            "tcp socket",
        ),
        (
            "import socket; socket.socket(type=socket.SOCK_DGRAM)",
            "PermissionError",
            "udp socket",
        ),
        (
            "import socket; socket.create_connection(('127.0.0.1', 80))",
            "PermissionError",
            "look up 127.0.0.1",
        ),
        (
            "import urllib.request; urllib.request.urlopen('http://example.com')",
            "urllib.error.URLError",
            "look up example.com",
        ),
    ] {
        let answer = host.invoke("run_python", json!({"code": code})).await;
        let answer = result_json(&answer);
        let metadata = &answer["metadata"];
        let error = &metadata["structured"]["error"];
        assert_eq!(error["type"], kind, "{answer:#}");
        let message = error["message"].as_str().unwrap_or_default();
        assert!(message.contains("there is no network here"), "{message}");
        let denials = metadata["denials"].as_array().expect("a list");
        assert_eq!(denials.len(), 1, "{answer:#}");
        assert_eq!(denials[0]["rule"], "sockets");
        assert_eq!(denials[0]["target"], target);
    }
}

#[tokio::test]
async fn javascript_has_nothing_to_reach_the_network_with() {
    let Some(host) = with("javascript", LIMITS).await else {
        return;
    };
    let code = "fetch('http://example.com')";
    let outcome = ran(&host, "run_javascript", code).await;
    assert!(outcome.denials.first.is_empty(), "{:?}", outcome.denials);
    let (kind, message) = error(&host, "run_javascript", code).await;
    assert_eq!(kind, "ReferenceError");
    assert!(message.contains("there is no network here"), "{message}");
    for code in ["require('net')", "import('net')"] {
        let (kind, _) = error(&host, "run_javascript", code).await;
        assert_eq!(kind, "Error", "{code}");
    }
}

#[tokio::test]
async fn processes_and_threads_do_not_start_in_python() {
    let Some(host) = with("python", LIMITS).await else {
        return;
    };
    for (code, expected) in [
        ("import subprocess; subprocess.run(['ls'])", "OSError"),
        ("import os; os.system('ls')", "AttributeError"),
        ("import os; os.fork()", "AttributeError"),
        ("import ctypes", "ModuleNotFoundError"),
        (
            "import threading; threading.Thread(target=print).start()",
            "RuntimeError",
        ),
    ] {
        let (kind, _) = error(&host, "run_python", code).await;
        assert_eq!(kind, expected, "{code}");
    }
    // Leaving is for the program, and not for the instance before it has answered.
    for code in ["import os; os._exit(3)", "raise SystemExit(3)"] {
        let (kind, message) = error(&host, "run_python", code).await;
        assert_eq!((&*kind, &*message), ("SystemExit", "3"));
    }
}

#[tokio::test]
async fn deep_recursion_in_python_is_an_exception_of_the_program() {
    let Some(host) = with("python", LIMITS).await else {
        return;
    };
    for code in [
        "def f(n): return f(n + 1)\nf(0)",
        "import functools\n@functools.cache\ndef f(n): return f(n + 1)\nf(0)",
        "class A:\n  def __repr__(self): return repr(self)\nrepr(A())",
        "class A:\n  def __getattr__(self, name): return getattr(self, name)\nA().x",
        "import copy\na = []\nfor _ in range(3_000): a = [a]\ncopy.deepcopy(a)",
    ] {
        let (kind, message) = error(&host, "run_python", code).await;
        assert_eq!(kind, "RecursionError", "{code}: {message}");
    }
    // A program may go on after it.
    let code =
        "def f(n): return f(n + 1)\ntry: f(0)\nexcept RecursionError: print('caught')\n'went on'";
    let data = data(&host, "run_python", json!({"code": code})).await;
    assert_eq!(data["stdout"], "caught\n");
    assert_eq!(data["value"], "went on");
}

#[tokio::test]
async fn recursion_in_c_code_traps_and_the_next_call_answers() {
    let Some(host) = with("python", LIMITS).await else {
        return;
    };
    for code in [
        "import json; json.loads('[' * 100_000 + ']' * 100_000)",
        "a = []\nfor _ in range(100_000): a = [a]\nrepr(a)",
        "class A: pass\na = None\nfor _ in range(100_000):\n  b = A(); b.a = a; a = b\ndel a, b",
        "import sys\nsys.setrecursionlimit(10**6)\ndef f(n): return f(n + 1)\nf(0)",
    ] {
        match stopped(&host, "run_python", code).await {
            Failure::Trap { reason, .. } => assert_eq!(reason, "call stack exhausted"),
            other => panic!("{code}: {other:?}"),
        }
        let next = data(&host, "run_python", json!({"code": "6 * 7"})).await;
        assert_eq!(next["value"], 42);
    }
    // What is there when the program ends is not freed one by one.
    let code = "a = []\nfor _ in range(100_000): a = [a]\nlen(a)";
    let kept = data(&host, "run_python", json!({"code": code})).await;
    assert_eq!(kept["value"], 1);
}

#[tokio::test]
async fn deep_recursion_in_javascript_traps_and_the_next_call_answers() {
    let Some(host) = with("javascript", LIMITS).await else {
        return;
    };
    let deep = |calls: u32| format!("const f = (n) => n ? 1 + f(n - 1) : 0; f({calls})");
    let data_of = |code: String| data(&host, "run_javascript", json!({"code": code}));
    assert_eq!(data_of(deep(1_500)).await["value"], 1_500);
    match stopped(&host, "run_javascript", &deep(1_000_000)).await {
        Failure::Trap { reason, .. } => assert_eq!(reason, "call stack exhausted"),
        other => panic!("{other:?}"),
    }
    assert_eq!(data_of("6 * 7".to_owned()).await["value"], 42);
}

#[tokio::test]
async fn nothing_is_left_of_a_call_but_what_it_costs() {
    for (name, leaving, looking, chance) in [
        (
            "python",
            "import builtins, json; builtins.left = json.left = 1; open('left', 'w').close()",
            "import builtins, json, os; [hasattr(builtins, 'left'), hasattr(json, 'left'), os.path.exists('left')]",
            "import random, uuid; [random.random(), str(uuid.uuid4())]",
        ),
        (
            "javascript",
            "globalThis.left = Array.prototype.left = 1; require('fs').writeFileSync('left', '')",
            "['left' in globalThis, 'left' in [], require('fs').existsSync('left')]",
            "[Math.random()]",
        ),
    ] {
        let Some(host) = with(name, LIMITS).await else {
            continue;
        };
        let tool = format!("run_{name}");
        data(&host, &tool, json!({"code": leaving})).await;
        let seen = data(&host, &tool, json!({"code": looking})).await;
        assert_eq!(seen["value"], json!([false, false, false]), "{name}");
        // All calls begin with one image of the memory, and yet draw other numbers.
        let drawn = data(&host, &tool, json!({"code": chance})).await;
        let again = data(&host, &tool, json!({"code": chance})).await;
        let (drawn, again) = (drawn["value"].as_array(), again["value"].as_array());
        let (drawn, again) = (drawn.expect("a list"), again.expect("a list"));
        assert!(
            drawn.iter().zip(again).all(|(one, other)| one != other),
            "{drawn:?} {again:?}"
        );
        let small = ran(&host, &tool, "1 + 1").await;
        assert!(small.usage.fuel < 3_000_000, "{name}: {:?}", small.usage);
        assert!(
            small.usage.memory_peak_bytes < 32 * 1024 * 1024,
            "{name}: {:?}",
            small.usage
        );
    }
}
