"""Predicts in onnxruntime, with two threads.

predict <folder>   one example of the folder that write-keras-model.mjs writes, a hundred times

The sequential model in the folder becomes an ONNX model by onnx.helper, a node or two for each layer, with the weights as
they are: dense layers as Gemm; convolutions as Conv, which has channels first, and the dense layer after Flatten with its
rows in that order. What it predicts must be what tfjs did.
"""

import json

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from answers import answer

CALLS = 100  # as in predictions.mjs
ACTIVATIONS = {"relu": "Relu", "softmax": "Softmax"}


def read_weights(folder, specs):
    data = np.fromfile(f"{folder}/weights.bin", np.float32)
    weights = {}
    for spec in specs:
        size = int(np.prod(spec["shape"]))
        weights[spec["name"]] = data[:size].reshape(spec["shape"])
        data = data[size:]
    return weights


class Graph:
    """A chain of nodes, each taking what the last one gave."""

    def __init__(self, shape):
        self.nodes, self.constants, self.last, self.shape = [], [], "x", shape

    def add(self, op, *constants, **attributes):
        names = [f"{op}_{len(self.nodes)}_{i}" for i in range(len(constants))]
        self.constants += [numpy_helper.from_array(c, name) for c, name in zip(constants, names)]
        output = f"{op}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, [self.last, *names], [output], **attributes))
        self.last = output


def rows_channels_first(kernel, image):
    """The kernel of a dense layer after Flatten, whose inputs come height by width by channels."""
    return kernel.reshape(*image, -1).transpose(2, 0, 1, 3).reshape(kernel.shape)


def add_layer(graph, kind, config, weights):
    name = config["name"]
    if kind == "Dense":
        kernel = weights[f"{name}/kernel"]
        if len(graph.shape) == 3:
            kernel = rows_channels_first(kernel, graph.shape)
        graph.add("Gemm", np.ascontiguousarray(kernel), weights[f"{name}/bias"])
        graph.shape = kernel.shape[1:]
    elif kind == "Conv2D":
        kernel = weights[f"{name}/kernel"].transpose(3, 2, 0, 1)
        graph.add("Conv", np.ascontiguousarray(kernel), weights[f"{name}/bias"], auto_pad="SAME_UPPER")
        graph.shape = (*graph.shape[:2], len(kernel))
    elif kind == "MaxPooling2D":
        graph.add("MaxPool", kernel_shape=config["pool_size"], strides=config["strides"])
        height, width, channels = graph.shape
        graph.shape = (height // config["strides"][0], width // config["strides"][1], channels)
    elif kind == "Flatten":
        graph.add("Flatten")
    else:
        raise ValueError(f"no ONNX node for {kind}")
    if config.get("activation", "linear") != "linear":
        graph.add(ACTIVATIONS[config["activation"]])


def onnx_of(topology, weights):
    layers = [(layer["class_name"], layer["config"]) for layer in topology["config"]["layers"]]
    shape = layers[0][1]["batch_input_shape"][1:]
    graph = Graph(shape)
    for kind, config in layers:
        add_layer(graph, kind, config, weights)
    inputs = [1, shape[-1], *shape[:-1]]
    made = helper.make_graph(
        graph.nodes,
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, inputs)],
        [helper.make_tensor_value_info(graph.last, TensorProto.FLOAT, [1, *graph.shape])],
        graph.constants,
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    onnx.checker.check_model(model)
    return model, inputs


def predict(folder):
    with open(f"{folder}/model.json") as file:
        saved = json.load(file)
    model, shape = onnx_of(saved["modelTopology"], read_weights(folder, saved["weightSpecs"]))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])
    # One channel, so that its place makes no difference.
    feed = {"x": np.fromfile(f"{folder}/x.bin", np.float32).reshape(shape)}
    np.testing.assert_allclose(session.run(None, feed)[0][0], np.fromfile(f"{folder}/y.bin", np.float32), 1e-4, 1e-6)

    def run():
        for _ in range(CALLS):
            session.run(None, feed)

    return run


answer(onnxruntime.__version__, {"predict": predict})
