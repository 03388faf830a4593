"""Writes ONNX's node tests of LSTM, GRU and RNN, for tests/onnx_cells.rs.

Most weights of the node tests are all alike and would forgive gates in any order, and no node test
has a clip. Nodes with random weights are therefore run by ONNX's reference, in f64, and those with
attributes that it does not read by ONNX Runtime, where there is one.

Each tensor becomes FOLDER/NODE.TENSOR in f64, with time and direction first whatever the layout.
FOLDER/nodes has a line for each node: name, operator, sizes of time, batch, input and state,
direction, clip, and the flags input_forget and linear_before_reset.

    python3 scripts/onnx_cells.py FOLDER
"""

import importlib.util
import sys
import warnings
from pathlib import Path

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper
from onnx.backend.test.case.node import collect_testcases
from onnx.reference import ReferenceEvaluator

FOLDER = Path(sys.argv[1])
# The axes of each output in the layout of batches first.
AXES = {"Y": (1, 2, 0, 3), "Y_h": (1, 0, 2), "Y_c": (1, 0, 2)}
OUTPUTS = {"LSTM": ["Y", "Y_h", "Y_c"], "GRU": ["Y", "Y_h"], "RNN": ["Y", "Y_h"]}
GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}
INPUTS = ["X", "W", "R", "B", "sequence_lens", "initial_h", "initial_c", "P"]
Tensors = dict[str, np.ndarray]


def write(name: str, node: NodeProto, tensors: Tensors) -> str:
    """Writes the tensors of a node, and returns its line."""
    attributes = {of.name: helper.get_attribute_value(of) for of in node.attribute}
    direction = attributes.pop("direction", b"forward").decode()
    clip = attributes.pop("clip", np.inf)
    flags = [attributes.pop(flag, 0) for flag in ("input_forget", "linear_before_reset")]
    if attributes.pop("layout", 0):
        tensors = {of: x.transpose(AXES[of]) if of in AXES else x for of, x in tensors.items()}
        tensors["X"] = tensors["X"].swapaxes(0, 1)
        assert not tensors.keys() & {"initial_h", "initial_c"}, name
    hidden = attributes.pop("hidden_size")
    assert not attributes, f"{name} has {attributes}, which the cells do not have"
    sizes = tensors["X"].shape
    assert (tensors.pop("sequence_lens", np.array(sizes[0])) == sizes[0]).all(), name
    for of, tensor in tensors.items():
        tensor.astype("<f8").tofile(FOLDER / f"{name}.{of}")
    return " ".join(map(str, [name, node.op_type, *sizes, hidden, direction, clip, *flags]))


def node_tests() -> list[str]:
    """Writes all node tests of these operators."""
    with warnings.catch_warnings(action="ignore"):
        tests = collect_testcases(None)
    lines = []
    for test in tests:
        [node] = test.model.graph.node if len(test.model.graph.node) == 1 else [None]
        if node is not None and node.op_type in OUTPUTS:
            [(inputs, outputs)] = test.data_sets
            tensors = dict(zip(filter(None, node.input), inputs, strict=True))
            tensors |= dict(zip(filter(None, node.output), outputs, strict=True))
            lines.append(write(test.name, node, tensors))
    return lines


def random_node(
    operator: str, direction: str, names: list[str], **attributes: object
) -> tuple[NodeProto, Tensors]:
    """Returns a node and its inputs."""
    time, batch, size, hidden = 4, 2, 3, 5
    directions = 2 if direction == "bidirectional" else 1
    rows = GATES[operator] * hidden
    shapes = {
        "X": (time, batch, size),
        "W": (directions, rows, size),
        "R": (directions, rows, hidden),
        "B": (directions, 2 * rows),
        "initial_h": (directions, batch, hidden),
        "initial_c": (directions, batch, hidden),
        "P": (directions, 3 * hidden),
    }
    generator = np.random.default_rng(1)
    inputs = {of: generator.normal(size=shapes[of]).astype(np.float32) for of in names}
    last = max(map(INPUTS.index, names))
    of_node = [of if of in names else "" for of in INPUTS[: last + 1]]
    node = helper.make_node(
        operator, of_node, OUTPUTS[operator], hidden_size=hidden, direction=direction, **attributes
    )
    return node, inputs


def model(node: NodeProto, inputs: Tensors, element: int) -> ModelProto:
    """Returns a model of one node."""
    values = [helper.make_tensor_value_info(of, element, x.shape) for of, x in inputs.items()]
    outputs = [helper.make_tensor_value_info(of, element, None) for of in node.output]
    graph = helper.make_graph([node], "node", values, outputs)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)


BOTH = "bidirectional"
STATES = ["X", "W", "R", "B", "initial_h"]
MEMORY = [*STATES, "initial_c", "P"]
REFERENCE = {
    "random_lstm": ("LSTM", BOTH, MEMORY, {}),
    "random_gru": ("GRU", BOTH, STATES, {}),
    "random_gru_linear": ("GRU", BOTH, STATES, {"linear_before_reset": 1}),
    "random_rnn": ("RNN", BOTH, STATES, {"activations": ["Tanh", "Tanh"]}),
}
# ONNX Runtime does not limit the memory before its tanh: with this clip it need not.
RUNTIME = {
    "runtime_lstm": ("LSTM", BOTH, MEMORY, {}),
    "runtime_lstm_clip": ("LSTM", BOTH, MEMORY, {"clip": 3.0}),
    "runtime_lstm_coupled": ("LSTM", BOTH, MEMORY, {"input_forget": 1}),
    "runtime_gru_clip": ("GRU", BOTH, STATES, {"clip": 0.5}),
    "runtime_gru_linear_clip": ("GRU", BOTH, STATES, {"clip": 0.5, "linear_before_reset": 1}),
    "runtime_rnn_clip": ("RNN", BOTH, STATES, {"clip": 0.5, "activations": ["Tanh", "Tanh"]}),
}


def random_nodes() -> list[str]:
    """Writes the nodes with random weights."""
    cases = dict(REFERENCE)
    if importlib.util.find_spec("onnxruntime"):
        cases |= RUNTIME
    lines = []
    for name, (operator, direction, names, attributes) in cases.items():
        node, inputs = random_node(operator, direction, names, **attributes)
        if name in REFERENCE:
            inputs = {of: x.astype(np.float64) for of, x in inputs.items()}
            session = ReferenceEvaluator(model(node, inputs, TensorProto.DOUBLE))
        else:
            import onnxruntime

            graph = model(node, inputs, TensorProto.FLOAT).SerializeToString()
            session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
        outputs = session.run(None, inputs)
        tensors = inputs | dict(zip(node.output, outputs, strict=True))
        # The activations are those that an RNN has without the attribute.
        kept = [of for of in node.attribute if of.name != "activations"]
        del node.attribute[:]
        node.attribute.extend(kept)
        lines.append(write(name, node, tensors))
    return lines


if __name__ == "__main__":
    (FOLDER / "nodes").write_text("\n".join(node_tests() + random_nodes()) + "\n")
