"""XNNPACK within LiteRT, with a model of the fewest nodes that make a function."""

import re
from importlib.metadata import version

import flatbuffers
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

NAME = f"XNNPACK of LiteRT {version('ai-edge-litert')}"
NODE = re.compile(r"(\w+) = (\w+) (?:<(\w+) = ([^>]+)> )?\(([\w, ]+)\)")
OPTIONS = {
    "EXP": "ExpOptions",
    "GELU": "GeluOptions",
    "HARD_SWISH": "HardSwishOptions",
    "LEAKY_RELU": "LeakyReluOptions",
    "MUL": "MulOptions",
}


def model(inputs, nodes, length):
    """The bytes of a model of vectors, from nodes in the text format of ONNX."""
    graph = schema.SubGraphT()
    graph.tensors, graph.operators = [], []
    operators, places = [], {}

    def place(name):
        if name not in places:
            tensor = schema.TensorT()
            tensor.name, tensor.shape = name, [length]
            tensor.type, tensor.buffer = schema.TensorType.FLOAT32, 0
            places[name] = len(graph.tensors)
            graph.tensors.append(tensor)
        return places[name]

    graph.inputs = [place(name) for name in inputs]
    for result, name, attribute, value, arguments in NODE.findall(nodes):
        code = schema.OperatorCodeT()
        code.builtinCode = getattr(schema.BuiltinOperator, name)
        code.deprecatedBuiltinCode = min(code.builtinCode, 127)
        code.version = 1
        node = schema.OperatorT()
        node.opcodeIndex = len(operators)
        node.inputs = [place(argument) for argument in arguments.split(", ")]
        node.outputs = [place(result)]
        if name in OPTIONS:
            node.builtinOptionsType = getattr(schema.BuiltinOptions, OPTIONS[name])
            node.builtinOptions = getattr(schema, OPTIONS[name] + "T")()
        if attribute:
            setattr(node.builtinOptions, attribute, float(value))
        operators.append(code)
        graph.operators.append(node)
    graph.outputs = [place("y")]
    whole = schema.ModelT()
    whole.version, whole.operatorCodes = 3, operators
    whole.subgraphs, whole.buffers = [graph], [schema.BufferT()]
    builder = flatbuffers.Builder(1024)
    builder.Finish(whole.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def taken_whole(interpreter):
    """Whether one node of the delegate goes from the inputs of the graph to its output."""
    (result,) = interpreter.get_output_details()
    ends = (
        {each["index"] for each in interpreter.get_input_details()},
        {result["index"]},
    )
    return any(
        node["op_name"] == "DELEGATE"
        and (set(node["inputs"]), set(node["outputs"])) == ends
        for node in interpreter._get_ops_details()
    )


def loaded(function, length):
    """An interpreter of one thread for a function of so many elements."""
    names = ["x", "up"] if function.gated else ["x"]
    content = model(names, function.tflite, length)
    interpreter = Interpreter(model_content=content, num_threads=1)
    interpreter.allocate_tensors()
    return interpreter


def elementwise(function):
    """A function of one number, or a gated unit, if XNNPACK takes all its nodes."""
    if function.tflite is None or not taken_whole(loaded(function, 1)):
        return {}

    def prepare(inputs, y):
        interpreter = loaded(function, y.size)
        for described, x in zip(interpreter.get_input_details(), inputs):
            interpreter.set_tensor(described["index"], x)
        (result,) = interpreter.get_output_details()
        return interpreter.invoke, lambda: interpreter.get_tensor(result["index"])

    return {NAME: prepare}
