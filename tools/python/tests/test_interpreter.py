"""What the interpreter answers, in the Python that runs the tests: `python3 -m unittest discover`."""

import base64
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from interpreter import definition, event_loop, files, modules
from interpreter.capture import Capture, stream
from interpreter.run import run


SINCE_3_11 = unittest.skipIf(sys.version_info < (3, 11), "older versions of pathlib keep the real `open`")


class Case(unittest.TestCase):
    def setUp(self):
        self.addCleanup(files.install())

    def run_code(self, code, stdin="", given=None, timeout=None):
        files.give(given or {})
        return run(code, stdin, timeout)


class Answers(Case):
    def test_the_value_is_that_of_the_last_expression(self):
        outcome = self.run_code("x = 20\nx + 1")
        self.assertEqual((outcome.value, outcome.text()), (21, "21"))

    def test_printed_text_comes_before_the_value(self):
        outcome = self.run_code("print('one')\n'two'")
        self.assertEqual(outcome.stdout, "one\n")
        self.assertEqual(outcome.text(), "one\n'two'")

    def test_code_without_a_last_expression_has_no_value(self):
        outcome = self.run_code("x = 1")
        self.assertIsNone(outcome.value)
        self.assertIn("no output", outcome.text())

    def test_a_value_that_is_no_json_is_shown_by_its_repr(self):
        for code in ("{1, 2}", "float('nan')", "{1: 2}", "2 ** 70", "b'x'"):
            self.assertEqual(self.run_code(code).value, repr(eval(code)), code)

    def test_tuples_and_nested_containers_are_json(self):
        self.assertEqual(self.run_code("{'a': (1, [True, None, 1.5])}").value, {"a": [1, [True, None, 1.5]]})

    def test_a_value_without_end_is_shown_and_not_followed(self):
        self.assertEqual(self.run_code("x = []\nx.append(x)\nx").value, "[[...]]")

    def test_half_a_surrogate_pair_becomes_text_that_can_be_sent(self):
        outcome = self.run_code("print('\\ud800')\n'\\ud800'")
        outcome.text().encode("utf-8")
        self.assertEqual(outcome.value, "\\ud800")

    def test_stdin_is_read(self):
        self.assertEqual(self.run_code("input() + input()", stdin="a\nb\n").value, "ab")

    def test_classes_of_the_code_are_found_by_pickle_and_dataclasses(self):
        code = "import pickle\nfrom dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\npickle.loads(pickle.dumps(P(3)))"
        self.assertEqual(self.run_code(code).value, "P(x=3)")

    def test_await_may_stand_outside_of_functions(self):
        code = "import asyncio\nasync def f(n):\n    await asyncio.sleep(0)\n    return n\nawait asyncio.gather(f(1), f(2))"
        self.assertEqual(self.run_code(code).value, [1, 2])


class Failures(Case):
    def test_an_error_comes_with_what_was_printed_before(self):
        outcome = self.run_code("print('before')\n1 / 0")
        self.assertEqual(outcome.stdout, "before\n")
        self.assertEqual((outcome.error.type, outcome.error.line), ("ZeroDivisionError", 2))
        self.assertIn("1 / 0", outcome.error.traceback)

    def test_the_traceback_has_only_lines_of_the_code(self):
        outcome = self.run_code("import json\njson.loads('{')")
        self.assertEqual(outcome.error.type, "json.decoder.JSONDecodeError")
        self.assertNotIn("decoder.py", outcome.error.traceback)
        self.assertEqual(outcome.error.line, 2)

    def test_a_cause_is_shown_too(self):
        code = "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise ValueError('x') from error"
        trace = self.run_code(code).error.traceback
        self.assertIn("ZeroDivisionError", trace)
        self.assertNotIn("run.py", trace)

    def test_a_syntax_error_names_its_line(self):
        outcome = self.run_code("x = 1\nif x\n    pass")
        self.assertEqual((outcome.error.type, outcome.error.line), ("SyntaxError", 2))

    def test_the_end_of_a_deep_recursion_is_an_error(self):
        outcome = self.run_code("def f(n):\n    return f(n + 1)\nf(0)")
        self.assertEqual(outcome.error.type, "RecursionError")
        self.assertLess(len(outcome.error.traceback), 2000)

    def test_exits_and_interrupts_do_not_leave_the_interpreter(self):
        self.assertIsNone(self.run_code("raise SystemExit").error)
        self.assertIsNone(self.run_code("import sys\nsys.exit(0)").error)
        self.assertEqual(self.run_code("raise SystemExit('no')").error.message, "no")
        self.assertEqual(self.run_code("raise KeyboardInterrupt").error.type, "KeyboardInterrupt")

    def test_one_request_for_too_much_memory_is_an_error(self):
        self.assertEqual(self.run_code("bytearray(2 ** 62)").error.type, "MemoryError")

    def test_an_error_of_a_repr_is_an_error_of_the_code(self):
        code = "class A:\n    def __repr__(self):\n        raise ValueError('r')\nA()"
        self.assertEqual(self.run_code(code).error.message, "r")

    def test_a_closed_stdout_does_not_lose_the_answer(self):
        self.assertEqual(self.run_code("import sys\nsys.stdout.close()\n5").value, 5)

    @unittest.skipUnless(hasattr(sys, "monitoring"), "a timeout takes Python 3.12")
    def test_a_timeout_ends_a_loop_with_what_was_printed(self):
        code = "print('began')\nwhile True:\n    try:\n        pass\n    except Exception:\n        pass"
        outcome = self.run_code(code, timeout=0.05)
        self.assertEqual((outcome.stdout, outcome.error.type), ("began\n", "TimeoutError"))
        self.assertIn("0.05 seconds", outcome.error.message)


class InMemory(Case):
    def test_given_files_are_read_and_written_ones_returned(self):
        code = "text = open('in.csv').read()\nopen('out/a.txt', 'w').write(text.upper())"
        outcome = self.run_code("import os\nos.mkdir('out')\n" + code, given={"in.csv": "a,é\n"})
        self.assertEqual(outcome.files, {"out/a.txt": "A,É\n"})

    def test_a_file_that_is_no_text_goes_both_ways_in_base64(self):
        given = {"in.bin": {"base64": base64.b64encode(b"\x00\xff").decode()}}
        outcome = self.run_code("open('out.bin', 'wb').write(open('in.bin', 'rb').read() * 2)", given=given)
        self.assertEqual(base64.b64decode(outcome.files["out.bin"]["base64"]), b"\x00\xff\x00\xff")

    def test_a_file_that_did_not_change_is_not_returned(self):
        outcome = self.run_code("open('a', 'w').write('1')\nopen('b', 'w').write('2')", given={"a": "1", "b": "1"})
        self.assertEqual(outcome.files, {"b": "2"})

    @SINCE_3_11
    def test_a_file_of_the_system_is_not_there(self):
        for code in ("open(name)", "import os\nos.open(name, 0)", "import pathlib\npathlib.Path(name).read_text()", "import os\nos.stat(name)"):
            outcome = self.run_code(f"name = {__file__!r}\n{code}")
            self.assertEqual(outcome.error.type, "FileNotFoundError", code)
            self.assertIn("only the `files` of this call", outcome.error.message)

    def test_the_working_folder_is_all_there_is(self):
        outcome = self.run_code("import os\n(os.getcwd(), os.listdir('/'), os.listdir())", given={"a": ""})
        self.assertEqual(outcome.value, ["/workspace", ["workspace", "tmp"], ["a"]])

    def test_names_that_lead_out_or_collide_are_refused(self):
        for given in ({"../a": ""}, {"a": "", "a/b": ""}, {"a/b": "", "a": ""}, {".": ""}, {"/etc/x": ""}):
            with self.assertRaises(ValueError, msg=given):
                files.give(given)

    def test_modes_of_open_do_what_they_do_elsewhere(self):
        code = """
with open('a', 'x') as f: f.write('1\\n2\\n')
with open('a', 'a') as f: f.write('3')
with open('a', 'r+') as f:
    f.seek(2); f.write('X'); f.seek(0); got = f.readlines()
problems = []
for path, mode in (('a', 'x'), ('no', 'r'), ('.', 'r'), ('no/a', 'w'), ('a', 'q')):
    try: open(path, mode)
    except (OSError, ValueError) as error: problems.append(type(error).__name__)
(got, open('a', 'rb').read(), problems)"""
        outcome = self.run_code(code)
        self.assertEqual(outcome.shown, repr((["1\n", "X\n", "3"], b"1\nX\n3", ["FileExistsError", "FileNotFoundError", "IsADirectoryError", "FileNotFoundError", "ValueError"])))

    @SINCE_3_11
    def test_files_are_found_renamed_and_removed(self):
        code = """
import glob, os, pathlib, shutil
os.makedirs('a/b'); pathlib.Path('a/b/c.txt').write_text('1')
found = glob.glob('**/*.txt', recursive=True)
os.rename('a', 'd'); os.replace('d/b/c.txt', 'e.txt'); os.remove('e.txt'); os.rmdir('d/b')
(found, os.path.exists('a'), [sorted(x) for x in next(os.walk('.'))[1:]])"""
        self.assertEqual(self.run_code(code).value, [["a/b/c.txt"], False, [["d"], []]])

    def test_large_files_are_left_out_by_name_and_size(self):
        outcome = self.run_code("open('big', 'w').write('x' * 300_000)\nopen('small', 'w').write('y')")
        self.assertEqual((outcome.files, outcome.left_out), ({"small": "y"}, {"big": 300_000}))
        self.assertIn("small, big", outcome.text())


class Modules(Case):
    def setUp(self):
        super().setUp()
        self.before = sys.meta_path[:]
        sys.meta_path.append(modules.Importer())
        self.addCleanup(lambda: sys.meta_path.__setitem__(slice(None), self.before))
        self.addCleanup(lambda: sys.modules.pop("helper_of_test", None))

    def test_a_given_file_is_a_module(self):
        given = {"helper_of_test.py": "def double(x):\n    return 2 * x\n"}
        self.assertEqual(self.run_code("import helper_of_test\nhelper_of_test.double(4)", given=given).value, 8)

    def test_a_package_that_is_not_there_is_an_error_that_says_what_is(self):
        outcome = self.run_code("import package_of_nobody")
        self.assertEqual(outcome.error.type, "ModuleNotFoundError")
        self.assertIn("statistics", outcome.error.message)

    def test_no_module_that_the_error_mentions_is_left_out(self):
        for name in modules.MENTIONED.split():
            self.assertNotIn(name, modules.LEFT_OUT)


class Streams(unittest.TestCase):
    def test_a_flood_keeps_its_start_and_its_end(self):
        capture = Capture(10, 5)
        out = stream(capture)
        for i in range(10_000):
            print(i, file=out)
        out.flush()
        text = capture.text()
        self.assertTrue(text.startswith("0\n1\n2\n3\n4\n\n…"), text)
        self.assertTrue(text.endswith("\n9999\n"), text)
        self.assertIn("48875 bytes left out", text)

    def test_what_fits_is_whole(self):
        capture = Capture(10, 5)
        capture.write(b"123456789012345")
        self.assertEqual(capture.text(), "123456789012345")

    def test_the_loop_says_when_nothing_can_happen_any_more(self):
        loop = event_loop.Loop()
        self.addCleanup(loop.close)
        with self.assertRaisesRegex(RuntimeError, "nothing here can bring about"):
            loop.run_until_complete(loop.create_future())


class Schemas(unittest.TestCase):
    def test_the_outcome_has_the_fields_of_its_schema(self):
        self.addCleanup(files.install())
        files.give({})
        self.assertEqual(list(run("1").data()), definition.OUTPUT_SCHEMA["required"])


if __name__ == "__main__":
    unittest.main()
