"""The component: the tool `run_python` over `interpreter`.

What stands at the top of this file runs when the component is built, and the memory that it leaves
is the image that every call begins with.
"""

import gc
import json
import os
import random
import shutil
import tempfile

from componentize_py_types import Err
from interpreter import definition, event_loop, files, modules
from interpreter.run import run
from interpreter.stack import run_deep
from wit_world import exports
from wit_world.exports.provider import Annotations, Content_Json, Content_Text, Definition
from wit_world.imports.types import ToolError_InvalidInput, ToolError_NotFound


class Provider(exports.Provider):
    def list_tools(self):
        return [
            Definition(
                name=definition.NAME,
                title=definition.TITLE,
                description=definition.DESCRIPTION,
                input_schema=json.dumps(definition.INPUT_SCHEMA),
                output_schema=json.dumps(definition.OUTPUT_SCHEMA),
                annotations=Annotations(
                    read_only=True, destructive=False, idempotent=False, open_world=False
                ),
            )
        ]

    def invoke(self, name, arguments):
        if name != definition.NAME:
            raise Err(ToolError_NotFound(f"there is no tool `{name}`"))
        given = json.loads(arguments)
        # The image holds the state that the generator had when it was taken.
        random.seed()
        try:
            files.give(given.get("files", {}))
        except ValueError as error:
            raise Err(ToolError_InvalidInput(str(error))) from None
        outcome = run_deep(lambda: run(given["code"], given.get("stdin", ""), given.get("timeout")))
        return [
            Content_Text(outcome.text()),
            Content_Json(json.dumps(outcome.data(), ensure_ascii=False, separators=(",", ":"))),
        ]


def leave_process(status=0):
    """`os._exit`, which would end the instance before there is an answer."""
    raise SystemExit(status)


def prepare():
    """Makes the image: every module loaded, and the world put in order once instead of at each call."""
    modules.load_all()
    modules.load_time_zones()
    modules.install()
    event_loop.install()
    files.install()
    os._exit = leave_process
    shutil._use_fd_functions = False
    tempfile.tempdir = files.TEMPORARY
    # Runs once all that a call runs, so that nothing is left to be made at the first one.
    run_deep(lambda: run("print(1)\n1/0"))
    gc.collect()
    # What is here for ever is not for the collector to visit, and so its pages stay shared.
    gc.freeze()


prepare()
