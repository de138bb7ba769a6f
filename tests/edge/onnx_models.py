"""Tiny ONNX models for tests: each says the same of every picture."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
TYPES = {np.dtype(np.float32): TensorProto.FLOAT, np.dtype(np.int64): TensorProto.INT64}


def write_constant_model(
    path: Path, outputs: Mapping[str, NDArray[Any]], *, inputs: Mapping[str, tuple[int, list[int]]]
) -> str:
    """Write a model that gives `outputs` whatever it is shown; return its sha256.

    Args:
        path: Where.
        outputs: By name.
        inputs: By name: ONNX's type and the shape.
    """
    nodes = [
        helper.make_node("Constant", [], [name], value=numpy_helper.from_array(value, name=f"{name}-value"))
        for name, value in outputs.items()
    ]
    graph = helper.make_graph(
        nodes,
        "constant",
        [helper.make_tensor_value_info(name, kind, shape) for name, (kind, shape) in inputs.items()],
        [helper.make_tensor_value_info(name, TYPES[each.dtype], each.shape) for name, each in outputs.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_nms_model(path: Path, *, side: int = 64, scale: float = 1.0) -> str:
    """Write a model with NMS in its graph: a sure person, a weak one, and a cup; return its sha256."""
    dets = np.array([[[8, 16, 24, 48, 0.9], [40, 16, 56, 48, 0.2], [30, 30, 40, 40, 0.8]]], dtype=np.float32)
    dets[..., :4] *= scale
    outputs: dict[str, NDArray[Any]] = {"dets": dets, "labels": np.array([[0, 0, 41]], dtype=np.int64)}
    return write_constant_model(path, outputs, inputs={"input": (TensorProto.FLOAT, [1, 3, side, side])})


def card_text(name: str, file: str, sha256: str, *, head: str = "nms", side: int = 64, more: str = "") -> str:
    """Return a model card."""
    return f"""
name = "{name}"
file = "{file}"
sha256 = "{sha256}"
licence = "Apache-2.0"
origin = "a test"
head = "{head}"
input_size = {side}
threshold = 0.5
low_threshold = 0.1
start_threshold = 0.6
{more}
"""
