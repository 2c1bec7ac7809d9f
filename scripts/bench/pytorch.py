"""The nets of nets.mjs in PyTorch. Reads the name of a net a line; trains one step of it; prints its milliseconds."""

import sys
import time

import torch
from torch import nn

torch.set_num_threads(2)
torch.manual_seed(1)


def perceptron(hidden):
    return nn.Sequential(*hidden(784), *hidden(1000), nn.Linear(1000, 10))


def convolutional(norm):
    def block(inputs, filters):
        middle = [nn.BatchNorm2d(filters)] if norm else []
        return [nn.Conv2d(inputs, filters, 3, padding=1, bias=not norm), *middle, nn.ReLU(), nn.MaxPool2d(2)]

    return nn.Sequential(
        *block(1, 32), *block(32, 64), nn.Flatten(), nn.Linear(64 * 49, 128), nn.ReLU(), nn.Linear(128, 10)
    )


class Recurrent(nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.layer = layer(28, 128, batch_first=True)
        self.head = nn.Linear(128, 10)

    def forward(self, x):
        return self.head(self.layer(x)[0][:, -1])


class Conv1d(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Conv1d(28, 64, 3, padding=1)
        self.head = nn.Linear(64, 10)

    def forward(self, x):
        return self.head(torch.relu(self.layer(x)).mean(2))


class Transformer(nn.Module):
    def __init__(self, steps=28, features=28, units=64, heads=4, blocks=2):
        super().__init__()
        block = lambda: nn.TransformerEncoderLayer(units, heads, 4 * units, dropout=0, batch_first=True)
        self.project = nn.Linear(features, units)
        self.places = nn.Parameter(0.05 * torch.randn(steps, units))
        self.blocks = nn.Sequential(*[block() for _ in range(blocks)])
        self.head = nn.Linear(units, 10)

    def forward(self, x):
        return self.head(self.blocks(self.project(x) + self.places).mean(1))


NETS = {
    "dense": (lambda: perceptron(lambda n: [nn.Linear(n, 1000), nn.ReLU()]), (784,), "sgd"),
    "batchNorm": (
        lambda: perceptron(lambda n: [nn.Linear(n, 1000, bias=False), nn.BatchNorm1d(1000), nn.ReLU()]),
        (784,),
        "sgd",
    ),
    "layerNorm": (
        lambda: perceptron(lambda n: [nn.Linear(n, 1000, bias=False), nn.LayerNorm(1000), nn.ReLU()]),
        (784,),
        "sgd",
    ),
    "dropout": (lambda: perceptron(lambda n: [nn.Linear(n, 1000), nn.ReLU(), nn.Dropout(0.5)]), (784,), "sgd"),
    "cnn": (lambda: convolutional(False), (1, 28, 28), "adam"),
    "cnnBatchNorm": (lambda: convolutional(True), (1, 28, 28), "adam"),
    "lstm": (lambda: Recurrent(nn.LSTM), (28, 28), "adam"),
    "gru": (lambda: Recurrent(nn.GRU), (28, 28), "adam"),
    "conv1d": (Conv1d, (28, 28), "adam"),
    "transformer": (Transformer, (28, 28), "adam"),
}
steps = {}


def make(name):
    build, shape, optimizer = NETS[name]
    net = build()
    update = torch.optim.SGD(net.parameters(), 0.1) if optimizer == "sgd" else torch.optim.Adam(net.parameters())
    x = torch.randn(128, *shape)
    y = torch.arange(128) % 10
    loss = nn.CrossEntropyLoss()

    def step():
        update.zero_grad()
        loss(net(x), y).backward()
        update.step()

    return step


print(torch.__version__, flush=True)
for line in sys.stdin:
    name = line.strip()
    if name not in steps:
        steps.clear()
        steps[name] = make(name)
    start = time.perf_counter()
    steps[name]()
    print(1000 * (time.perf_counter() - start), flush=True)
