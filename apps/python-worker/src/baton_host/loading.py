"""
Finds the agent that a config names: imports the module, takes the export, and makes the agent if it is a
factory.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import inspect
import os
import sys
from types import ModuleType
from typing import Any

from .calls import Driver
from .faults import Fault, fault_of


async def load(driver: Driver, order: dict[str, Any]) -> Any:
    """The agent; raises a fault that names what is not there."""
    module = _import(order["module"])
    export = str(order["export"])
    value: Any = module
    for name in export.split("."):
        if not hasattr(value, name):
            raise _bad(f'the module has no "{export}"; it has {_exports_of(module)}')
        value = getattr(value, name)
    parameters = order.get("parameters") or {}
    if driver.accepts(value):
        if parameters:
            raise _bad(
                f'"{export}" is an agent and takes no parameters; name a function that makes one of them'
            )
        return value
    if not callable(value):
        raise _bad(f'"{export}" is a {type(value).__name__}: no agent of this framework and no function')
    made = value(**parameters) if inspect.isclass(value) else _call(value, parameters)
    if inspect.isawaitable(made):
        made = await made
    if not driver.accepts(made):
        raise _bad(f'"{export}" made a {type(made).__name__}, which is no agent of this framework')
    return made


def _call(factory: Any, parameters: dict[str, Any]) -> Any:
    """A factory takes the parameters as one value, or nothing."""
    try:
        takes = len(inspect.signature(factory).parameters) > 0
    except (TypeError, ValueError):
        takes = True
    if parameters and not takes:
        raise _bad("the function takes no parameters, and the config gives some")
    return factory(parameters) if takes else factory()


def _import(where: dict[str, Any]) -> ModuleType:
    path, package = where.get("path"), where.get("package")
    # At the end: a neighbour of the agent must not stand in for a library.
    sys.path.extend(
        folder
        for folder in ([os.path.dirname(path)] if path else []) + [os.getcwd()]
        if folder not in sys.path
    )
    try:
        return importlib.import_module(str(package)) if path is None else _import_file(str(path))
    except ModuleNotFoundError as error:
        raise _bad(f"{error}; name the package in the config's requirements") from error
    except SyntaxError as error:
        raise _bad(f"the module cannot be read: {error}") from error


def _import_file(path: str) -> ModuleType:
    name = os.path.splitext(os.path.basename(path))[0]
    # What a framework or the agent imports under this name must stay what it is.
    known = None if name in sys.modules else importlib.util.find_spec(name)
    if name in sys.modules or (known is not None and known.origin != path):
        name = f"agent_{name}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise _bad("the module is no file of Python")
    module = importlib.util.module_from_spec(spec)
    # Found again by name: what an agent keeps between calls is told by names of modules.
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _exports_of(module: ModuleType) -> str:
    names = [name for name in vars(module) if not name.startswith("_")][:20]
    return ", ".join(names) if names else "nothing"


def _bad(detail: str) -> Fault:
    return Fault("configuration", detail, code="bad_module")


def load_now(
    loop: asyncio.AbstractEventLoop, driver: Driver, order: dict[str, Any]
) -> tuple[Any, dict[str, Any] | None]:
    """The agent, or the facts of why there is none."""
    try:
        return loop.run_until_complete(load(driver, order)), None
    except BaseException as error:
        return None, fault_of(error)
