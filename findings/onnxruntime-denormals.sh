#!/bin/sh
# Guess:  the session option session.set_denormal_as_zero makes that session count numbers next to nothing as nothing, in
#         whatever thread it runs, and touches nothing else.
# Really: the first session a process makes decides, and only for the thread that makes it. There all arithmetic changes
#         and stays changed, Python's own as well (sys.float_info.min / 2 is 0.0). The same session run in another thread,
#         and a later session with the option made in another thread, compute denormals as ever. Whoever loads the detector
#         of PP-OCR in one thread and reads in another reads the same text, in half as much time again or more; a worker that
#         is forked with the models loaded has what the thread that forked it had.
# Seen:   onnxruntime 1.32.0, onnx 1.22.0, CPython 3.11, Linux x86-64, 2026-11-29
. "$(dirname "$0")/common.sh"
packages onnxruntime==1.32.0 onnx==1.22.0
export ORT_DISABLE_TELEMETRY=1
cat >model.py <<'P'
import onnx
from onnx import TensorProto, helper

vector = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [64]) for name in "xyz"]
graph = helper.make_graph([helper.make_node("Mul", ["x", "y"], ["z"])], "product", vector[:2], vector[2:])
onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), "model.onnx")
P
cat >threads.py <<'P'
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnxruntime


def session():
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.set_denormal_as_zero", "1")
    return onnxruntime.InferenceSession("model.onnx", options, providers=["CPUExecutionProvider"])


def word(value):
    return "zero" if value == 0 else "denormal"


def look(name, made):
    numbers = np.full(64, 1e-30, np.float32), np.full(64, 1e-10, np.float32)
    (product,) = made.run(None, dict(zip("xy", numbers)))
    model = "zero" if not product.view(np.int32).any() else "denormal"
    print(f"{name}: model {model}, Python {word(sys.float_info.min / 2)}")


first, second = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
made = first.submit(session).result()
first.submit(look, "the first session's thread", made).result()
second.submit(look, "the same session in another thread", made).result()
second.submit(look, "a second session with the option, in its own thread", second.submit(session).result()).result()
P
python model.py
python threads.py >out
seen out <<'O'
the first session's thread: model zero, Python zero
the same session in another thread: model denormal, Python denormal
a second session with the option, in its own thread: model denormal, Python denormal
O
