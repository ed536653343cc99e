"""A file system in memory, put in the place of the real one.

Programs use `open`, `os`, `pathlib` and what builds on them as ever. What they see are the files
of the call, in `HOME`, and `/tmp`. Nothing here reaches the host: where a function is not replaced
by one of these, it asks WASI, which has no folder to offer.
"""

import base64
import builtins
import errno
import io
import os
import posixpath
import stat
import time

HOME = "/workspace"
TEMPORARY = "/tmp"
NOT_THERE = (
    "No such file or directory (only the `files` of this call are here, and what the code writes)"
)
# Below it are the descriptors of the process itself.
FIRST_DESCRIPTOR = 1000


class Node:
    """A file with its bytes, or a folder, whose `data` is None."""

    def __init__(self, data):
        self.data = data
        self.modified = time.time()


class Disk:
    """Every node by its absolute path. A folder is there before what is in it."""

    def __init__(self):
        self.reset({})

    def reset(self, files):
        """Holds just `files`, of which each is bytes by its name in `HOME`."""
        self.nodes = {path: Node(None) for path in ("/", HOME, TEMPORARY)}
        self.descriptors = {}
        self.current = HOME
        self.given = {}
        for name, data in files.items():
            path = posixpath.normpath(posixpath.join(HOME, name))
            if not path.startswith(HOME + "/"):
                raise ValueError(f"the name `{name}` leads out of the working folder")
            self.make_folders(posixpath.dirname(path))
            if path in self.nodes:
                raise ValueError(f"the name `{name}` is that of a folder or of another file")
            self.nodes[path] = Node(bytearray(data))
            self.given[path] = bytes(data)

    def make_folders(self, path):
        if path in self.nodes:
            if self.nodes[path].data is not None:
                raise ValueError(f"`{path[len(HOME) + 1:]}` is a file and cannot hold others")
            return
        self.make_folders(posixpath.dirname(path))
        self.nodes[path] = Node(None)

    def written(self):
        """What the program left in `HOME` that was not there or is not the same: name and bytes."""
        for path, node in sorted(self.nodes.items()):
            if node.data is not None and path.startswith(HOME + "/"):
                if self.given.get(path) != node.data:
                    yield path[len(HOME) + 1 :], bytes(node.data)

    def path(self, path):
        if isinstance(path, int):
            return self.descriptor(path).path
        path = os.fspath(path)
        if isinstance(path, bytes):
            path = path.decode("utf-8", "surrogateescape")
        if "\0" in path:
            raise ValueError("embedded null byte")
        if not path:
            raise problem(errno.ENOENT, path)
        path = posixpath.normpath(posixpath.join(self.current, path))
        return "/" + path.lstrip("/")

    def node(self, path):
        found = self.nodes.get(self.path(path))
        if found is None:
            raise problem(errno.ENOENT, path)
        return found

    def file(self, path):
        found = self.node(path)
        if found.data is None:
            raise problem(errno.EISDIR, path)
        return found

    def children(self, path):
        """Names in a folder."""
        if self.node(path).data is not None:
            raise problem(errno.ENOTDIR, path)
        above = self.path(path).rstrip("/") + "/"
        return [p[len(above) :] for p in self.nodes if p.startswith(above) and p != above and "/" not in p[len(above) :]]

    def free(self, path):
        """The absolute form of `path`, at which nothing is and something can be."""
        absolute = self.path(path)
        above = self.nodes.get(posixpath.dirname(absolute))
        if above is None:
            raise problem(errno.ENOENT, path)
        if above.data is not None:
            raise problem(errno.ENOTDIR, path)
        if absolute in self.nodes:
            raise problem(errno.EEXIST, path)
        return absolute

    def descriptor(self, number):
        found = self.descriptors.get(number)
        if found is None:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        return found

    # What follows has the names and forms of `os`.

    def open_raw(self, path, flags):
        """A `File` at `path`, as `os.open` would make it of these flags."""
        absolute = self.path(path)
        node = self.nodes.get(absolute)
        access = flags & (os.O_RDONLY | os.O_WRONLY | os.O_RDWR)
        reads, writes = access != os.O_WRONLY, access in (os.O_WRONLY, os.O_RDWR)
        if node is None:
            if not flags & os.O_CREAT:
                raise problem(errno.ENOENT, path)
            absolute = self.free(path)
            node = self.nodes[absolute] = Node(bytearray())
        elif flags & os.O_CREAT and flags & os.O_EXCL:
            raise problem(errno.EEXIST, path)
        elif node.data is None and (writes or flags & os.O_CREAT):
            raise problem(errno.EISDIR, path)
        if flags & os.O_TRUNC and writes:
            del node.data[:]
            node.modified = time.time()
        return File(node, absolute, reads, writes, bool(flags & os.O_APPEND))

    def open(self, path, flags, mode=0o777, *, dir_fd=None):
        number = max(self.descriptors, default=FIRST_DESCRIPTOR - 1) + 1
        self.descriptors[number] = self.open_raw(path, flags)
        return number

    def close(self, fd):
        self.descriptor(fd)
        del self.descriptors[fd]

    def read(self, fd, n):
        return self.descriptor(fd).read(n)

    def write(self, fd, data):
        return self.descriptor(fd).write(data)

    def lseek(self, fd, pos, how):
        return self.descriptor(fd).seek(pos, how)

    def fsync(self, fd):
        self.descriptor(fd)

    def ftruncate(self, fd, length):
        self.descriptor(fd).truncate(length)

    def truncate(self, path, length):
        File(self.file(path), self.path(path), False, True, False).truncate(length)

    def stat(self, path, *, dir_fd=None, follow_symlinks=True):
        node = self.node(path)
        kind = stat.S_IFDIR | 0o755 if node.data is None else stat.S_IFREG | 0o644
        when = node.modified
        return os.stat_result((kind, id(node), 1, 1, 0, 0, len(node.data or b""), when, when, when))

    def lstat(self, path, *, dir_fd=None):
        return self.stat(path)

    def fstat(self, fd):
        return self.stat(fd)

    def access(self, path, mode, *, dir_fd=None, effective_ids=False, follow_symlinks=True):
        return self.path(path) in self.nodes

    def listdir(self, path="."):
        return self.children(path)

    def scandir(self, path="."):
        return Entries(Entry(self, path, name) for name in self.children(path))

    def mkdir(self, path, mode=0o777, *, dir_fd=None):
        self.nodes[self.free(path)] = Node(None)

    def rmdir(self, path, *, dir_fd=None):
        if self.children(path):
            raise problem(errno.ENOTEMPTY, path)
        if self.path(path) in ("/", HOME, TEMPORARY):
            raise problem(errno.EBUSY, path)
        del self.nodes[self.path(path)]

    def unlink(self, path, *, dir_fd=None):
        self.file(path)
        del self.nodes[self.path(path)]

    def rename(self, src, dst, *, src_dir_fd=None, dst_dir_fd=None):
        moved, old, new = self.node(src), self.path(src), self.path(dst)
        if old in ("/", HOME, TEMPORARY):
            raise problem(errno.EBUSY, src)
        if new == old:
            return
        if new.startswith(old + "/"):
            raise problem(errno.EINVAL, dst)
        there = self.nodes.get(new)
        if there is not None:
            if (there.data is None) != (moved.data is None):
                raise problem(errno.EISDIR if there.data is None else errno.ENOTDIR, dst)
            if there.data is None:
                self.rmdir(dst)
            else:
                del self.nodes[new]
        new = self.free(dst)
        for path in [p for p in self.nodes if p == old or p.startswith(old + "/")]:
            self.nodes[new + path[len(old) :]] = self.nodes.pop(path)

    def getcwd(self):
        return self.current

    def chdir(self, path):
        self.children(path)
        self.current = self.path(path)

    def chmod(self, path, mode, *, dir_fd=None, follow_symlinks=True):
        self.node(path)

    def utime(self, path, times=None, *, ns=None, dir_fd=None, follow_symlinks=True):
        node = self.node(path)
        node.modified = times[1] if times else ns[1] / 1e9 if ns else time.time()

    def readlink(self, path, *, dir_fd=None):
        self.node(path)
        raise problem(errno.EINVAL, path)


class File(io.RawIOBase):
    """The raw layer of an open file; `io`'s own classes buffer and decode above it."""

    def __init__(self, node, path, reads, writes, appends):
        self.node, self.path, self.reads, self.writes, self.appends = node, path, reads, writes, appends
        self.position = 0
        self.number = None

    @property
    def mode(self):
        return "rb+" if self.reads and self.writes else "wb" if self.writes else "rb"

    def readable(self):
        return self.reads

    def writable(self):
        return self.writes

    def seekable(self):
        return True

    def readinto(self, buffer):
        if not self.reads:
            raise io.UnsupportedOperation("not readable")
        if self.node.data is None:
            raise problem(errno.EISDIR, self.path)
        found = self.node.data[self.position : self.position + len(buffer)]
        buffer[: len(found)] = found
        self.position += len(found)
        return len(found)

    def write(self, data):
        if not self.writes:
            raise io.UnsupportedOperation("not writable")
        data = memoryview(data).cast("B")
        held = self.node.data
        if self.appends:
            self.position = len(held)
        if self.position > len(held):
            held.extend(bytes(self.position - len(held)))
        held[self.position : self.position + len(data)] = data
        self.position += len(data)
        self.node.modified = time.time()
        return len(data)

    def seek(self, offset, whence=0):
        start = (0, self.position, len(self.node.data or b""))[whence]
        if start + offset < 0:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        self.position = start + offset
        return self.position

    def tell(self):
        return self.position

    def truncate(self, size=None):
        size = self.position if size is None else size
        held = self.node.data
        del held[size:]
        held.extend(bytes(size - len(held)))
        return size

    def fileno(self):
        if self.number is None:
            raise io.UnsupportedOperation("fileno")
        return self.number

    def close(self):
        if not self.closed and self.number is not None:
            disk.descriptors.pop(self.number, None)
        super().close()


class Entry:
    """What `os.scandir` yields."""

    def __init__(self, disk, folder, name):
        folder = os.fspath(folder)
        self.disk, self.name, self.path = disk, name, posixpath.join(folder, name)

    def __fspath__(self):
        return self.path

    def __repr__(self):
        return f"<DirEntry {self.name!r}>"

    def is_dir(self, *, follow_symlinks=True):
        return self.disk.node(self.path).data is None

    def is_file(self, *, follow_symlinks=True):
        return self.disk.node(self.path).data is not None

    def is_symlink(self):
        return False

    def is_junction(self):
        return False

    def inode(self):
        return self.stat().st_ino

    def stat(self, *, follow_symlinks=True):
        return self.disk.stat(self.path)


class Entries:
    """The iterator of `os.scandir`, which can be closed."""

    def __init__(self, entries):
        self.entries = iter(list(entries))

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.entries)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.entries = iter(())


def problem(code, path):
    text = NOT_THERE if code == errno.ENOENT else os.strerror(code)
    return OSError(code, text, path)


def open_file(
    file, mode="r", buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None
):
    """`open`, with the files of `disk` in place of those of the system."""
    kinds, text = set(mode), "b" not in mode
    if not kinds <= set("rwaxbt+") or len(kinds) != len(mode) or {"b", "t"} <= kinds:
        raise ValueError(f"invalid mode: {mode!r}")
    if len(kinds & set("rwax")) != 1:
        raise ValueError("must have exactly one of create/read/write/append mode")
    if not text and (encoding is not None or errors is not None or newline is not None):
        raise ValueError("binary mode doesn't take an encoding, errors or newline argument")
    if text and buffering == 0:
        raise ValueError("can't have unbuffered text I/O")
    flags = {"r": 0, "w": os.O_CREAT | os.O_TRUNC, "a": os.O_CREAT | os.O_APPEND, "x": os.O_CREAT | os.O_EXCL}
    kind = next(iter(kinds & set("rwax")))
    reads, writes = kind == "r" or "+" in kinds, kind != "r" or "+" in kinds
    access = os.O_RDWR if reads and writes else os.O_WRONLY if writes else os.O_RDONLY
    if isinstance(file, int) or opener:
        number = file if isinstance(file, int) else opener(file, flags[kind] | access)
        held = disk.descriptor(number)
        raw = File(held.node, held.path, reads, writes, kind == "a" or held.appends)
        raw.number = number if closefd else None
    else:
        raw = disk.open_raw(file, flags[kind] | access)
        if raw.node.data is None:
            raise problem(errno.EISDIR, file)
    raw.name = file
    if kind == "a":
        raw.seek(0, 2)
    if buffering == 0:
        return raw
    size = buffering if buffering > 1 else io.DEFAULT_BUFFER_SIZE
    layer = io.BufferedRandom if reads and writes else io.BufferedWriter if writes else io.BufferedReader
    buffered = layer(raw, size)
    if not text:
        return buffered
    wrapped = io.TextIOWrapper(buffered, encoding or "utf-8", errors, newline, buffering == 1)
    wrapped.mode = mode
    return wrapped


disk = Disk()


def give(given):
    """Puts the files of a call on the disk, each a text or an object with its bytes in base64."""
    disk.reset({name: content(name, file) for name, file in given.items()})


def content(name, file):
    if isinstance(file, str):
        return file.encode("utf-8", "backslashreplace")
    try:
        return base64.b64decode(file["base64"], validate=True)
    except ValueError as error:
        raise ValueError(f"the file `{name}` is no base64: {error}") from error


def shown(data):
    """A file as `give` takes it: text as it is, and anything else in base64."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = None
    if text is None or any(c < " " and c not in "\t\n\r" for c in text):
        return {"base64": base64.b64encode(data).decode("ascii")}
    return text


OF_OS = (
    "open close read write lseek fsync ftruncate truncate stat lstat fstat access listdir scandir"
    " mkdir rmdir unlink rename getcwd chdir chmod utime readlink"
).split()


def install():
    """Puts `disk` in the place of the real files, and returns what undoes that."""
    places = [(os, name, getattr(disk, name)) for name in OF_OS]
    places += [(os, "remove", disk.unlink), (os, "replace", disk.rename)]
    places += [(module, "open", open_file) for module in (builtins, io)]
    before = [(module, name, getattr(module, name, None)) for module, name, _ in places]
    for module, name, replacement in places:
        setattr(module, name, replacement)

    def undo():
        for module, name, original in before:
            setattr(module, name, original)

    return undo
