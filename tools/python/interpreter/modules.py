"""What a program can import: the standard library, loaded when the component is built.

At a call there is no folder to load a module from, so everything is imported before the image of
the memory is taken. What is left out either needs what a sandbox lacks or is of no use to a
program that nobody watches.
"""

import importlib
import io
import linecache
import pkgutil
import posixpath
import sys
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader

from interpreter import files

# Not part of the image: what wants a terminal, a window, a debugger, another process or a server,
# what other platforms need, and the slow twins of modules that are there in C.
LEFT_OUT = frozenset(
    "__hello__ __phello__ _aix_support _android_support _apple_support"
    " _ios_support _osx_support _pydatetime _pydecimal _pyio _pyrepl antigravity bdb cmd code codeop"
    " compileall concurrent.futures.interpreter concurrent.futures.process concurrent.interpreters"
    " cProfile ctypes curses dbm doctest encodings.mbcs encodings.oem ensurepip fileinput ftplib"
    " http.server idlelib imaplib importlib.simple lib2to3 mailbox modulefinder msilib"
    " multiprocessing netrc nturl2path pdb pickletools poplib profile pstats pty pyclbr"
    " pydoc pydoc_data readline rlcompleter runpy smtplib socketserver ssl sysconfig tabnanny test"
    " this tkinter trace tracemalloc tty turtle turtledemo venv wave webbrowser winreg wsgiref"
    " xmlrpc zipapp zipimport asyncio.windows_events asyncio.windows_utils".split()
)
BROADER = "the standard library of Python, without what needs processes, threads or a network"
MENTIONED = (
    "array ast asyncio base64 bisect calendar cmath collections colorsys configparser copy csv"
    " dataclasses datetime decimal difflib email enum fractions functools glob gzip hashlib heapq"
    " hmac html io ipaddress itertools json logging math operator os pathlib pickle pprint random"
    " re secrets shutil sqlite3 statistics string struct tempfile textwrap time tomllib typing"
    " unicodedata unittest urllib.parse uuid xml.etree.ElementTree zipfile zlib zoneinfo"
)


def load_all():
    """Imports the standard library, without what it lacks here, and without its documentation."""
    SourceFileLoader.source_to_code = lambda self, data, path: compile(
        data, path, "exec", dont_inherit=True, optimize=2
    )
    # The files beside the sources hold the code with documentation.
    SourceFileLoader.get_code = lambda self, name: self.source_to_code(
        self.get_data(self.get_filename(name)), self.get_filename(name)
    )
    # `stdlib_module_names` has the private ones too, which some functions import when they run.
    for name in sorted(sys.stdlib_module_names):
        load(name)


def load(name):
    if name in LEFT_OUT or name.rpartition(".")[2] == "__main__":
        return
    try:
        module = importlib.import_module(name)
    except ImportError:
        return
    for part in pkgutil.iter_modules(getattr(module, "__path__", ())):
        if part.name not in ("test", "tests", "idle_test"):
            load(f"{name}.{part.name}")


def load_time_zones():
    """Keeps every time zone of the package `tzdata` in memory, since there is no folder of them."""
    import zoneinfo
    from importlib import resources

    root = resources.files("tzdata").joinpath("zoneinfo")
    names = resources.files("tzdata").joinpath("zones").read_text().split()
    zones = {name: root.joinpath(*name.split("/")).read_bytes() for name in names}

    def load_tzdata(key):
        if key not in zones:
            raise zoneinfo.ZoneInfoNotFoundError(f"No time zone found with key {key}")
        return io.BytesIO(zones[key])

    zoneinfo._common.load_tzdata = load_tzdata
    zoneinfo.available_timezones = lambda: set(zones)
    zoneinfo.reset_tzpath(to=[])


class Importer(MetaPathFinder, InspectLoader):
    """Finds modules among the files of the call."""

    def find_spec(self, fullname, path=None, target=None):
        for folder in path or [files.disk.current, files.HOME]:
            stem = posixpath.join(folder, fullname.rpartition(".")[2])
            for source, is_package in ((f"{stem}/__init__.py", True), (f"{stem}.py", False)):
                node = files.disk.nodes.get(source)
                if node is not None and node.data is not None:
                    spec = ModuleSpec(fullname, self, origin=source, is_package=is_package)
                    spec.has_location = True
                    if is_package:
                        spec.submodule_search_locations = [stem]
                    return spec
        return None

    def get_source(self, fullname):
        path = self.find_spec(fullname).origin
        return files.disk.nodes[path].data.decode("utf-8")

    def exec_module(self, module):
        path, source = module.__spec__.origin, self.get_source(module.__name__)
        remember_source(path, source)
        exec(compile(source, path, "exec", dont_inherit=True), module.__dict__)


def hint(error):
    """What to know about a module that could not be found."""
    if not isinstance(error, ModuleNotFoundError) or not error.name:
        return ""
    if error.name.partition(".")[0] in sys.stdlib_module_names:
        return "this part of the standard library is not in this sandbox"
    return f"packages cannot be installed here; there is {BROADER}: {MENTIONED.replace(' ', ', ')} and more"


def remember_source(path, source):
    """Lets tracebacks show lines of a file that is none of the system's."""
    linecache.cache[path] = (len(source), None, source.splitlines(keepends=True), path)


def install():
    """Looks for modules in the image and in the files of the call, and no longer in folders."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if "PathFinder" not in repr(finder)]
    sys.meta_path.append(Importer())
    sys.path[:] = [files.HOME]
    sys.path_importer_cache.clear()
