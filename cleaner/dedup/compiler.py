"""How does a kernel become machine code?

In: a kernel and the kinds of its arguments. Out: an object file that holds it, under a name of one's choice, as a plain
function of addresses and numbers. What always holds: it asks for nothing of Python or numba, so that a process that
loads it needs no compiler.
"""

from types import FunctionType
from typing import Any

import numba
import numpy as np
from llvmlite import binding, ir

from cleaner.dedup.kernel import Kernel, Kind

OPTIONS: dict[str, Any] = {"error_model": "numpy", "_nrt": False}
"""A division by zero raises nothing, and arrays, which would need numba's own memory, cannot be made."""
_ADDRESS, _WHOLE, _FRACTION = ir.PointerType(), ir.IntType(64), ir.DoubleType()


def compiled(kernel: Kernel, kinds: tuple[Kind, ...], name: str) -> bytes:
    """Return the object file: what numba makes of the kernel, by LLVM, without all by which numba would call it."""
    dispatcher, arguments = _dispatcher(kernel), tuple(map(_type, kinds))
    dispatcher.compile(arguments)
    module = binding.parse_assembly(dispatcher.inspect_llvm(arguments))
    inner = dispatcher.overloads[arguments].fndesc.mangled_name
    module.link_in(binding.parse_assembly(str(_entry(name, inner, kinds))))
    for function in module.functions:
        if not function.is_declaration and function.name != name:
            function.linkage = "internal"
    target = binding.Target.from_default_triple().create_target_machine(
        cpu=binding.get_host_cpu_name(), features=binding.get_host_cpu_features().flatten(), opt=3, reloc="static"
    )
    passes = binding.create_new_module_pass_manager()
    passes.add_global_dead_code_eliminate_pass()
    passes.run(module, binding.create_pass_builder(target, binding.PipelineTuningOptions()))
    return bytes(target.emit_object(module))


def _dispatcher(kernel: Kernel) -> Any:
    """Return the kernel as numba knows it, and so those that it calls."""
    known = {name: _dispatcher(part) if isinstance(part, Kernel) else part for name, part in kernel.parts()}
    function = FunctionType(kernel.function.__code__, known, kernel.function.__name__)
    return numba.njit(**OPTIONS)(function)


def _type(kind: Kind) -> Any:
    """Return the type as numba knows it."""
    name, dimensions = kind
    item = numba.from_dtype(np.dtype(name))
    return numba.types.Array(item, dimensions, "C") if dimensions else item


def _entry(name: str, inner: str, kinds: tuple[Kind, ...]) -> ir.Module:
    """Return the function that is called: of an array it takes the address and the shape.

    Source: numba's calling convention, `numba.core.callconv.CPUCallConv`: a function takes where its result goes and
    where an error would, then its arguments, and returns whether there was an error. An array is what owns it (here
    nothing), its size, the bytes of an item, its address, shape and strides.
    """
    taken, given = list[ir.Type](), list[ir.Type]([_ADDRESS, _ADDRESS])
    for kind, dimensions in kinds:
        number = _FRACTION if np.dtype(kind).kind == "f" else _WHOLE
        taken += [_ADDRESS, *[_WHOLE] * dimensions] if dimensions else [number]
        given += [_ADDRESS, _ADDRESS, _WHOLE, _WHOLE, _ADDRESS, *[_WHOLE] * 2 * dimensions] if dimensions else [number]
    module = ir.Module()
    numbas = ir.Function(module, ir.FunctionType(ir.IntType(32), given), inner)
    entry = ir.Function(module, ir.FunctionType(_WHOLE, taken), name)
    build = ir.IRBuilder(entry.append_basic_block())
    result, error, nothing = build.alloca(_WHOLE), build.alloca(_ADDRESS), ir.Constant(_ADDRESS, None)
    build.store(ir.Constant(_WHOLE, 0), result)
    rest, passed = iter(entry.args), [result, error]
    for kind, dimensions in kinds:
        first = next(rest)
        if dimensions:
            item, shape = ir.Constant(_WHOLE, np.dtype(kind).itemsize), [next(rest) for _ in range(dimensions)]
            size, strides = ir.Constant(_WHOLE, 1), list[Any]()
            for length in reversed(shape):
                strides.insert(0, build.mul(size, item))
                size = build.mul(size, length)
            passed += [nothing, nothing, size, item, first, *shape, *strides]
        else:
            passed.append(first)
    build.call(numbas, passed)
    build.ret(build.load(result, typ=_WHOLE))
    return module
