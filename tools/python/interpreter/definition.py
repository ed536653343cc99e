"""The tool as clients and models see it."""

NAME = "run_python"
TITLE = "Run Python"
DESCRIPTION = """\
Runs Python 3.14 code in a sandbox and returns what it prints, the value of its last expression, \
the files that it wrote, and the traceback if it failed.
The standard library is there (also csv, json, statistics, decimal, datetime, zoneinfo, re, \
sqlite3 in memory, zipfile, asyncio, xml.etree); other packages such as numpy and pandas, network, \
threads and processes are not.
Nothing is kept between calls: pass data in `code`, `stdin` or `files`, and open files by their names.\
"""

FILE = {
    "anyOf": [
        {"type": "string"},
        {
            "type": "object",
            "properties": {"base64": {"type": "string"}},
            "required": ["base64"],
            "additionalProperties": False,
        },
    ]
}
FILES = {"type": "object", "additionalProperties": FILE}

INPUT_SCHEMA = {
    "type": "object",
    "properties": {
        "code": {
            "type": "string",
            "description": "The code. If its last statement is an expression, its value is"
            " returned; await may stand outside of functions.",
            "maxLength": 200_000,
        },
        "stdin": {
            "type": "string",
            "description": "What input() and sys.stdin read.",
            "default": "",
        },
        "files": FILES
        | {
            "description": "Files for the code by their names, each a text or"
            ' {"base64": "..."}. They are in the working folder.',
            "propertyNames": {"minLength": 1, "maxLength": 200},
            "maxProperties": 100,
        },
        "timeout": {
            "type": "number",
            "description": "Seconds after which the code is stopped with what it printed until"
            " then. It makes loops slower; without it the tool's own limits hold.",
            "exclusiveMinimum": 0,
            "maximum": 600,
        },
    },
    "required": ["code"],
    "additionalProperties": False,
}

OUTPUT_SCHEMA = {
    "type": "object",
    "properties": {
        "stdout": {"type": "string"},
        "stderr": {"type": "string"},
        "value": {
            "description": "Value of the last expression: as JSON if it has that form, else its repr."
        },
        "error": {
            "description": "How the code failed, or null.",
            "anyOf": [
                {"type": "null"},
                {
                    "type": "object",
                    "properties": {
                        "type": {"type": "string"},
                        "message": {"type": "string"},
                        "line": {"type": ["integer", "null"]},
                        "traceback": {"type": "string"},
                    },
                    "required": ["type", "message", "line", "traceback"],
                    "additionalProperties": False,
                },
            ],
        },
        "files": FILES | {"description": "New and changed files of the working folder by name."},
        "files_left_out": {
            "type": "object",
            "description": "Sizes of those that are too large to be returned.",
            "additionalProperties": {"type": "integer"},
        },
    },
    "required": ["stdout", "stderr", "value", "error", "files", "files_left_out"],
    "additionalProperties": False,
}
